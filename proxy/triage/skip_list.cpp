#include "proxy/triage/skip_list.hpp"

#include <algorithm>

#include "proxy/triage/skipped_frames.hpp"  // made of skipped_frames.txt at build time
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

bool matches_any(const std::vector<std::string>& globs, std::string_view text) {
  return !text.empty() && std::any_of(globs.begin(), globs.end(),
                                      [text](const std::string& glob) { return matches_glob(glob, text); });
}

}  // namespace

bool matches_glob(std::string_view glob, std::string_view text) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, from = 0;
  while (in < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      from = in;
    } else if (at < glob.size() && (glob[at] == '?' || glob[at] == text[in])) {
      ++at, ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++from;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string_view::npos;
}

SkipList::SkipList(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = rsp::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const bool handling = line.front() == '^';
    if (handling) handling_.emplace_back(line.substr(1));
    (line.front() == '/' ? modules_ : functions_).emplace_back(handling ? line.substr(1) : line);
  }
}

const SkipList& SkipList::built_in() {
  static const SkipList list{std::string_view(skipped_frames_text)};
  return list;
}

bool SkipList::skips(std::string_view function, std::string_view module_path) const {
  return matches_any(functions_, function) || matches_any(modules_, module_path);
}

bool SkipList::skips_callees_of(std::string_view function) const {
  return matches_any(handling_, function);
}

}  // namespace rspbridge::proxy::triage
