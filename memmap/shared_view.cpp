#include "memmap/shared_view.hpp"

#include <algorithm>
#include <utility>

namespace rspbridge::memmap {
namespace {

constexpr std::uint64_t page_mask = view_page_size - 1;

VirtAddr page_down(VirtAddr address) {
  return {address.value & ~page_mask};
}
VirtAddr page_up(VirtAddr address) {
  return page_down({address.value + page_mask});
}
AddressRange pages_of(AddressRange range) {
  return {page_down(range.begin), page_up(range.end)};
}

bool is_inside(VirtAddr address, std::uint64_t length) {
  return address.value <= view_size && length <= view_size - address.value;
}

AddressRange clipped(AddressRange range) {
  return {std::min(range.begin, VirtAddr{view_size}), std::min(range.end, VirtAddr{view_size})};
}

tl::unexpected<ViewError> failure(ViewProblem problem, AddressRange range, std::error_code error = {}) {
  return tl::make_unexpected(ViewError{problem, range, error});
}

}  // namespace

tl::expected<SharedView, std::error_code> SharedView::create(ViewLimits limits) {
  auto file = SharedFile::create();
  if (!file) return tl::make_unexpected(file.error());
  file->set_state(0, true);
  return SharedView(*std::move(file), limits);
}

tl::expected<void, ViewError> SharedView::write(VirtAddr address, std::string_view bytes) {
  const AddressRange range{address, {address.value + bytes.size()}};
  if (!is_inside(address, bytes.size())) return failure(ViewProblem::outside, range);
  if (running_) return failure(ViewProblem::running, range);
  while (!bytes.empty()) {
    const auto in_page = address.value & page_mask;
    const bool whole = in_page == 0 && bytes.size() >= view_page_size;
    const auto length = whole ? bytes.size() & ~page_mask : std::min(bytes.size(), view_page_size - in_page);
    const auto part = bytes.substr(0, length);
    const auto written =
        whole ? write_pages({address, {address.value + length}}, part) : write_part(address, part);
    if (!written) return written;
    address.value += length;
    bytes.remove_prefix(length);
  }
  return {};
}

tl::expected<void, ViewError> SharedView::write_pages(AddressRange pages, std::string_view bytes) {
  std::uint64_t fresh = 0;
  for (const auto& gap : populated_.gaps(pages)) fresh += gap.size();
  if (populated_.size() + fresh > limits_.populated) return failure(ViewProblem::full, pages);
  if (const auto error = file_.write(pages.begin.value, bytes))
    return failure(ViewProblem::system, pages, error);
  populated_.insert(pages);
  unreadable_.erase(pages);
  if (!partial_.empty())
    for (auto page = pages.begin.value; page < pages.end.value; page += view_page_size) partial_.erase(page);
  return {};
}

// Within one page, and not all of it.
tl::expected<void, ViewError> SharedView::write_part(VirtAddr address, std::string_view bytes) {
  const auto page = page_down(address);
  const AddressRange range{address, {address.value + bytes.size()}};
  if (populated_.contains(page)) {
    if (const auto error = file_.write(address.value, bytes))
      return failure(ViewProblem::system, range, error);
    return {};
  }
  auto [found, fresh] = partial_.try_emplace(page.value);
  auto& partial = found->second;
  if (fresh) {
    partial.bytes.resize(view_page_size);
    partial_order_.push_back(page.value);
  }
  partial.bytes.replace(address.value - page.value, bytes.size(), bytes);
  partial.known.insert(range);
  if (partial.known.size() == view_page_size) {
    const auto whole = std::move(partial.bytes);
    partial_.erase(found);
    return write_pages({page, {page.value + view_page_size}}, whole);
  }
  while (partial_order_.size() > limits_.partial_pages) {
    partial_.erase(partial_order_.front());
    partial_order_.pop_front();
  }
  return {};
}

tl::expected<std::string, ViewError> SharedView::read(VirtAddr address, std::size_t length) const {
  const AddressRange range{address, {address.value + length}};
  if (!is_inside(address, length)) return failure(ViewProblem::outside, range);
  if (running_) return failure(ViewProblem::running, range);
  if (const auto gaps = populated_.gaps(range); !gaps.empty()) {
    const bool is_unreadable = unreadable_.contains(gaps.front().begin);
    return failure(is_unreadable ? ViewProblem::unreadable : ViewProblem::missing, gaps.front());
  }
  std::string bytes(length, '\0');
  if (const auto error = file_.read(address.value, bytes.data(), length))
    return failure(ViewProblem::system, range, error);
  return bytes;
}

void SharedView::set_unreadable(AddressRange range) {
  if (running_ || range.end <= range.begin) return;
  for (const auto& gap : populated_.gaps(pages_of(clipped(range)))) unreadable_.insert(gap);
}

std::vector<AddressRange> SharedView::missing(AddressRange range) const {
  std::vector<AddressRange> result;
  if (range.end <= range.begin) return result;
  for (const auto& gap : populated_.gaps(pages_of(clipped(range))))
    for (const auto& each : unreadable_.gaps(gap)) result.push_back(each);
  return result;
}

AddressRange SharedView::unreadable(AddressRange range) const {
  const auto found = unreadable_.within(range);
  if (found.empty()) return {range.begin, range.begin};
  const auto whole = unreadable_.within({found.front().begin, {view_size}});
  return whole.front();
}

std::error_code SharedView::resume(const RangeSet& keep) {
  running_ = true;
  file_.set_state(stop_id_, true);
  RangeSet kept;
  for (const auto& range : keep.ranges()) {
    const AddressRange pages{page_up(range.begin), page_down(range.end)};  // only whole pages of it
    for (const auto& each : populated_.within(pages)) kept.insert(each);
  }
  populated_ = std::move(kept);
  unreadable_.clear();
  partial_.clear();
  partial_order_.clear();
  return punch_unpopulated();
}

std::error_code SharedView::stop(std::uint64_t stop_id) {
  const auto error = punch_unpopulated();
  stop_id_ = stop_id;
  running_ = false;
  file_.set_state(stop_id, false);
  return error;
}

std::error_code SharedView::punch_unpopulated() {
  std::error_code first;
  for (const auto& gap : populated_.gaps({VirtAddr{0}, VirtAddr{view_size}}))
    if (const auto error = file_.punch(gap); error && !first) first = error;
  return first;
}

}  // namespace rspbridge::memmap
