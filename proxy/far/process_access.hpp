// What the kernel tells of the processes on far's own machine, without the stub.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::far {

/// Reads processes by their number in far's own PID namespace. Whether that is the process which the stub
/// means is the caller's to find out.
class ProcessAccess {
 public:
  ProcessAccess() = default;
  ProcessAccess(const ProcessAccess&) = delete;
  ProcessAccess& operator=(const ProcessAccess&) = delete;
  virtual ~ProcessAccess() = default;

  /// A file that is read from its beginning to its end.
  class File {
   public:
    virtual ~File() = default;
    enum class Outcome : std::uint8_t { more, end, failed };
    /// Appends some 64 KiB, which takes the kernel a millisecond or two to write.
    virtual Outcome read_on(std::string& text) = 0;
  };
  /// A file in /proc/PID (proc(5)). Null if it can't be opened.
  virtual std::unique_ptr<File> open(std::int64_t pid, std::string_view name) = 0;
  /// Its memory as it is, breakpoints included. Nothing unless all `length` bytes can be read.
  virtual std::optional<std::string> memory(std::int64_t pid, std::uint64_t address,
                                            std::uint64_t length) = 0;
};

}  // namespace rspbridge::proxy::far
