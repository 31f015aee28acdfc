#include "proxy/far_side.hpp"

#include <utility>

namespace rspbridge::proxy {

using Direction = Recorder::Direction;

LocalFar::LocalFar(Record record, far::Far::Stub stub)
    : record_(std::move(record)),
      far_([this](link::ToNear message) { to_near_.push_back(std::move(message)); }, stub) {}

std::optional<link::ToNear> LocalFar::next() {
  while (to_near_.empty() && !to_far_.empty()) {
    link::ToFar message = std::move(to_far_.front());
    to_far_.pop_front();
    far_.on_link(std::move(message));
  }
  if (to_near_.empty()) return std::nullopt;
  link::ToNear message = std::move(to_near_.front());
  to_near_.pop_front();
  return message;
}

void LocalFar::feed(std::string_view bytes) {
  if (record_) record_(Direction::to_host, bytes);
  far_.on_stub_bytes(bytes);
}

std::string LocalFar::take_output() {
  std::string bytes = far_.take_output();
  if (record_ && !bytes.empty()) record_(Direction::to_target, bytes);
  return bytes;
}

std::string LocalFar::describe() const {
  return "far runs here: each stop takes a round trip more than with a helper on the target\n";
}

std::string RemoteFar::describe() const {
  const auto& [sent, received] = link_.counters();
  const auto line = [](const char* way, const link::LinkCounters::Direction& direction) {
    return std::string(way) + std::to_string(direction.messages) + " messages in " +
           std::to_string(direction.frames) + " frames, " + std::to_string(direction.plain) + " bytes as " +
           std::to_string(direction.wire) + "\n";
  };
  return "far runs on the target\n" + line("sent: ", sent) + line("received: ", received);
}

void RemoteFar::send(link::ToFar message) {
  const auto* request = std::get_if<link::Request>(&message);
  if (record_ && request) record_(Direction::to_target, "$" + request->payload + "#");
  link_.send(message);
}

void RemoteFar::record(const link::ToNear& message) const {
  const std::string* payload = nullptr;
  if (const auto* reply = std::get_if<link::Reply>(&message)) payload = &reply->payload;
  if (const auto* stop = std::get_if<link::StopBundle>(&message)) payload = &stop->payload;
  if (const auto* fact = std::get_if<link::Fact>(&message); fact && fact->payload) payload = &*fact->payload;
  if (payload) record_(Direction::to_host, "$" + *payload + "#");
}

std::optional<link::ToNear> RemoteFar::next() {
  if (auto message = link_.next()) {
    if (record_) record(*message);
    told_ = told_ || std::holds_alternative<link::StubGone>(*message);
    return message;
  }
  if (!link_.error().empty() && !gone_)
    gone_ = link::StubGone{false, "the link to the far helper failed: " + link_.error()};
  if (!gone_ || std::exchange(told_, true)) return std::nullopt;
  return *gone_;
}

void RemoteFar::closed(const std::string& reason) {
  if (gone_) return;
  const std::string noise = link_.greeted() ? std::string() : link_.noise();
  gone_ = link::StubGone{false,
                         noise.empty() ? reason : "the far helper didn't start; the target said: " + noise};
}

}  // namespace rspbridge::proxy
