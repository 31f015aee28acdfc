// One request after another: guard, handler, answer. Knows no HTTP library.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sys/types.h>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "proxy/http/answer.hpp"
#include "proxy/http/context.hpp"
#include "proxy/http/events.hpp"
#include "proxy/http/guard.hpp"

namespace rspbridge::proxy::http {

using ConnectionId = std::uint64_t;

/// Where the answer to one request goes. One of send(), send_head(), begin() and open_stream() is called,
/// once.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual ConnectionId connection() const = 0;
  /// An answer with its whole body.
  virtual void send(Answer head, Text body) = 0;
  /// An answer whose body of `length` bytes isn't sent (HEAD, 304).
  virtual void send_head(Answer head, std::uint64_t length) = 0;
  /// An answer whose body of `length` bytes follows in pieces.
  virtual void begin(Answer head, std::uint64_t length) = 0;
  /// Waits until `piece` is with the kernel; false if it won't be.
  virtual asio::awaitable<bool> send_piece(std::string piece) = 0;
  /// All pieces were sent.
  virtual void end() = 0;
  /// Ends the connection at once.
  virtual void cut() = 0;
  /// An answer whose body has no end.
  virtual std::shared_ptr<EventSink> open_stream(Answer head) = 0;
};

/// Serves requests until it is closed.
class Serving : public std::enable_shared_from_this<Serving> {
 public:
  Serving(asio::any_io_executor executor, Context context, Guard guard);

  /// Begins, at `port`. Once, before anything else.
  void open(std::uint16_t port, std::chrono::milliseconds heartbeat);
  /// Answers `request`, some time.
  void serve(Request request, std::unique_ptr<Responder> responder);
  /// Whether the user `peer` may connect; logs it if not. `address` is for the log.
  bool admits(std::optional<uid_t> peer, const std::string& address);
  void connection_closed(ConnectionId id);
  /// Nothing is answered any more.
  void close();
  bool is_closed() const noexcept { return closed_; }

 private:
  static asio::awaitable<void> run(std::shared_ptr<Serving> self, Request request,
                                   std::unique_ptr<Responder> responder);
  asio::awaitable<Answer> answer(const Request& request);
  void add_stream(Responder& responder, Answer head);
  void log_refusal(std::string_view kind, const std::string& sentence);

  asio::any_io_executor executor_;
  Context context_;
  Guard guard_;
  RefusalLog refusals_;
  std::shared_ptr<EventHub> hub_;
  std::unordered_map<ConnectionId, std::shared_ptr<EventSink>> streams_;
  bool closed_ = false;
};

}  // namespace rspbridge::proxy::http
