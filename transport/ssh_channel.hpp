// One channel of an SSH session.
#pragma once

#include <libssh/callbacks.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "transport/command.hpp"
#include "transport/ssh_link.hpp"

namespace rspbridge::transport {

/// Keeps the link alive. What arrives waits in libssh's own buffer, which the channel's window
/// bounds (1.28 MB), until it is read.
class SshChannel : public std::enable_shared_from_this<SshChannel> {
 public:
  explicit SshChannel(std::shared_ptr<SshLink> link);
  SshChannel(const SshChannel&) = delete;
  SshChannel& operator=(const SshChannel&) = delete;
  ~SshChannel();

  /// Each throws SshError (channel_refused, connection_lost).
  asio::awaitable<void> open_session();
  asio::awaitable<void> open_direct_tcpip(std::string host, std::uint16_t port);
  asio::awaitable<void> request_pty(Pty pty);
  asio::awaitable<void> request_exec(std::string command);

  /// As Stream has them.
  asio::awaitable<std::size_t> read(std::span<char> into, bool from_stderr);
  asio::awaitable<void> write(std::string_view bytes);
  std::size_t write_at_once(std::string_view bytes) noexcept;
  void send_eof() noexcept;
  void close() noexcept;

  void resize(int columns, int rows) noexcept;
  /// An empty status if the channel ended without one.
  asio::awaitable<ExitStatus> wait();

 private:
  asio::awaitable<void> run(std::function<int()> step, std::string what);
  std::size_t write_some(std::string_view bytes);
  void install_callbacks();
  bool closed_by_peer() const noexcept;

  std::shared_ptr<SshLink> link_;
  SshChannelHandle channel_;
  ssh_channel_callbacks_struct callbacks_{};
  Wakeup changed_;
  std::optional<ExitStatus> exit_;
  bool open_ = false, closed_here_ = false, closed_there_ = false, eof_sent_ = false;
};

}  // namespace rspbridge::transport
