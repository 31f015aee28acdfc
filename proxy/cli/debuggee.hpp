// What a session debugs: the stub's stream, and whatever had to be started for it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"
#include "proxy/launch/local_stub.hpp"
#include "proxy/launch/remote_gdbserver.hpp"
#include "proxy/session/session.hpp"
#include "transport/ssh.hpp"
#include "transport/stream.hpp"

namespace rspbridge::proxy::cli {

/// What is said when gdbserver took another's connection for ours.
inline constexpr const char* not_our_connection =
    "the connection that gdbserver took was not ours: somebody else on the target connected first. gdbserver "
    "was "
    "ended; try again";

/// What becomes of the program's streams.
struct Streams {
  bool may_have_terminal = true;                          ///< it gets a terminal if we have one
  bool forwards_stdin = true;                             ///< it reads our stdin if that is redirected
  std::optional<std::string> input;                       ///< it reads this instead
  bool passes_output = true;                              ///< to our stdout and stderr
  std::function<void(std::string_view)> see_output = {};  ///< sees what it writes; may be empty
};

/// The stub and what is behind it.
struct Debuggee {
  Streams streams;
  bool keeps_ssh = false;                              ///< `ssh` was there before, and stays
  transport::SshSessionPtr ssh;                        ///< null unless the target is SSH's
  std::unique_ptr<launch::RemoteGdbserver> gdbserver;  ///< null unless we started one
  std::unique_ptr<launch::QemuStub> qemu;              ///< null unless the target is qemu:
  transport::StreamPtr stub;                           ///< until a Session takes it
  bool far_on_target = false;                          ///< `stub` leads to a far helper
};

/// Connects, and starts what the verb asks for. Throws Failure.
/// @param debuggee is filled step by step, so that what was started can be ended after a failure
asio::awaitable<void> open_debuggee(const Options& options, Debuggee& debuggee);

/// Names the target in the cache of its files; empty if nothing tells it from others.
std::string target_identity(const Debuggee& debuggee);

/// What a session with an open debuggee is told of it, and the ways past the stub that lead there. `debuggee`
/// outlives the session.
Session::Options session_options(const Options& options, Debuggee& debuggee);

/// exec and attach on a stub that was not started by us: vRun and vAttach. Throws Failure.
asio::awaitable<void> start_through_stub(const Options& options, Session& session);

/// Ends what open_debuggee() started. Never throws.
/// @param by_force see launch::RemoteGdbserver::finish()
asio::awaitable<void> close_debuggee(Debuggee& debuggee, bool by_force);

}  // namespace rspbridge::proxy::cli
