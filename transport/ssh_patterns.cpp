#include <algorithm>
#include <cctype>

#include "transport/ssh_config.hpp"

namespace rspbridge::transport {
namespace {

char lower(char letter) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

// Remembers the last star, so that it takes time linear in name times pattern, never more.
bool matches_pattern(std::string_view name, std::string_view pattern) {
  std::size_t at = 0, in_pattern = 0, resume_at = 0, star = std::string_view::npos;
  while (at < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      resume_at = at;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '?' || lower(pattern[in_pattern]) == lower(name[at]))) {
      ++at, ++in_pattern;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++resume_at;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(in_pattern), pattern.end(),
                     [](char letter) { return letter == '*'; });
}

}  // namespace

bool matches_patterns(std::string_view name, const std::vector<std::string>& patterns) {
  bool matched = false;
  for (std::string_view pattern : patterns) {
    const bool excludes = pattern.starts_with('!');
    if (excludes) pattern.remove_prefix(1);
    if (!matches_pattern(name, pattern)) continue;
    if (excludes) return false;
    matched = true;
  }
  return matched;
}

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (true) {
    at = text.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos || text[at] == '#') return words;
    std::string word;
    bool quoted = false;
    for (; at < text.size(); ++at) {
      const char letter = text[at];
      if (letter == '"')
        quoted = !quoted;
      else if (!quoted && std::isspace(static_cast<unsigned char>(letter)))
        break;
      else
        word += letter;
    }
    if (quoted) return std::nullopt;
    words.push_back(std::move(word));
  }
}

}  // namespace rspbridge::transport
