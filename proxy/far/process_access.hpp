// What the kernel tells of the processes on far's own machine, without the stub.
#pragma once

#include <cstdint>
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

  /// A file in /proc/PID (proc(5)), whole. Nothing if it can't be read to its end.
  virtual std::optional<std::string> file(std::int64_t pid, std::string_view name) = 0;
  /// Its memory as it is, breakpoints included. Nothing unless all `length` bytes can be read.
  virtual std::optional<std::string> memory(std::int64_t pid, std::uint64_t address,
                                            std::uint64_t length) = 0;
};

}  // namespace rspbridge::proxy::far
