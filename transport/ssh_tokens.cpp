#include "transport/ssh_tokens.hpp"

#include <pwd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <vector>

#include "transport/local_user.hpp"
#include "transport/ssh.hpp"
#include "transport/ssh_config.hpp"

namespace rspbridge::transport {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw SshError(SshErrc::bad_config, message);
}

std::string expand_tilde(const std::string& text) {
  if (!text.starts_with('~')) return text;
  const auto slash = std::min(text.find('/'), text.size());
  const std::string user = text.substr(1, slash - 1);
  if (user.empty()) return local_home() + text.substr(slash);
  const passwd* entry = ::getpwnam(user.c_str());
  if (!entry) fail("'" + text + "' in the SSH configuration names the home of a user who doesn't exist.");
  return entry->pw_dir + text.substr(slash);
}

std::string expand_environment(std::string_view text) {
  std::string result;
  while (true) {
    const auto start = text.find("${");
    const auto end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) return result.append(text);
    const std::string name(text.substr(start + 2, end - start - 2));
    const char* value = std::getenv(name.c_str());
    if (!value) fail("The SSH configuration uses ${" + name + "}, which isn't set.");
    result.append(text.substr(0, start)).append(value);
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (comma > 0) parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts) {
  std::string joined;
  for (const auto& part : parts) joined += (joined.empty() ? "" : ",") + part;
  return joined;
}

}  // namespace

std::string expand_tokens(std::string_view text, const SshTokens& tokens) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      result += text[at];
      continue;
    }
    const char letter = ++at < text.size() ? text[at] : '\0';
    if (letter == '%') {
      result += '%';
    } else if (const auto token = tokens.find(letter); token != tokens.end()) {
      result += token->second;
    } else {
      fail("'" + std::string(text) + "' in the SSH configuration has a %-token that isn't supported.");
    }
  }
  return result;
}

std::string expand_path(std::string_view text, const SshTokens& tokens) {
  return expand_tilde(expand_tokens(expand_environment(text), tokens));
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  long total = 0;
  while (!text.empty()) {
    long number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    long unit = 1;
    if (!text.empty()) {
      switch (text.front() | 0x20) {
        case 's':
          unit = 1;
          break;
        case 'm':
          unit = 60;
          break;
        case 'h':
          unit = 3600;
          break;
        case 'd':
          unit = 86400;
          break;
        case 'w':
          unit = 604800;
          break;
        default:
          return std::nullopt;
      }
      text.remove_prefix(1);
    }
    constexpr long longest_expansion = std::numeric_limits<int>::max();
    if (number > (longest_expansion - total) / unit) return std::nullopt;
    total += number * unit;
  }
  return std::chrono::seconds(total);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || end - stop > 1) return std::nullopt;
  if (stop == end) return number;
  int shift = 0;
  switch (*stop | 0x20) {
    case 'k':
      shift = 10;
      break;
    case 'm':
      shift = 20;
      break;
    case 'g':
      shift = 30;
      break;
    default:
      return std::nullopt;
  }
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return number << shift;
}

std::string combine_algorithms(std::string_view list, std::string_view defaults) {
  if (list.empty()) return std::string(defaults);
  const char how = list.front();
  if (how != '+' && how != '-' && how != '^') return std::string(list);
  const auto named = split_list(list.substr(1));
  std::vector<std::string> others;
  for (const auto& algorithm : split_list(defaults))
    if (!matches_patterns(algorithm, named)) others.push_back(algorithm);
  if (how == '-') return join(others);
  if (how == '^') return join(named) + (others.empty() ? "" : "," + join(others));
  return std::string(defaults) + "," + join(named);
}

}  // namespace rspbridge::transport
