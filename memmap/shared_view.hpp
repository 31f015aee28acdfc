// The target's memory as one sparse file in this host's memory, which other programs map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include <tl/expected.hpp>

#include "memmap/address.hpp"
#include "memmap/range_set.hpp"
#include "memmap/shared_file.hpp"

namespace rspbridge::memmap {

/// What a SharedView may hold.
struct ViewLimits {
  std::uint64_t populated = std::uint64_t{2} << 30;  ///< bytes
  std::size_t partial_pages = 1024;                  ///< pages of which only a part is known
};

/// Why something isn't in the view.
enum class ViewProblem {
  outside,     ///< at or above view_size, or wrapping
  missing,     ///< not written at this stop
  unreadable,  ///< recorded as such by set_unreadable()
  running,     ///< the target runs: nothing can be known
  full,        ///< ViewLimits::populated is reached
  system,      ///< the kernel refused: `error`
};

/// `range` is the first part that the problem is about.
struct ViewError {
  ViewProblem problem = ViewProblem::missing;
  AddressRange range;
  std::error_code error;
};

/// What is known of the target's memory at the current stop. File offset = target address, without its tag
/// and below view_size (user space with 48 bits). What is populated is this class's own record: the file
/// itself gets pages that nobody wrote when a client touches them. A page gets into the file only whole;
/// parts wait here until they complete it. Not thread-safe. Only moved.
class SharedView {
 public:
  /// Of a target that runs: nothing can be written before stop().
  static tl::expected<SharedView, std::error_code> create(ViewLimits limits = {});

  /// Bytes that were read from the target, or written to it, at this stop. What was unreadable there is no
  /// more. Nothing is evicted when the view is full, since a client couldn't tell a page that vanished within
  /// a stop from zeros.
  tl::expected<void, ViewError> write(VirtAddr address, std::string_view bytes);
  /// Exactly `length` bytes, of populated pages only.
  tl::expected<std::string, ViewError> read(VirtAddr address, std::size_t length) const;
  /// Pages that the target couldn't read at this stop: all that `range` touches, but those populated.
  void set_unreadable(AddressRange range);

  /// What of `range` is populated: whole pages, cut to `range`.
  std::vector<AddressRange> populated(AddressRange range) const { return populated_.within(range); }
  /// The pages that `range` touches and that are neither populated nor unreadable.
  std::vector<AddressRange> missing(AddressRange range) const;
  /// The first unreadable part of `range`, extended to all unreadable pages that follow; empty if there is
  /// none.
  AddressRange unreadable(AddressRange range) const;

  /// The target resumes. Clients see that first; then every page goes, but whole pages in `keep` that were
  /// populated (memory that can't change: text of ELF files). A failure leaves the record right: nothing is
  /// populated but what was kept.
  std::error_code resume(const RangeSet& keep);
  /// The target stopped; `stop_id` is greater than the one before. Pages that clients made by touching holes
  /// while it ran are dropped before clients see the stop.
  std::error_code stop(std::uint64_t stop_id);
  /// Of the current stop, or of the last one while the target runs; 0 before the first.
  std::uint64_t stop_id() const noexcept { return stop_id_; }
  bool running() const noexcept { return running_; }

  /// A descriptor for one client.
  tl::expected<FileDescriptor, std::error_code> client_descriptor() const { return file_.read_only(); }

 private:
  struct Partial {
    std::string bytes;
    RangeSet known;
  };

  SharedView(SharedFile file, ViewLimits limits) : file_(std::move(file)), limits_(limits) {}
  tl::expected<void, ViewError> write_pages(AddressRange pages, std::string_view bytes);
  tl::expected<void, ViewError> write_part(VirtAddr address, std::string_view bytes);
  std::error_code punch_unpopulated();

  SharedFile file_;
  ViewLimits limits_;
  RangeSet populated_, unreadable_;
  std::unordered_map<std::uint64_t, Partial> partial_;  // by page
  std::deque<std::uint64_t> partial_order_;  // oldest first; may name pages that are complete by now
  std::uint64_t stop_id_ = 0;
  bool running_ = true;
};

}  // namespace rspbridge::memmap
