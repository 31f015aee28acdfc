#include "proxy/session/far_side.hpp"

#include <utility>

namespace rspbridge::proxy {

using Direction = Recorder::Direction;

LocalFar::LocalFar(Record record, far::Far::Stub stub, link::LinkMeter::Now now)
    : record_(std::move(record)),
      meter_(std::move(now)),
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
  meter_.arrived(bytes.size(), far_.amid_packet());
  if (bytes.starts_with('%')) meter_.forget();  // nobody asked for a notification
  meter_.answered();
  counters_.received.wire += bytes.size();
  far_.on_stub_bytes(bytes);
  idle_ = far_.idle();
}

std::string LocalFar::take_output() {
  std::string bytes = far_.take_output();
  if (bytes.empty()) return bytes;
  if (record_) record_(Direction::to_target, bytes);
  if (idle_) meter_.asked();
  idle_ = false;
  counters_.sent.wire += bytes.size();
  return bytes;
}

link::LinkFigures LocalFar::figures() const {
  return {
      .far_on_target = false, .rtt = meter_.rtt(), .bandwidth = meter_.bandwidth(), .counters = counters_};
}

link::LinkFigures RemoteFar::figures() const {
  return {.far_on_target = true,
          .rtt = meter_.rtt(),
          .bandwidth = meter_.bandwidth(),
          .counters = link_.counters()};
}

void RemoteFar::feed(std::string_view bytes) {
  meter_.arrived(bytes.size(), link_.amid_frame());
  link_.feed(bytes);
}

// Far tells with its next frame what it has: that is a round trip if it had something to say at once.
std::string RemoteFar::take_output() {
  const std::uint64_t before = link_.counters().sent.frames;
  std::string bytes = link_.take_output();
  const std::uint64_t frames = link_.counters().sent.frames;
  if (frames == before || meter_.awaits()) return bytes;
  timed_frame_ = frames;
  meter_.asked();
  return bytes;
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
  auto message = link_.next();
  if (link_.counters().sent.frames - link_.unacknowledged() >= timed_frame_) meter_.answered();
  if (message) {
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
