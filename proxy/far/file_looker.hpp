// What a file of the target is, found out beside the stub.
#pragma once

#include <functional>

#include "proxy/far/stub_queue.hpp"
#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::far {

/// Opens the file for reading, asks for its status, reads as much as is wanted, and closes it again. `gdb_fs`
/// is the file system that GDB selected, and has selected afterwards. Calls `ready` once, unless the stub's
/// connection ends before.
void look_at_file(StubQueue& queue, const link::LookAtFile& request, std::int64_t gdb_fs,
                  std::function<void(link::FileSeen seen)> ready);

}  // namespace rspbridge::proxy::far
