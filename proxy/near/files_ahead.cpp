#include "proxy/near/files_ahead.hpp"

#include <algorithm>
#include <utility>

namespace rspbridge::proxy::near {
namespace {

bool same(const link::LookAtFile& a, const link::LookAtFile& b) {
  return a.path == b.path && a.most == b.most && a.file_system == b.file_system;
}

}  // namespace

void FilesAhead::asked(link::LookAtFile request, Clock::time_point now) {
  entries_.push_back({std::move(request), now, std::nullopt});
}

std::optional<link::LookAtFile> FilesAhead::arrived(const link::FileSeen& seen) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.request.id == seen.id; });
  if (found == entries_.end()) return std::nullopt;
  found->seen = seen;
  return found->request;
}

std::optional<FilesAhead::Look> FilesAhead::take(const link::LookAtFile& wanted, Clock::time_point now) {
  std::erase_if(entries_, [&](const Entry& entry) { return now - entry.asked > holds; });
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return same(entry.request, wanted); });
  if (found == entries_.end()) return std::nullopt;
  Look look{found->request.id, std::move(found->seen)};
  entries_.erase(found);
  return look;
}

bool FilesAhead::has(const link::LookAtFile& wanted) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return same(entry.request, wanted); });
}

}  // namespace rspbridge::proxy::near
