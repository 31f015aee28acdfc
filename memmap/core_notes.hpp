// The notes of a core file that tell of a process (Linux include/linux/elfcore.h, fs/binfmt_elf.c).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "memmap/core_file.hpp"
#include "memmap/vma.hpp"

namespace rspbridge::memmap {

/// What /proc/PID/stat, status and cmdline tell of a process. A value.
struct ProcessInfo {
  std::int32_t pid = 0, parent = 0, group = 0, session = 0;
  std::uint32_t user = 0, user_group = 0;  ///< real ones
  char state = '?';                        ///< a letter of ps(1)
  std::int8_t nice = 0;
  std::uint64_t flags = 0;
  std::string name;       ///< comm: 15 bytes at most
  std::string arguments;  ///< separated by blanks
};

/// The texts of the three files. Nothing if `stat` or `status` can't be read.
std::optional<ProcessInfo> parse_process(std::string_view stat, std::string_view status,
                                         std::string_view command_line);

/// NT_PRPSINFO.
CoreNote process_note(const ProcessInfo& process);

/// NT_PRSTATUS of one thread: `signal` is the kernel's number of what stopped the process, 0 if that isn't
/// known (the kernel tells it of every thread, and GDB takes that of the last); `registers` its
/// elf_gregset_t. What a debugger can't know is 0: times, pending and blocked signals.
CoreNote status_note(const ProcessInfo& process, std::int32_t thread, std::int32_t signal,
                     std::string_view registers);

/// NT_FILE: which file is mapped where.
CoreNote file_note(const VmaMap& map, std::uint64_t page_size);

}  // namespace rspbridge::memmap
