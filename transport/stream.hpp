// Ordered byte streams. Nothing here knows what a packet is.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <asio/awaitable.hpp>

namespace rspbridge::transport {

/// A connected, ordered, two-way byte stream. Belongs to one io_context and its one thread.
/// At most one read_some() and one write() may be under way at once. A stream must outlive its
/// pending operations; close() ends them (a read returns 0 or throws operation_aborted).
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  /// Waits for bytes and puts at most `into.size()` of them there. 0 means that the peer will send
  /// no more. Throws std::system_error.
  virtual asio::awaitable<std::size_t> read_some(std::span<char> into) = 0;

  /// Writes all of `bytes`, which the caller keeps alive until the end. Throws std::system_error.
  virtual asio::awaitable<void> write(std::string_view bytes) = 0;

  /// Writes what can go out without waiting and returns how much that was: 0 if nothing, or if only
  /// write() can tell what is wrong. Not while a write() is under way.
  virtual std::size_t write_at_once(std::string_view /*bytes*/) noexcept { return 0; }

  /// No more will be written; reading goes on.
  virtual void shutdown_write() noexcept = 0;

  /// Ends both directions at once. May be called twice.
  virtual void close() noexcept = 0;

  /// The peer, for messages: "127.0.0.1:2345", "unix:/path", "board:2345 (over SSH)".
  virtual std::string describe() const = 0;
};

using StreamPtr = std::unique_ptr<Stream>;

}  // namespace rspbridge::transport
