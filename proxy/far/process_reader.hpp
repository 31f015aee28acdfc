// Reads the stopped process beside the stub, where that gives what the stub would give.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "memmap/vma.hpp"
#include "proxy/far/map_reader.hpp"
#include "proxy/far/process_access.hpp"
#include "proxy/far/stub_queue.hpp"
#include "rsp/breakpoint.hpp"

namespace rspbridge::proxy::far {

/// gdbserver takes a thirtieth of a millisecond for a page of memory, on a small board a whole one: more than
/// all else that is done at a stop. The kernel takes a microsecond (process_vm_readv(2)).
///
/// What is read is never another process: that the stub's process is the one of that number here is believed
/// once the 16 random bytes that the kernel gave to it (AT_RANDOM, getauxval(3)) are the same by both ways.
/// Nor is it ever a breakpoint's instruction: only memory that isn't executable is read, and no page where
/// GDB has tried to set a breakpoint. Whatever can't be read so is the stub's to answer.
class ProcessReader {
 public:
  /// `access` may be null: then the stub is asked for all. Both must outlive this.
  ProcessReader(ProcessAccess* access, StubQueue& queue) : access_(access), queue_(queue) {}

  /// All threads of `thread`'s process have stopped. `executed`: it is another program now.
  void stopped(const rsp::ThreadId& thread, bool executed);
  /// Until the next stop nothing is read, and no file to its end.
  void resumes();
  /// It is gone: another one may get its number.
  void process_gone() {
    resumes();
    pid_ = 0;
  }
  /// GDB sets or removes one, or tries to.
  void sees(const rsp::BreakpointRequest& breakpoint);

  /// Begins to read a file of /proc/PID for that process. False, and `ready` isn't called, if it is another
  /// file, or one that the stub has to read. If that turns out later, `ready` gets neither text nor sentence.
  bool read_file(std::string_view path, FileReady ready);
  /// There is such a file; read_on() reads some more of it, and calls its `ready` at its end.
  bool reads() const noexcept { return !files_.empty(); }
  void read_on();
  /// /proc/PID/maps of the process that stopped; null if the stub has to read it.
  const std::string* maps() const { return stopped_ && map_ ? &maps_ : nullptr; }
  /// What the stub would answer to `request`, if that reads memory of process `pid`; nothing if it is the
  /// stub's to answer.
  std::optional<std::string> reply(std::int64_t pid, std::string_view request) const;

 private:
  void identify(const rsp::ThreadId& thread);
  void read_map();
  std::optional<std::string> whole(std::string_view name) const;

  struct Reading {
    std::unique_ptr<ProcessAccess::File> file;
    std::string text;
    FileReady ready;
  };
  ProcessAccess* access_;
  StubQueue& queue_;
  std::int64_t pid_ = 0;
  bool same_ = false;  ///< the process pid_ here is the stub's
  bool at_stop_ = false;
  bool stopped_ = false;  ///< at_stop_, and map_ was read there
  std::string maps_;
  std::optional<memmap::VmaMap> map_;  ///< of maps_
  std::set<std::uint64_t> pages_with_breakpoints_;
  std::deque<Reading> files_;
};

}  // namespace rspbridge::proxy::far
