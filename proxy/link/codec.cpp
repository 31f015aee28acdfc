#include "proxy/link/codec.hpp"

#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "proxy/link/message_fields.hpp"
#include "proxy/link/varint.hpp"

namespace rspbridge::proxy::link {
namespace {

constexpr std::uint64_t zigzag(std::int64_t value) {  // small numbers of either sign become small
  return (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ ((value & 1) != 0 ? ~std::uint64_t{0} : 0));
}

class Writer {
 public:
  void put(std::uint64_t value) { append_varint(out_, value); }
  void put(unsigned value) { put(std::uint64_t{value}); }
  void put(std::int64_t value) { put(zigzag(value)); }
  void put(bool value) { out_ += value ? '\1' : '\0'; }
  void put(const std::string& text) {
    if (text.size() > max_message) return fail();
    put(std::uint64_t{text.size()});
    out_ += text;
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    if (list.size() > max_list) return fail();
    put(std::uint64_t{list.size()});
    for (const T& element : list) put(element);
  }
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>)
      put(std::uint64_t{static_cast<std::underlying_type_t<T>>(value)});
    else
      std::apply([&](auto... member) { (put(value.*member), ...); }, fields<T>);
  }
  void fail() { failed_ = true; }

  std::optional<std::string> take() {
    if (failed_ || out_.size() > max_message) return std::nullopt;
    return std::move(out_);
  }

 private:
  std::string out_;
  bool failed_ = false;
};

/// After the first fault every get() gives nothing worth having; done() tells.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes), failed_(bytes.size() > max_message) {}

  void get(std::uint64_t& value) {
    if (failed_ || take_varint(bytes_, value) != VarintState::whole) fail();
  }
  void get(unsigned& value) { value = static_cast<unsigned>(up_to(std::numeric_limits<unsigned>::max())); }
  void get(std::int64_t& value) {
    std::uint64_t number = 0;
    get(number);
    value = unzigzag(number);
  }
  void get(bool& value) { value = up_to(1) != 0; }
  void get(std::string& text) {
    const auto size = static_cast<std::size_t>(up_to(bytes_.size()));
    if (failed_ || size > bytes_.size()) return fail();
    text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    if (present && !failed_) get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& list) {
    const std::uint64_t count = up_to(max_list);
    for (std::uint64_t i = 0; i < count && !failed_; ++i) get(list.emplace_back());
  }
  template <class T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>)
      value = static_cast<T>(up_to(static_cast<std::underlying_type_t<T>>(last_of<T>)));
    else
      std::apply([&](auto... member) { (get(value.*member), ...); }, fields<T>);
  }
  std::uint64_t up_to(std::uint64_t most) {
    std::uint64_t value = 0;
    get(value);
    if (value > most) fail();
    return failed_ ? 0 : value;
  }
  bool done() const { return !failed_ && bytes_.empty(); }

 private:
  void fail() { failed_ = true; }

  std::string_view bytes_;
  bool failed_;
};

template <class Message>
std::optional<std::string> encode_any(const Message& message) {
  Writer writer;
  writer.put(std::uint64_t{message.index()});
  std::visit([&writer](const auto& fields_of) { writer.put(fields_of); }, message);
  return writer.take();
}

template <class Message, std::size_t index = 0>
void get_alternative(Reader& reader, std::uint64_t which, Message& message) {
  if constexpr (index < std::variant_size_v<Message>) {
    if (which == index) return reader.get(message.template emplace<index>());
    get_alternative<Message, index + 1>(reader, which, message);
  }
}

template <class Message>
std::optional<Message> decode_any(std::string_view bytes) {
  Reader reader(bytes);
  Message message;
  get_alternative(reader, reader.up_to(std::variant_size_v<Message> - 1), message);
  if (!reader.done()) return std::nullopt;
  return message;
}

}  // namespace

std::optional<std::string> encode(const ToFar& message) {
  return encode_any(message);
}
std::optional<std::string> encode(const ToNear& message) {
  return encode_any(message);
}
std::optional<ToFar> decode_to_far(std::string_view bytes) {
  return decode_any<ToFar>(bytes);
}
std::optional<ToNear> decode_to_near(std::string_view bytes) {
  return decode_any<ToNear>(bytes);
}

}  // namespace rspbridge::proxy::link
