// Reads /proc/PID/maps of the target through the stub's own vFile packets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "memmap/vma.hpp"
#include "proxy/far/stub_queue.hpp"

namespace rspbridge::proxy::far {

/// Gets the map, or says in a sentence why not.
using MapReady = std::function<void(std::optional<memmap::VmaMap>, std::string why_not)>;

/// Asks `queue` for the map of process (or thread) `pid` and calls `ready` once. The file is opened
/// in the stub's own file system, and `gdb_fs`, what GDB selected with vFile:setfs, is selected
/// again afterwards.
void read_map(StubQueue& queue, std::int64_t pid, std::int64_t gdb_fs, MapReady ready);

}  // namespace rspbridge::proxy::far
