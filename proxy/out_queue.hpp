// Bytes on their way to a stream.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "transport/stream.hpp"

namespace rspbridge::proxy {

/// Writes what it is given, in order, without making the giver wait. A failed write is reported once
/// and later bytes are dropped: the reader of the same stream learns of the end, too.
class OutQueue : public std::enable_shared_from_this<OutQueue> {
 public:
  /// The stream must live until close() was called.
  OutQueue(asio::any_io_executor executor, transport::Stream& stream, std::function<void(std::string)> failed)
      : executor_(std::move(executor)), stream_(&stream), failed_(std::move(failed)) {}

  void write(std::string bytes) {
    if (bytes.empty() || !stream_) return;
    pending_ += bytes;
    if (!std::exchange(writing_, true)) asio::co_spawn(executor_, pump(shared_from_this()), asio::detached);
  }

  bool idle() const noexcept { return !writing_; }

  /// Nothing more is written; what is under way ends with the stream.
  void close() noexcept {
    stream_ = nullptr;
    pending_.clear();
  }

 private:
  static asio::awaitable<void> pump(std::shared_ptr<OutQueue> self) {
    try {
      while (self->stream_ && !self->pending_.empty()) {
        std::string bytes = std::exchange(self->pending_, {});
        co_await self->stream_->write(bytes);
      }
    } catch (const std::system_error& error) {
      if (self->stream_) self->failed_(error.what());
      self->close();
    }
    self->writing_ = false;
  }

  asio::any_io_executor executor_;
  transport::Stream* stream_;
  std::function<void(std::string)> failed_;
  std::string pending_;
  bool writing_ = false;
};

}  // namespace rspbridge::proxy
