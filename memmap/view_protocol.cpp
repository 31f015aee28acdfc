#include "memmap/view_protocol.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstring>

namespace rspbridge::memmap::view {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are sent as they lie in memory");

class Writer {
 public:
  Writer(std::uint32_t type, std::uint32_t id) {
    number(type);
    number(id);
  }
  template <std::unsigned_integral Number>
  void number(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void flag(bool value) { number(std::uint32_t{value}); }
  void text(std::string_view value, std::size_t most) {
    value = value.substr(0, most);
    number(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  void range(const AddressRange& value) {
    number(value.begin.value);
    number(value.end.value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Takes fields off the front; any failure makes the whole message invalid.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest), ok_(rest.size() <= max_message) {}

  template <std::unsigned_integral Number>
  Number number() {
    Number value{};
    if (!take(sizeof value)) return value;
    std::memcpy(&value, rest_.data() - sizeof value, sizeof value);
    return value;
  }
  std::uint32_t small() { return number<std::uint32_t>(); }
  std::uint64_t big() { return number<std::uint64_t>(); }
  bool flag() {
    const auto value = small();
    require(value <= 1);
    return value == 1;
  }
  std::string text(std::size_t most) {
    const auto size = small();
    require(size <= most);
    if (!take(size)) return {};
    return {rest_.data() - size, size};
  }
  AddressRange range() {
    const auto begin = big();
    const AddressRange value{{begin}, {big()}};
    require(value.begin <= value.end && value.end.value <= RSPBRIDGE_WIRE_VIEW_SIZE);
    return value;
  }
  void require(bool condition) { ok_ = ok_ && condition; }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  bool take(std::size_t count) {
    require(rest_.size() >= count);
    if (ok_) rest_.remove_prefix(count);
    return ok_;
  }

  std::string_view rest_;
  bool ok_;
};

struct Encoder {
  std::string operator()(const Hello& hello) const {
    Writer out(RSPBRIDGE_WIRE_HELLO, 0);
    out.number(RSPBRIDGE_WIRE_MAGIC);
    out.number(hello.version);
    out.number(hello.page_size);
    out.number(hello.stop_id);
    out.flag(hello.running);
    out.text(hello.session, RSPBRIDGE_WIRE_SESSION_MAX);
    return out.take();
  }
  std::string operator()(const Ok& ok) const {
    Writer out(RSPBRIDGE_WIRE_OK, ok.id);
    out.number(ok.stop_id);
    const auto count = std::min<std::size_t>(ok.populated.size(), RSPBRIDGE_WIRE_RANGES_MAX);
    out.number(static_cast<std::uint32_t>(count));
    for (std::size_t i = 0; i < count; ++i) out.range(ok.populated[i]);
    return out.take();
  }
  std::string operator()(const Failure& failure) const {
    Writer out(RSPBRIDGE_WIRE_FAILURE, failure.id);
    out.number(static_cast<std::uint32_t>(failure.code));
    out.range(failure.range);
    out.text(failure.sentence, RSPBRIDGE_WIRE_SENTENCE_MAX);
    return out.take();
  }
  std::string operator()(const VmasReply& reply) const {
    Writer out(RSPBRIDGE_WIRE_VMAS_REPLY, reply.id);
    out.number(reply.stop_id);
    out.number(reply.size);
    return out.take();
  }
  std::string operator()(const State& state) const {
    Writer out(RSPBRIDGE_WIRE_STATE, 0);
    out.number(state.stop_id);
    out.flag(state.running);
    return out.take();
  }
  std::string operator()(const Ensure& ensure) const {
    Writer out(RSPBRIDGE_WIRE_ENSURE, ensure.id);
    out.number(ensure.address);
    out.number(ensure.length);
    out.number(ensure.ahead);
    out.number(ensure.wait ? std::uint32_t{RSPBRIDGE_WIRE_WAIT} : std::uint32_t{0});
    return out.take();
  }
  std::string operator()(const VmasRequest& request) const {
    return Writer(RSPBRIDGE_WIRE_VMAS, request.id).take();
  }
};

Hello read_hello(Reader& in) {
  in.require(in.big() == RSPBRIDGE_WIRE_MAGIC);
  Hello hello{.version = in.small(), .page_size = in.small()};
  hello.stop_id = in.big();
  hello.running = in.flag();
  hello.session = in.text(RSPBRIDGE_WIRE_SESSION_MAX);
  in.require(std::has_single_bit(hello.page_size) && hello.page_size >= 4096);
  return hello;
}

Ok read_ok(Reader& in, std::uint32_t id) {
  Ok ok{.id = id, .stop_id = in.big()};
  const auto count = in.small();
  in.require(count <= RSPBRIDGE_WIRE_RANGES_MAX);
  VirtAddr behind;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const auto range = in.range();
    in.require(range.begin < range.end && behind <= range.begin);
    behind = range.end;
    ok.populated.push_back(range);
  }
  return ok;
}

Failure read_failure(Reader& in, std::uint32_t id) {
  Failure failure{.id = id, .code = FailureCode{in.small()}};
  in.require(failure.code >= FailureCode::unreadable && failure.code <= FailureCode::refused);
  failure.range = in.range();
  failure.sentence = in.text(RSPBRIDGE_WIRE_SENTENCE_MAX);
  return failure;
}

VmasReply read_vmas_reply(Reader& in, std::uint32_t id) {
  VmasReply reply{.id = id, .stop_id = in.big()};
  reply.size = in.big();
  in.require(reply.size <= RSPBRIDGE_WIRE_VMAS_TEXT_MAX);
  return reply;
}

State read_state(Reader& in) {
  State state{.stop_id = in.big()};
  state.running = in.flag();
  return state;
}

Ensure read_ensure(Reader& in, std::uint32_t id) {
  Ensure ensure{.id = id, .address = in.big()};
  ensure.length = in.big();
  ensure.ahead = in.big();
  const auto flags = in.small();
  ensure.wait = flags & RSPBRIDGE_WIRE_WAIT;
  in.require((flags & ~std::uint32_t{RSPBRIDGE_WIRE_WAIT}) == 0);
  in.require(ensure.length >= 1 && ensure.length <= RSPBRIDGE_WIRE_ENSURE_MAX &&
             ensure.ahead <= RSPBRIDGE_WIRE_ENSURE_MAX);
  in.require(ensure.address < RSPBRIDGE_WIRE_VIEW_SIZE &&
             ensure.length <= RSPBRIDGE_WIRE_VIEW_SIZE - ensure.address);
  return ensure;
}

template <typename Message>
std::optional<Message> checked(const Reader& in, Message message) {
  if (!in.finished()) return std::nullopt;
  return message;
}

}  // namespace

std::string encode(const ServerMessage& message) {
  return std::visit(Encoder{}, message);
}
std::string encode(const ClientMessage& message) {
  return std::visit(Encoder{}, message);
}

std::optional<ServerMessage> decode_server(std::string_view bytes) {
  Reader in(bytes);
  const auto type = in.small(), id = in.small();
  ServerMessage message;
  switch (type) {
    case RSPBRIDGE_WIRE_HELLO:
      message = read_hello(in);
      break;
    case RSPBRIDGE_WIRE_OK:
      message = read_ok(in, id);
      break;
    case RSPBRIDGE_WIRE_FAILURE:
      message = read_failure(in, id);
      break;
    case RSPBRIDGE_WIRE_VMAS_REPLY:
      message = read_vmas_reply(in, id);
      break;
    case RSPBRIDGE_WIRE_STATE:
      message = read_state(in);
      break;
    default:
      return std::nullopt;
  }
  return checked(in, std::move(message));
}

std::optional<ClientMessage> decode_client(std::string_view bytes) {
  Reader in(bytes);
  const auto type = in.small(), id = in.small();
  if (type == RSPBRIDGE_WIRE_ENSURE) return checked(in, ClientMessage(read_ensure(in, id)));
  if (type == RSPBRIDGE_WIRE_VMAS) return checked(in, ClientMessage(VmasRequest{id}));
  return std::nullopt;
}

}  // namespace rspbridge::memmap::view
