// What a file of the target is, found out beside the stub.
#pragma once

#include <cstdint>
#include <functional>

#include "proxy/far/stub_queue.hpp"
#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::far {

/// Opens the file for reading, asks for its status, reads as much as is wanted, and closes it again. Good for
/// /proc: the end is where nothing more comes, not where a read is short. `gdb_fs` is the file system that
/// GDB selected, and has selected afterwards. Calls `ready` once, unless the stub's connection ends before.
void look_at_file(StubQueue& queue, const link::LookAtFile& request, std::int64_t gdb_fs,
                  std::function<void(link::FileSeen seen)> ready);

/// The whole file, of the stub's own file system, by look_at_file().
void read_file(StubQueue& queue, const link::ReadFile& request, std::int64_t gdb_fs,
               std::function<void(link::FileRead read)> ready);

}  // namespace rspbridge::proxy::far
