#include "rsp/framer.hpp"

#include <algorithm>
#include <utility>

#include "rsp/escape.hpp"

namespace rspbridge::rsp {
namespace {

// How far ahead the ends of a payload are sought in one step. A bound, so that a stream of many
// short packets isn't scanned to its end once for each of them.
constexpr std::size_t scan_window = 4096;

std::string frame(char start, std::string_view payload) {
  const auto sum = static_cast<char>(checksum(payload));
  std::string out;
  out.reserve(payload.size() + 4);
  out += start;
  out += payload;
  out += '#';
  out += to_hex({&sum, 1});
  return out;
}

}  // namespace

std::uint8_t checksum(std::string_view payload) noexcept {
  unsigned sum = 0;
  for (const char c : payload) sum += static_cast<unsigned char>(c);
  return static_cast<std::uint8_t>(sum);
}

std::string frame_packet(std::string_view payload) {
  return frame('$', payload);
}

std::string frame_notification(std::string_view payload) {
  return frame('%', payload);
}

void Framer::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::idle:
        bytes.remove_prefix(take_idle(bytes));
        break;
      case State::payload:
        bytes.remove_prefix(take_payload(bytes));
        break;
      case State::checksum_high:
        high_digit_ = bytes.front();
        state_ = State::checksum_low;
        bytes.remove_prefix(1);
        break;
      case State::checksum_low:
        finish(bytes.front());
        bytes.remove_prefix(1);
        break;
    }
  }
}

std::optional<Frame> Framer::next() {
  if (ready_.empty()) return std::nullopt;
  auto frame = std::move(ready_.front());
  ready_.pop_front();
  return frame;
}

std::size_t Framer::take_idle(std::string_view bytes) {
  const auto junk = std::min(bytes.find_first_of("+-$%\x03"), bytes.size());
  keep_sample(bytes.substr(0, junk));
  if (junk == bytes.size()) return junk;
  report_garbage();
  switch (bytes[junk]) {
    case '+':
      ready_.push_back({FrameKind::ack, {}, true});
      break;
    case '-':
      ready_.push_back({FrameKind::nack, {}, true});
      break;
    case '\x03':
      ready_.push_back({FrameKind::interrupt, {}, true});
      break;
    default:
      start(bytes[junk]);
      break;
  }
  return junk + 1;
}

std::size_t Framer::take_payload(std::string_view bytes) {
  const auto window = bytes.substr(0, scan_window);
  auto end = std::min(window.find('#'), window.size());
  end = std::min(window.substr(0, end).find('$'), end);
  const auto part = window.substr(0, end);
  append(part);
  if (end == window.size()) return end;
  if (window[end] == '#') {
    state_ = State::checksum_high;
  } else {
    abandon();
    start('$');
  }
  return end + 1;
}

void Framer::start(char mark) {
  kind_ = mark == '$' ? FrameKind::packet : FrameKind::notification;
  state_ = State::payload;
  sum_ = 0;
  too_long_ = false;
  payload_.clear();
}

void Framer::append(std::string_view part) {
  sum_ = static_cast<std::uint8_t>(sum_ + checksum(part));
  if (!too_long_ && part.size() > max_payload_ - payload_.size()) {
    too_long_ = true;
    keep_sample(kind_ == FrameKind::packet ? "$" : "%");
    keep_sample(payload_);
    std::string().swap(payload_);
  }
  if (too_long_) {
    keep_sample(part);
  } else {
    payload_.append(part);
  }
}

void Framer::finish(char low_digit) {
  const char digits[] = {high_digit_, low_digit};
  const auto sent = from_hex({digits, sizeof digits});
  const bool ok = sent && static_cast<std::uint8_t>(sent->front()) == sum_;
  if (too_long_) {
    ready_.push_back({FrameKind::oversize, std::exchange(sample_, {}), ok});
  } else {
    ready_.push_back({kind_, std::exchange(payload_, {}), ok});
  }
  state_ = State::idle;
}

void Framer::abandon() {
  if (!too_long_) {
    keep_sample(kind_ == FrameKind::packet ? "$" : "%");
    keep_sample(payload_);
  }
  report_garbage();
}

void Framer::keep_sample(std::string_view bytes) {
  sample_.append(bytes.substr(0, max_sample - sample_.size()));
}

void Framer::report_garbage() {
  if (sample_.empty()) return;
  ready_.push_back({FrameKind::garbage, std::exchange(sample_, {}), true});
}

}  // namespace rspbridge::rsp
