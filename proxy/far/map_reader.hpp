// The memory map of the stopped process, in one round trip where it is as long as it was.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/far/stub_queue.hpp"

namespace rspbridge::proxy::far {

/// Gets a file's bytes, or says in a sentence why not.
using FileReady = std::function<void(std::optional<std::string> text, std::string why_not)>;

/// Reads /proc/PID/maps through the stub's vFile packets. The file stays open, and is read from its beginning
/// each time: the kernel makes its text anew then (proc(5)). Where its parts ended the last time they are
/// asked for all together.
class MapReader {
 public:
  /// `queue` must outlive it.
  explicit MapReader(StubQueue& queue) : queue_(queue) {}

  /// Calls `ready` once, unless the stub's connection ends before. `gdb_fs` as for
  /// look_at_file().
  void read(std::int64_t pid, std::int64_t gdb_fs, FileReady ready);

 private:
  struct Open {
    std::int64_t pid = 0, fd = 0;
    std::vector<std::uint64_t> parts;  ///< where each part began the last time; the end is the last one
  };
  struct Reading;
  void open(std::int64_t pid, std::int64_t gdb_fs, std::shared_ptr<Reading> reading);
  void ask(const std::shared_ptr<Reading>& reading, std::uint64_t offset);
  void got(const std::shared_ptr<Reading>& reading, std::uint64_t offset, const std::string& payload);
  void end(const std::shared_ptr<Reading>& reading);

  StubQueue& queue_;
  std::optional<Open> open_;
};

}  // namespace rspbridge::proxy::far
