#include "rsp/register_values.hpp"

#include <algorithm>
#include <utility>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

struct Bytes {
  std::string bytes, known;
};

/// Two hex digits a byte, or `xx`.
std::optional<Bytes> parse_bytes(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto size = text.size() / 2;
  Bytes out{std::string(size, '\0'), std::string(size, '\0')};
  while (!text.empty()) {
    const std::size_t at = size - text.size() / 2;
    const std::string_view known = text.substr(0, text.find('x'));
    const auto bytes = from_hex(known);
    if (!bytes) return std::nullopt;
    out.bytes.replace(at, bytes->size(), *bytes);
    out.known.replace(at, bytes->size(), bytes->size(), 1);
    text.remove_prefix(known.size());
    if (text.empty()) break;
    if (!text.starts_with("xx")) return std::nullopt;
    text.remove_prefix(std::min(text.find_first_not_of('x'), text.size()) & ~std::size_t{1});
  }
  return out;
}

bool all_known(std::string_view known) {
  return std::ranges::all_of(known, [](char c) { return c != 0; });
}

}  // namespace

RegisterValues::RegisterValues(RegisterLayout layout)
    : layout_(std::move(layout)), bytes_(layout_.size(), '\0'), known_(layout_.size(), '\0') {}

tl::expected<RegisterValues, std::string> RegisterValues::parse(RegisterLayout layout,
                                                                std::string_view payload) {
  const auto refuse = [&](const std::string& why) {
    return tl::unexpected("the registers can't be read: " + why + ": " + quote(payload));
  };
  if (payload.empty()) return refuse("an empty packet");
  if (payload.size() / 2 > layout.size()) {
    return refuse(std::to_string(payload.size() / 2) + " bytes for a layout of " +
                  std::to_string(layout.size()));
  }
  const auto parsed = parse_bytes(payload);
  if (!parsed) return refuse("neither hex digits nor xx");
  RegisterValues values(std::move(layout));
  values.bytes_.replace(0, parsed->bytes.size(), parsed->bytes);
  values.known_.replace(0, parsed->known.size(), parsed->known);
  return values;
}

std::string RegisterValues::format() const {
  std::string out;
  out.reserve(2 * layout_.size());
  for (const auto& reg : layout_.registers()) out += get_hex(reg.regnum).value_or("");
  return out;
}

std::optional<std::string> RegisterValues::get(std::uint32_t regnum) const {
  const auto* reg = layout_.find(regnum);
  return reg == nullptr ? std::nullopt : get_low(regnum, reg->size);
}

std::optional<std::string> RegisterValues::get_low(std::uint32_t regnum, std::size_t count) const {
  const auto* reg = layout_.find(regnum);
  if (reg == nullptr || count > reg->size) return std::nullopt;
  if (!all_known(std::string_view(known_).substr(reg->offset, count))) return std::nullopt;
  return bytes_.substr(reg->offset, count);
}

std::optional<std::string> RegisterValues::get_hex(std::uint32_t regnum) const {
  const auto* reg = layout_.find(regnum);
  if (reg == nullptr) return std::nullopt;
  const auto bytes = get(regnum);
  return bytes ? to_hex(*bytes) : std::string(2 * reg->size, 'x');
}

bool RegisterValues::set(std::uint32_t regnum, std::string_view bytes) {
  const auto* reg = layout_.find(regnum);
  if (reg == nullptr || bytes.size() != reg->size) return false;
  bytes_.replace(reg->offset, reg->size, bytes);
  known_.replace(reg->offset, reg->size, reg->size, 1);
  return true;
}

bool RegisterValues::set_hex(std::uint32_t regnum, std::string_view hex) {
  const auto* reg = layout_.find(regnum);
  if (reg == nullptr || hex.size() != 2 * reg->size) return false;
  const auto parsed = parse_bytes(hex);
  if (!parsed) return false;
  bytes_.replace(reg->offset, reg->size, parsed->bytes);
  known_.replace(reg->offset, reg->size, parsed->known);
  return true;
}

void RegisterValues::forget(std::uint32_t regnum) {
  const auto* reg = layout_.find(regnum);
  if (reg == nullptr) return;
  bytes_.replace(reg->offset, reg->size, reg->size, '\0');
  known_.replace(reg->offset, reg->size, reg->size, '\0');
}

}  // namespace rspbridge::rsp
