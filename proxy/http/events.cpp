#include "proxy/http/events.hpp"

#include <algorithm>
#include <utility>

#include <asio/post.hpp>
#include <nlohmann/json.hpp>

#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::http {
namespace {

using Json = nlohmann::ordered_json;

// A write costs some microseconds, and GDB waits meanwhile.
constexpr std::size_t listeners_per_turn = 32;

std::string_view type_of(const std::optional<inspect::State>& before, const inspect::State& now) {
  if (!before) return "state";
  if ((now.over && !before->over) || (before->pid && !now.pid)) return "exit";
  if (now.running && !before->running) return "resume";
  if (!now.running && (before->running || now.stop_id != before->stop_id)) return "stop";
  if (now.link_silent != before->link_silent) return "link";
  return "state";
}

}  // namespace

std::string event_text(const std::optional<inspect::State>& before, const inspect::State& now) {
  Json data{{"stop_id", now.stop_id}, {"running", now.running}, {"over", now.over}};
  data["pid"] = now.pid ? Json(*now.pid) : Json(nullptr);
  data["thread"] = now.thread ? Json(rsp::format_thread_id(*now.thread)) : Json(nullptr);
  data["stop_reply"] = now.stop_reply;
  data["link_silent"] = now.link_silent;
  const auto text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  return "event: " + std::string(type_of(before, now)) + "\nid: " + std::to_string(now.stop_id) +
         "\ndata: " + text + "\n\n";
}

std::shared_ptr<EventHub> EventHub::open(asio::any_io_executor executor, inspect::Inspection& inspection,
                                         std::function<void(std::size_t)> count,
                                         std::chrono::milliseconds heartbeat_every) {
  auto hub = std::make_shared<EventHub>(std::move(executor), std::move(count), heartbeat_every);
  hub->state_ = inspection.state();
  hub->subscription_ = inspection.subscribe([weak = std::weak_ptr(hub)](const inspect::State& state) {
    if (const auto self = weak.lock()) self->changed(state);
  });
  hub->send_heartbeats();
  return hub;
}

EventHub::EventHub(asio::any_io_executor executor, std::function<void(std::size_t)> count,
                   std::chrono::milliseconds heartbeat_every)
    : executor_(std::move(executor)),
      timer_(executor_),
      heartbeat_every_(heartbeat_every),
      count_(std::move(count)) {}

void EventHub::add(std::shared_ptr<EventSink> sink) {
  auto listener = std::make_shared<Listener>();
  listener->sink = std::move(sink);
  listener->next = end();
  listener->sending = true;
  listeners_.push_back(listener);
  count_(listeners_.size());
  listener->sink->send(std::make_shared<const std::string>(event_text(std::nullopt, state_)),
                       [self = shared_from_this(), listener](bool ok) { self->was_sent(listener, ok); });
}

void EventHub::gone(const EventSink& sink) {
  if (listeners_.remove_if([&](const ListenerPtr& listener) { return listener->sink.get() == &sink; }) != 0)
    count_(listeners_.size());
}

void EventHub::close() {
  if (std::exchange(closed_, true)) return;
  subscription_.reset();
  timer_.cancel();
  for (const auto& listener : std::exchange(listeners_, {})) listener->sink->finish();
  count_(0);
}

void EventHub::changed(const inspect::State& state) {
  if (closed_ || state == state_) return;
  append(event_text(state_, state));
  state_ = state;
}

void EventHub::append(std::string text) {
  log_.push_back(std::make_shared<const std::string>(std::move(text)));
  if (log_.size() > log_length) {
    log_.pop_front();
    ++begin_;
  }
  wake();
}

void EventHub::send_heartbeats() {
  timer_.expires_after(heartbeat_every_);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self || self->closed_) return;
    if (!self->listeners_.empty()) self->append(": still here\n\n");
    self->send_heartbeats();
  });
}

void EventHub::wake() {
  unserved_ = listeners_.size();
  schedule();
}

void EventHub::schedule() {
  if (unserved_ == 0 || std::exchange(awake_, true)) return;
  asio::post(executor_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->turn();
  });
}

void EventHub::turn() {
  awake_ = false;
  // What is sent may wake() anew.
  std::size_t left = std::exchange(unserved_, 0);
  for (std::size_t served = 0; left > 0 && !listeners_.empty() && served < listeners_per_turn; --left) {
    listeners_.splice(listeners_.end(), listeners_, listeners_.begin());
    const auto listener = listeners_.back();
    if (serve(listener)) ++served;
  }
  unserved_ = std::min(std::max(unserved_, left), listeners_.size());
  schedule();
}

bool EventHub::serve(const ListenerPtr& listener) {
  if (listener->next < begin_) {
    remove(listener);
    listener->sink->cut();
    return true;
  }
  if (listener->sending) return false;
  if (listener->next == end()) {
    if (!state_.over) return false;
    remove(listener);
    listener->sink->finish();
    return true;
  }
  auto text = text_from(std::exchange(listener->next, end()));
  listener->sending = true;
  listener->sink->send(std::move(text),
                       [self = shared_from_this(), listener](bool ok) { self->was_sent(listener, ok); });
  return true;
}

std::shared_ptr<const std::string> EventHub::text_from(std::uint64_t from) const {
  const auto first = log_.begin() + static_cast<std::ptrdiff_t>(from - begin_);
  if (log_.end() - first == 1) return *first;
  std::string all;
  std::for_each(first, log_.end(), [&](const auto& text) { all += *text; });
  return std::make_shared<const std::string>(std::move(all));
}

void EventHub::was_sent(const ListenerPtr& listener, bool ok) {
  listener->sending = false;
  if (!ok)
    remove(listener);
  else if (listener->next != end() || state_.over)
    wake();
}

void EventHub::remove(const ListenerPtr& listener) {
  if (listeners_.remove(listener) != 0) count_(listeners_.size());
}

}  // namespace rspbridge::proxy::http
