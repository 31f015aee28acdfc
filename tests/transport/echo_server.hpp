// TCP servers in the test's own loop.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/transport/run.hpp"
#include "transport/tcp.hpp"

namespace rspbridge::transport::test {

inline std::uint16_t port_of(const Listener& listener) {
  const std::string endpoint = listener.endpoint();
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

inline asio::awaitable<void> copy(std::shared_ptr<Stream> from, std::shared_ptr<Stream> to,
                                  std::shared_ptr<bool> paused = nullptr) {
  std::vector<char> buffer(65536);
  try {
    while (true) {
      const std::size_t count = co_await from->read_some(buffer);
      if (count == 0) break;
      while (paused && *paused) co_await sleep(std::chrono::milliseconds(10));
      co_await to->write({buffer.data(), count});
    }
    to->shutdown_write();
  } catch (const std::system_error&) {
    to->close();  // one side went: so does the other
  }
}

/// Echoes on any number of connections until `listener` is closed.
inline asio::awaitable<void> echo(std::shared_ptr<Listener> listener) {
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    Accepted accepted = co_await listener->accept();
    const std::shared_ptr<Stream> stream = std::move(accepted.stream);
    start(executor, [stream] { return copy(stream, stream); });
  }
}

/// A link that can be paused: passes connections on to a port of this host.
class Relay {
 public:
  Relay(const asio::any_io_executor& executor, std::uint16_t to)
      : listener_(listen_tcp(executor, "127.0.0.1", 0)) {
    start(executor, [listener = listener_, paused = paused_, to] { return serve(listener, paused, to); });
  }
  std::uint16_t port() const { return port_of(*listener_); }
  void pause(bool on) { *paused_ = on; }

 private:
  static asio::awaitable<void> serve(std::shared_ptr<Listener> listener, std::shared_ptr<bool> paused,
                                     std::uint16_t to) {
    const auto executor = co_await asio::this_coro::executor;
    while (true) {
      Accepted accepted = co_await listener->accept();
      const std::shared_ptr<Stream> near = std::move(accepted.stream);
      StreamPtr connected = co_await connect_tcp("127.0.0.1", to);
      const std::shared_ptr<Stream> far = std::move(connected);
      start(executor, [near, far, paused] { return copy(near, far, paused); });
      start(executor, [near, far, paused] { return copy(far, near, paused); });
    }
  }

  std::shared_ptr<bool> paused_ = std::make_shared<bool>(false);
  std::shared_ptr<Listener> listener_;
};

}  // namespace rspbridge::transport::test
