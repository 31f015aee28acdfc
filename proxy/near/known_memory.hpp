// Pages of the target's memory, as long as they hold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "memmap/vma.hpp"
#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::near {

/// Whole pages, each with where it stands. Only of plain memory (memmap::Vma::is_plain_memory()): reading a
/// device has effects, and shared memory changes by itself. No page outlives a resume: the map doesn't tell
/// whether a file's page was written, and by whom.
class KnownMemory {
 public:
  static constexpr std::uint64_t page_size = 4096;

  enum class Found : std::uint8_t {
    here,       ///< all of it: get() gives it
    coming,     ///< wait, and look again
    fetchable,  ///< its missing pages may be asked for: see missing_page()
    elsewhere,  ///< not kept: the stub must be asked for just this
  };
  /// How [address, address + length) stands; length is at least 1.
  Found look(std::uint64_t address, std::uint64_t length) const;
  /// The first page of the range that must be asked for, after Found::fetchable.
  std::uint64_t missing_page(std::uint64_t address, std::uint64_t length) const;
  /// Whether `page` isn't known, and is in the VMA that holds `beside`.
  bool is_fetchable_beside(std::uint64_t page, std::uint64_t beside) const;
  /// After Found::here.
  std::string get(std::uint64_t address, std::uint64_t length) const;

  /// The page was asked for, by request `id`; 0: it comes by itself.
  void expect(std::uint64_t page, link::RequestId id);
  /// The page's bytes; nothing if it couldn't be read. Dropped if it isn't expected under `id` any more.
  void arrived(std::uint64_t page, link::RequestId id, std::optional<std::string> bytes);
  /// GDB writes there: what is known or under way of it holds no longer.
  void written(std::uint64_t address, std::uint64_t length);

  /// The map of this stop was asked for, by request `id`; 0: it comes by itself.
  void expect_map(link::RequestId id);
  /// Nothing if there is none. False, and without effect, if it isn't expected under `id` any more.
  bool map_arrived(link::RequestId id, std::optional<memmap::VmaMap> map);
  bool has_map() const noexcept { return map_state_ == MapState::known; }
  bool expects_map() const noexcept { return map_state_ == MapState::coming; }
  /// Whether all of it is executable plain memory; length is at least 1. False without a map.
  bool is_code(std::uint64_t address, std::uint64_t length) const;
  /// Whether the page is plain memory. False without a map.
  bool is_plain(std::uint64_t page) const { return plain_vma(page) != nullptr; }
  /// There is none, and none is expected.
  bool lacks_map() const noexcept { return map_state_ == MapState::unknown; }
  /// Empty without one.
  const memmap::VmaMap& map() const noexcept { return map_; }

  /// The target resumes, or nothing is sure any more.
  void clear();

  std::size_t pages() const noexcept { return pages_.size(); }

 private:
  struct Page {
    enum class State : std::uint8_t { expected, here, unreadable };
    State state = State::expected;
    link::RequestId id = 0;
    std::string bytes;
  };
  enum class MapState : std::uint8_t { unknown, coming, known };
  Found look_at_page(std::uint64_t page) const;
  const memmap::Vma* plain_vma(std::uint64_t page) const;

  std::map<std::uint64_t, Page> pages_;
  MapState map_state_ = MapState::unknown;
  link::RequestId map_id_ = 0;  ///< while it is coming
  memmap::VmaMap map_;          ///< of this stop, if known
};

}  // namespace rspbridge::proxy::near
