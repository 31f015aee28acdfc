#include "proxy/http/target.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace rspbridge::proxy::http {
namespace {

template <class Number>
std::optional<Number> digits(std::string_view text, int base) {
  Number value{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      const auto value = digits<unsigned char>(text.substr(at + 1, 2), 16);
      if (!value || text.size() - at < 3) return std::nullopt;
      out += static_cast<char>(*value);
      at += 2;
    } else {
      out += text[at] == '+' && plus_is_blank ? ' ' : text[at];
    }
  }
  return out;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto mark = text.find('?');
  auto path = decoded(text.substr(0, mark), false);
  if (!path || !path->starts_with('/')) return std::nullopt;
  Target target{std::move(*path), {}};
  std::string_view rest = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(pair.size() == rest.size() ? pair.size() : pair.size() + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals), true);
    auto value =
        decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return target;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  return digits<std::uint64_t>(hex ? text.substr(2) : text, hex ? 16 : 10);
}

}  // namespace rspbridge::proxy::http
