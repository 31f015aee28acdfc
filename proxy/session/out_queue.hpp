// Bytes on their way to a stream.
#pragma once

#include <cstddef>
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
  struct Hooks {
    std::function<void(std::string)> failed;
    std::function<void()> progressed;  ///< fewer bytes wait than before
  };
  /// Shares the stream, which may be closed at any time.
  OutQueue(asio::any_io_executor executor, std::shared_ptr<transport::Stream> stream, Hooks hooks)
      : executor_(std::move(executor)), stream_(std::move(stream)), hooks_(std::move(hooks)) {}

  void write(std::string bytes) {
    if (bytes.empty() || !stream_) return;
    if (!writing_) bytes.erase(0, stream_->write_at_once(bytes));
    if (bytes.empty()) return;
    pending_ += bytes;
    if (!std::exchange(writing_, true)) asio::co_spawn(executor_, pump(shared_from_this()), asio::detached);
  }

  bool idle() const noexcept { return !writing_; }
  /// Bytes that wait, or are being written.
  std::size_t size() const noexcept { return pending_.size() + under_way_; }

  /// Nothing more is written, and no hook is called any more.
  void close() noexcept {
    stream_ = nullptr;
    hooks_ = {};
    pending_.clear();
  }

 private:
  static asio::awaitable<void> pump(std::shared_ptr<OutQueue> self) {
    auto stream = self->stream_;  // must outlive the write, whatever happens meanwhile
    try {
      while (self->stream_ && !self->pending_.empty()) {
        std::string bytes = std::exchange(self->pending_, {});
        self->under_way_ = bytes.size();
        co_await stream->write(bytes);
        self->under_way_ = 0;
        if (self->hooks_.progressed) self->hooks_.progressed();
      }
    } catch (const std::system_error& error) {
      if (self->hooks_.failed) self->hooks_.failed(error.what());
      self->close();
    }
    self->under_way_ = 0;
    self->writing_ = false;
  }

  asio::any_io_executor executor_;
  std::shared_ptr<transport::Stream> stream_;
  Hooks hooks_;
  std::string pending_;
  std::size_t under_way_ = 0;
  bool writing_ = false;
};

}  // namespace rspbridge::proxy
