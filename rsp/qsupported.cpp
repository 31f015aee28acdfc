#include "rsp/qsupported.hpp"

#include <algorithm>

#include "rsp/escape.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::uint64_t min_packet_size = 16;
constexpr std::uint64_t max_packet_size = std::uint64_t{16} << 20;

struct Entry {
  std::string_view name, value;
};

Entry parse_entry(std::string_view text) {
  if (const auto equals = text.find('='); equals != std::string_view::npos) {
    return {text.substr(0, equals), text.substr(equals + 1)};
  }
  const char last = text.back();
  if (last == '+' || last == '-' || last == '?') {
    return {text.substr(0, text.size() - 1), text.substr(text.size() - 1)};
  }
  return {text, {}};
}

}  // namespace

Features Features::parse(std::string_view list) {
  Features features;
  while (!list.empty() && features.map_.size() < max_features) {
    const auto end = std::min(list.find(';'), list.size());
    const auto text = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (text.empty()) continue;
    const auto [name, value] = parse_entry(text);
    if (!name.empty()) features.map_.insert_or_assign(std::string(name), std::string(value));
  }
  return features;
}

bool Features::has(std::string_view name) const {
  const auto found = map_.find(name);
  return found != map_.end() && found->second == "+";
}

std::optional<std::string> Features::value(std::string_view name) const {
  const auto found = map_.find(name);
  if (found == map_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::size_t> Features::packet_size() const {
  const auto text = value("PacketSize");
  const auto size = text ? parse_hex(*text) : std::nullopt;
  if (!size || *size < min_packet_size || *size > max_packet_size) return std::nullopt;
  return static_cast<std::size_t>(*size);
}

}  // namespace rspbridge::rsp
