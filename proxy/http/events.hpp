// Server-sent events: what happens to the target, to any number of listeners.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "proxy/inspect/inspection.hpp"

namespace rspbridge::proxy::http {

/// One listener's connection.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Sends `text`; calls `sent` once it is with the kernel, with false if it won't be. Never again after
  /// `sent(false)`.
  virtual void send(std::shared_ptr<const std::string> text, std::function<void(bool ok)> sent) = 0;
  /// Ends the stream in good order, behind what was sent.
  virtual void finish() = 0;
  /// Ends the connection at once.
  virtual void cut() = 0;
};

/// What became of the target between two states, as an event (HTML, "Server-sent events"): its type is
/// "stop", "resume", "exit" (the process, or the session, is gone), "link" (it has fallen silent, or answers
/// again) or "state" (anything else, and the first).
std::string event_text(const std::optional<inspect::State>& before, const inspect::State& now);

/// Hands events to listeners, a few listeners a turn of the loop, so that many of them don't hold it up. All
/// listeners read from one short log. Who isn't done with one part of it when the log has passed the next is
/// cut off; nothing is kept for him.
class EventHub : public std::enable_shared_from_this<EventHub> {
 public:
  /// So many events are kept.
  static constexpr std::size_t log_length = 256;
  static constexpr std::chrono::seconds heartbeat{15};

  /// `inspection` outlives close(). `count` is told the number of listeners whenever it changes.
  static std::shared_ptr<EventHub> open(asio::any_io_executor executor, inspect::Inspection& inspection,
                                        std::function<void(std::size_t)> count,
                                        std::chrono::milliseconds heartbeat_every = heartbeat);

  /// Sends the present state, and from then on every event.
  void add(std::shared_ptr<EventSink> sink);
  /// The listener's connection ended.
  void gone(const EventSink& sink);
  /// Ends all streams; nothing is sent after this.
  void close();

  /// Not for use: see open().
  EventHub(asio::any_io_executor executor, std::function<void(std::size_t)> count,
           std::chrono::milliseconds heartbeat_every);

 private:
  struct Listener {
    std::shared_ptr<EventSink> sink;
    std::uint64_t next = 0;  ///< the number of the event that it is to get
    bool sending = false;
  };
  using ListenerPtr = std::shared_ptr<Listener>;

  void changed(const inspect::State& state);
  void append(std::string text);
  void send_heartbeats();
  void wake();
  void schedule();
  void turn();
  /// True if that took more than a look.
  bool serve(const ListenerPtr& listener);
  void was_sent(const ListenerPtr& listener, bool ok);
  void remove(const ListenerPtr& listener);
  /// All events from `from` on, as one text.
  std::shared_ptr<const std::string> text_from(std::uint64_t from) const;
  std::uint64_t end() const { return begin_ + log_.size(); }

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  std::chrono::milliseconds heartbeat_every_;
  std::function<void(std::size_t)> count_;
  inspect::Inspection::Subscription subscription_;
  inspect::State state_;
  std::deque<std::shared_ptr<const std::string>> log_;
  std::uint64_t begin_ = 0;  ///< number of the first event in the log
  std::list<ListenerPtr> listeners_;
  std::size_t unserved_ = 0;  ///< listeners of this round that haven't had their turn
  bool awake_ = false, closed_ = false;
};

}  // namespace rspbridge::proxy::http
