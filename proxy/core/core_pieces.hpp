// The bytes of a core file, one piece after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <asio/awaitable.hpp>

#include "memmap/core_file.hpp"
#include "memmap/range_set.hpp"
#include "proxy/core/snapshot.hpp"
#include "proxy/inspect/inspection.hpp"

namespace rspbridge::proxy::core {

/// A core file of one moment: its memory is read as its pieces are asked for.
class CorePieces {
 public:
  /// `inspection` outlives it.
  CorePieces(inspect::Inspection& inspection, Snapshot snapshot);

  /// Of all pieces together, in bytes.
  std::uint64_t length() const noexcept { return file_.length(); }

  /// The next piece, of some 256 KiB at most where it is memory. Not to be called any more once length()
  /// bytes were given, or after a failure: where the target doesn't stand any more as it did then, where its
  /// memory can't be asked for, and where too many pages of it can't be read.
  asio::awaitable<inspect::Result<std::string>> next();

 private:
  asio::awaitable<inspect::Result<std::string>> memory();

  inspect::Inspection& inspection_;
  inspect::State moment_;
  memmap::CoreFile file_;
  memmap::RangeSet holes_;
  bool begun_ = false;
  std::size_t segment_ = 0;
  memmap::VirtAddr at_;  ///< the next that is read
};

}  // namespace rspbridge::proxy::core
