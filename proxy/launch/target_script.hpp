// A script that runs on the target and says, in one line, what came of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <asio/awaitable.hpp>

#include "transport/ssh.hpp"
#include "transport/stream.hpp"

namespace rspbridge::proxy::launch {

/// The line of a script that begins with status_mark (far_helper_script.hpp).
struct ScriptStatus {
  std::string word, text;
};

class TargetScript {
 public:
  /// Hands `script` to the target's shell; see login_shell_script(). Throws transport::SshError.
  static asio::awaitable<TargetScript> start(transport::SshSessionPtr ssh, std::string script);

  /// For what the script reads; the whole of it must be written before status().
  transport::Stream& stream() { return *stream_; }

  /// The script's status, once. Throws NoFarHelper with the script's own sentence if it failed, or with one
  /// of ours if it said nothing in time; std::system_error if the connection was lost.
  asio::awaitable<ScriptStatus> status();

  /// The streams of what the script became, from behind the status line on.
  transport::StreamPtr take();

 private:
  TargetScript() = default;
  asio::awaitable<std::optional<ScriptStatus>> read_status();

  transport::StreamPtr stream_;
  std::shared_ptr<std::string> error_line_;  ///< the last one of stderr
  std::string rest_;                         ///< read already, from behind the status line
};

}  // namespace rspbridge::proxy::launch
