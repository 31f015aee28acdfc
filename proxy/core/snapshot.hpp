// All of a core file but its memory.
#pragma once

#include <cstdint>
#include <string>

#include <asio/awaitable.hpp>

#include "memmap/core_file.hpp"
#include "proxy/inspect/inspection.hpp"

namespace rspbridge::proxy::core {

struct Snapshot {
  inspect::State moment;  ///< what a reading of the memory must still find
  std::int64_t pid = 0;
  std::string name;  ///< of the process: comm
  memmap::CoreContents contents;
};

/// Asks for map, threads, registers and the rest. The thread that stopped comes first. Fails if the target
/// resumes meanwhile or GDB writes to it, if the map can't be read (one rebuilt from program headers has
/// neither heap nor stacks), and for architectures without register sets.
asio::awaitable<inspect::Result<Snapshot>> take_snapshot(inspect::Inspection& inspection);

/// Whether the target still stands as it did then.
bool is_still(const inspect::State& moment, const inspect::State& now);

}  // namespace rspbridge::proxy::core
