// Which files of the target GDB is about to open.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rspbridge::proxy::near {

/// What the stub told that leads GDB to files. Empty: a GDB connects, and nothing is known yet.
struct ExpectedFiles {
  std::int64_t pid = 0;                ///< of the process, on the target
  std::string executable;              ///< its path; empty if it isn't news
  std::uint64_t interpreter_base = 0;  ///< AT_BASE; 0 if there is none
  std::vector<std::string> libraries;  ///< paths that weren't listed before
  std::string vdso_build_id;           ///< hex; empty if it isn't news
};

}  // namespace rspbridge::proxy::near
