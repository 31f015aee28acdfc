// Reading ahead of a client that reads memory in sequence (GDB's `dump`, `find`, a load of data).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memmap/vma.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {

/// Decides what to fetch next and holds what was fetched, until the target changes. Only VMAs of
/// plain memory are read ahead: reading a device has effects, and shared memory changes by itself.
class ReadAhead {
 public:
  static constexpr std::size_t min_length = 1024;                 ///< shorter reads are no bulk read
  static constexpr std::size_t first_window = 4;                  ///< blocks
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;  ///< of all blocks held or under way

  /// The stub's reply to a read that is answered from a block; nothing if the stub must be asked after all.
  using Deliver = std::function<void(std::optional<std::string> payload)>;

  /// A client reads. True if a block fetched ahead answers it: `deliver` was called with the reply, or
  /// will be once the block arrives. False: the caller must ask the stub.
  bool take(const rsp::MemoryRead& request, Deliver deliver);

  /// True if the last reads follow one another, so that a map of the target is worth having.
  bool sequential() const noexcept { return streak_ >= 2; }

  /// What to fetch now, given the map of this stop. Each must be handed to arrived() by its address.
  std::vector<rsp::MemoryRead> plan(const memmap::VmaMap& map);

  /// The stub's reply to a planned read, run-length expanded. `generation` is that of the time of plan().
  void arrived(std::uint64_t generation, const rsp::MemoryRead& request, std::string payload);

  /// The target changed or runs: forgets all blocks. Those that a client waits for are still delivered.
  void clear();

  std::uint64_t generation() const noexcept { return generation_; }

 private:
  struct Block {
    rsp::MemoryRead request;
    std::uint64_t generation = 0;
    std::optional<std::string> bytes;        ///< decoded; nothing while under way
    std::optional<rsp::MemoryRead> waiting;  ///< what the client asked for
    Deliver deliver;
  };
  static std::string encode(rsp::MemoryEncoding encoding, std::string_view bytes);

  std::deque<Block> blocks_;    // ascending addresses, each following the one before
  std::vector<Block> orphans_;  // of an older generation, but a client waits
  std::optional<rsp::MemoryRead> last_;
  std::size_t streak_ = 0;
  std::size_t window_ = first_window;
  std::uint64_t generation_ = 1;
};

}  // namespace rspbridge::proxy::near
