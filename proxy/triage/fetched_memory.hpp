// Memory that was read from a target before, page by page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "memmap/range_set.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// Notes what is asked for and isn't here. Not thread-safe.
class FetchedMemory final : public Memory {
 public:
  static constexpr std::uint64_t page = 4096;  ///< bytes

  /// `bytes` are those of whole pages.
  void add(std::uint64_t address, std::string_view bytes);
  /// It is known that the target can't read these pages.
  void set_unreadable(memmap::AddressRange pages) { unreadable_.insert(pages); }
  bool is_known(std::uint64_t page_address) const;

  std::optional<std::string> read(std::uint64_t address, std::size_t length) override;

  /// The pages that were asked for and are neither here nor unreadable, since the last call.
  std::vector<memmap::AddressRange> take_missing();

 private:
  std::map<std::uint64_t, std::string> pages_;
  memmap::RangeSet unreadable_, missing_;
};

}  // namespace rspbridge::proxy::triage
