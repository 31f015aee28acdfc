#include "transport/ssh_config.hpp"

#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "transport/local_user.hpp"
#include "transport/ssh.hpp"
#include "transport/ssh_keywords.hpp"

namespace rspbridge::transport {
namespace {

constexpr int deepest_include = 16;

[[noreturn]] void fail(const std::string& message) {
  throw SshError(SshErrc::bad_config, message);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\f");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\f") - first + 1);
}

struct Setting {
  std::string keyword;  // lower case
  std::string_view value;
};

// "Keyword value", "Keyword=value" or "Keyword = value"; nothing for a blank line or a comment.
std::optional<Setting> parse_setting(std::string_view line) {
  line = trim(line);
  if (line.empty() || line[0] == '#') return std::nullopt;
  const auto end = std::min(line.find_first_of(" \t="), line.size());
  Setting setting{std::string(line.substr(0, end)), trim(line.substr(end))};
  if (setting.value.starts_with('=')) setting.value = trim(setting.value.substr(1));
  std::transform(setting.keyword.begin(), setting.keyword.end(), setting.keyword.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return setting;
}

std::vector<std::string> split_at_commas(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (auto comma = list.find(','); comma != std::string::npos; comma = list.find(',', start)) {
    parts.push_back(list.substr(start, comma - start));
    start = comma + 1;
  }
  parts.push_back(list.substr(start));
  return parts;
}

std::string canonical_keyword(std::string keyword) {
  if (keyword == "pubkeyacceptedkeytypes") return "pubkeyacceptedalgorithms";
  return keyword;
}

}  // namespace

SshConfig::SshConfig(std::string host, std::optional<std::string> user)
    : host_(std::move(host)), user_(std::move(user)) {}

void SshConfig::add_option(std::string_view option) {
  const auto setting = parse_setting(option);
  if (!setting || setting->value.empty())
    fail("The SSH option '" + std::string(option) + "' isn't of the form Keyword=value.");
  if (!is_ssh_keyword(setting->keyword) || setting->keyword == "host" || setting->keyword == "match")
    fail("The SSH option '" + setting->keyword + "' isn't known; see ssh_config(5) for those that are.");
  values_[canonical_keyword(setting->keyword)].emplace_back(setting->value);
}

void SshConfig::read(const std::filesystem::path& file, const std::filesystem::path& include_base,
                     bool required) {
  active_ = true;
  read_at_depth(file, include_base, required, 0);
  active_ = true;
}

void SshConfig::read_at_depth(const std::filesystem::path& file, const std::filesystem::path& include_base,
                              bool required, int depth) {
  std::ifstream input(file);
  if (!input) {
    if (required || errno != ENOENT)
      fail("The SSH configuration file " + file.string() + " can't be read: " + std::strerror(errno) + ".");
    return;
  }
  int number = 0;
  for (std::string line; std::getline(input, line);)
    take_line(line, Place{file, ++number, include_base, depth});
}

void SshConfig::take_line(std::string_view line, const Place& place) {
  const auto setting = parse_setting(line);
  if (!setting) return;
  const std::string where = place.file.string() + " line " + std::to_string(place.line) + ": ";
  const auto value_words = split_words(setting->value);
  if (!value_words) fail(where + "a quote isn't closed.");
  if (value_words->empty()) fail(where + setting->keyword + " has no value.");
  if (setting->keyword == "host")
    active_ = matches_patterns(host_, *value_words);
  else if (setting->keyword == "match")
    active_ = matches(*value_words, place);
  else if (setting->keyword == "include" && active_)
    include(*value_words, place);
  else if (active_)
    values_[canonical_keyword(setting->keyword)].emplace_back(setting->value);
}

void SshConfig::include(const std::vector<std::string>& patterns, const Place& place) {
  if (place.depth >= deepest_include) fail(place.file.string() + ": files include one another too deeply.");
  for (const auto& pattern : patterns) {
    const auto absolute = pattern.starts_with("~/") ? std::filesystem::path(local_home()) / pattern.substr(2)
                                                    : place.include_base / pattern;
    glob_t found{};
    if (::glob(absolute.c_str(), 0, nullptr, &found) == 0) {
      const std::vector<std::string> files(found.gl_pathv, found.gl_pathv + found.gl_pathc);
      ::globfree(&found);
      for (const auto& file : files) {
        read_at_depth(file, place.include_base, true, place.depth + 1);
        active_ = true;  // a Host or Match in the included file ends with it
      }
    } else {
      ::globfree(&found);
    }
  }
}

bool SshConfig::matches(const std::vector<std::string>& criteria, const Place& place) {
  bool matched = true;
  for (std::size_t at = 0; at < criteria.size(); ++at) {
    std::string criterion = criteria[at];
    const bool negated = criterion.starts_with('!');
    if (negated) criterion.erase(0, 1);
    if (criterion == "final") saw_final_ = true;
    bool result = criterion == "all" || (criterion == "final" && final_pass_);
    if (criterion != "all" && criterion != "final" && criterion != "canonical") {
      if (++at >= criteria.size())
        fail(place.file.string() + " line " + std::to_string(place.line) + ": Match " + criterion +
             " needs an argument.");
      // Like OpenSSH, run no command once the line can't match any more.
      result = matched && matches_one(criterion, criteria[at], place);
    }
    matched = matched && result != negated;
  }
  return matched;
}

bool SshConfig::matches_one(const std::string& criterion, const std::string& argument,
                            const Place& place) const {
  const auto patterns = split_at_commas(argument);
  if (criterion == "host") return matches_patterns(effective_host(), patterns);
  if (criterion == "originalhost") return matches_patterns(host_, patterns);
  if (criterion == "user") return matches_patterns(effective_user(), patterns);
  if (criterion == "localuser") return matches_patterns(local_user_name(), patterns);
  if (criterion == "exec") {
    std::string command = argument;
    for (auto at = command.find("%h"); at != std::string::npos; at = command.find("%h"))
      command.replace(at, 2, effective_host());
    return std::system(("{ " + command + "\n} </dev/null >/dev/null").c_str()) == 0;
  }
  fail(place.file.string() + " line " + std::to_string(place.line) + ": Match " + criterion +
       " isn't understood.");
}

std::string SshConfig::effective_host() const {
  return value("hostname").value_or(host_);
}

std::string SshConfig::effective_user() const {
  return user_ ? *user_ : value("user").value_or(local_user_name());
}

std::optional<std::string> SshConfig::value(const std::string& keyword) const {
  const auto found = values_.find(keyword);
  if (found == values_.end()) return std::nullopt;
  const auto parts = split_words(found->second.front());
  return parts && parts->size() == 1 ? parts->front() : found->second.front();
}

std::vector<std::string> SshConfig::words(const std::string& keyword) const {
  const auto found = values_.find(keyword);
  if (found == values_.end()) return {};
  return split_words(found->second.front()).value_or(std::vector<std::string>{});
}

std::vector<std::string> SshConfig::all(const std::string& keyword) const {
  const auto found = values_.find(keyword);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace rspbridge::transport
