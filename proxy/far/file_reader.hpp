// Reads a whole file of the target through the stub's own vFile packets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "proxy/far/stub_queue.hpp"

namespace rspbridge::proxy::far {

/// Gets the file's bytes, or says in a sentence why not.
using FileReady = std::function<void(std::optional<std::string> text, std::string why_not)>;

/// Asks `queue` for the file and calls `ready` once, unless the stub's connection ends before. At most 64 MiB
/// are read; a longer file is an error. `path` is opened in the stub's own file system, and `gdb_fs`, what
/// GDB selected with vFile:setfs, is selected again afterwards. Good for /proc: the end is where nothing more
/// comes, not where a read is short.
void read_file(StubQueue& queue, std::string path, std::int64_t gdb_fs, FileReady ready);

}  // namespace rspbridge::proxy::far
