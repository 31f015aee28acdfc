#include "memmap/view_answer.hpp"

#include <algorithm>

namespace rspbridge::memmap::view {
namespace {

Failure failure(const Ensure& request, FailureCode code, AddressRange range, const char* sentence) {
  return {.id = request.id, .code = code, .range = range, .sentence = sentence};
}

}  // namespace

Step next_step(const SharedView& view, const Ensure& request) {
  const auto begin = request.address & ~(view_page_size - 1);
  const auto end = (request.address + request.length + view_page_size - 1) & ~(view_page_size - 1);
  const auto far_end = std::min(view_size, (end + request.ahead) & ~(view_page_size - 1));
  const AddressRange pages{{begin}, {end}}, ahead{{end}, {far_end}};
  if (view.running()) {
    if (request.wait) return {};
    return {.answer = failure(request, FailureCode::running, pages, "The target runs.")};
  }
  if (const auto range = view.unreadable(pages); range.size() > 0)
    return {.answer = failure(request, FailureCode::unreadable, range, "The target can't read this memory.")};
  if (auto missing = view.missing(pages); !missing.empty())
    return {.fetch = std::move(missing), .ahead = view.missing(ahead)};
  return {.answer = Ok{.id = request.id,
                       .stop_id = view.stop_id(),
                       .populated = view.populated({pages.begin, ahead.end})}};
}

}  // namespace rspbridge::memmap::view
