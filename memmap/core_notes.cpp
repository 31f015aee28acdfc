#include "memmap/core_notes.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "memmap/line_reader.hpp"

namespace rspbridge::memmap {
namespace {

// struct elf_prpsinfo of every 64-bit architecture.
struct Prpsinfo {
  char pr_state = 0, pr_sname = 0, pr_zomb = 0, pr_nice = 0;
  std::uint64_t pr_flag = 0;
  std::uint32_t pr_uid = 0, pr_gid = 0;
  std::int32_t pr_pid = 0, pr_ppid = 0, pr_pgrp = 0, pr_sid = 0;
  char pr_fname[16]{}, pr_psargs[80]{};
};
static_assert(sizeof(Prpsinfo) == 136);

// struct elf_prstatus of every 64-bit architecture, up to its registers.
struct PrstatusCommon {
  std::int32_t si_signo = 0, si_code = 0, si_errno = 0;
  std::int16_t pr_cursig = 0;
  std::uint64_t pr_sigpend = 0, pr_sighold = 0;
  std::int32_t pr_pid = 0, pr_ppid = 0, pr_pgrp = 0, pr_sid = 0;
  std::uint64_t times[8]{};
};
static_assert(sizeof(PrstatusCommon) == 112);

template <class Struct>
std::string bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// As much as fits, with a NUL behind it.
template <std::size_t Size>
void copy_text(char (&to)[Size], std::string_view text) {
  std::memcpy(to, text.data(), std::min(text.size(), Size - 1));
}

// The first number of a line of /proc/PID/status.
std::optional<std::uint32_t> status_number(std::string_view status, std::string_view key) {
  const auto line = status.find("\n" + std::string(key) + ":\t");
  if (line == std::string_view::npos) return std::nullopt;
  LineReader in(status.substr(line + key.size() + 3));
  const auto value = in.number<std::uint32_t>(10);
  return in.ok() ? std::optional(value) : std::nullopt;
}

// The name stands in parentheses, and may hold some itself.
bool parse_stat(std::string_view stat, ProcessInfo& info) {
  const auto open = stat.find('('), close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
  LineReader pid(stat);
  info.pid = pid.number<std::int32_t>(10);
  info.name = stat.substr(open + 1, close - open - 1);
  if (!pid.ok() || stat.size() < close + 4) return false;
  info.state = stat[close + 2];
  LineReader in(stat.substr(close + 3));
  const auto field = [&in] {
    in.skip_blanks();
    return in.number<std::int64_t>(10);
  };
  info.parent = static_cast<std::int32_t>(field());
  info.group = static_cast<std::int32_t>(field());
  info.session = static_cast<std::int32_t>(field());
  field();  // tty_nr
  field();  // tpgid
  info.flags = static_cast<std::uint64_t>(field());
  for (int skipped = 0; skipped < 9; ++skipped) field();  // minflt to priority
  info.nice = static_cast<std::int8_t>(field());
  return in.ok();
}

void append_number(std::string& to, std::uint64_t number) {
  to += bytes_of(number);
}

}  // namespace

std::optional<ProcessInfo> parse_process(std::string_view stat, std::string_view status,
                                         std::string_view command_line) {
  ProcessInfo info;
  const auto user = status_number(status, "Uid"), group = status_number(status, "Gid");
  if (!parse_stat(stat, info) || !user || !group) return std::nullopt;
  info.user = *user;
  info.user_group = *group;
  while (command_line.ends_with('\0')) command_line.remove_suffix(1);
  info.arguments = command_line;
  std::replace(info.arguments.begin(), info.arguments.end(), '\0', ' ');
  return info;
}

CoreNote process_note(const ProcessInfo& process) {
  constexpr std::string_view states = "RSDTZW";  // by the kernel's number
  Prpsinfo info;
  const auto state = states.find(process.state);
  info.pr_state = state == std::string_view::npos ? '\0' : static_cast<char>(state);
  info.pr_sname = process.state;
  info.pr_zomb = process.state == 'Z';
  info.pr_nice = static_cast<char>(process.nice);
  info.pr_flag = process.flags;
  info.pr_uid = process.user;
  info.pr_gid = process.user_group;
  info.pr_pid = process.pid;
  info.pr_ppid = process.parent;
  info.pr_pgrp = process.group;
  info.pr_sid = process.session;
  copy_text(info.pr_fname, process.name);
  copy_text(info.pr_psargs, process.arguments);
  return {"CORE", NT_PRPSINFO, bytes_of(info)};
}

CoreNote status_note(const ProcessInfo& process, std::int32_t thread, std::int32_t signal,
                     std::string_view registers) {
  PrstatusCommon status;
  status.si_signo = signal;
  status.pr_cursig = static_cast<std::int16_t>(signal);
  status.pr_pid = thread;
  status.pr_ppid = process.parent;
  status.pr_pgrp = process.group;
  status.pr_sid = process.session;
  std::string descriptor = bytes_of(status);
  descriptor += registers;
  append_number(descriptor, 1);  // pr_fpvalid, and padding
  return {"CORE", NT_PRSTATUS, std::move(descriptor)};
}

CoreNote file_note(const VmaMap& map, std::uint64_t page_size) {
  std::uint64_t count = 0;
  std::string places, names;
  for (const Vma& vma : map.vmas()) {
    if (vma.inode == 0 && !vma.path.starts_with('/')) continue;
    ++count;
    append_number(places, vma.range.begin.value);
    append_number(places, vma.range.end.value);
    append_number(places, vma.offset / page_size);
    names += vma.path;
    names += '\0';
  }
  std::string descriptor;
  append_number(descriptor, count);
  append_number(descriptor, page_size);
  return {"CORE", NT_FILE, descriptor + places + names};
}

}  // namespace rspbridge::memmap
