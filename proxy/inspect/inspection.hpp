// What clients other than GDB may know of the target: HTTP, and programs that map its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>
#include <tl/expected.hpp>

#include "memmap/address.hpp"
#include "memmap/core_notes.hpp"
#include "memmap/modules.hpp"
#include "memmap/vma.hpp"
#include "proxy/link/link_report.hpp"
#include "proxy/link/messages.hpp"
#include "rsp/register_values.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::inspect {

/// Why something can't be told.
enum class Problem : std::uint8_t {
  running,      ///< the target runs, and this needs a stop
  stopped,      ///< the target is stopped, and this needs it running
  controlled,   ///< a GDB controls the target
  no_process,   ///< there is no process
  no_thread,    ///< there is no such thread
  unreadable,   ///< the target can't read that memory
  unsupported,  ///< the stub, or the way to the target, doesn't offer it
  full,         ///< the shared view holds no more memory of this stop, or the kernel gives it none
  gone,         ///< the session is over, or the link is cut
};

struct Failure {
  Problem problem = Problem::gone;
  std::string sentence;          ///< what happened and what to do
  memmap::AddressRange range{};  ///< of Problem::unreadable and full: the first part that can't be had
};

template <class T>
using Result = tl::expected<T, Failure>;

/// How the target stands.
struct State {
  link::StopId stop_id = 0;  ///< of this stop, or of the last one while the target runs
  bool running = false;
  bool over = false;                    ///< the session has ended
  std::optional<std::int64_t> pid;      ///< of the process that all else is about
  std::optional<rsp::ThreadId> thread;  ///< that stopped last
  std::string stop_reply;               ///< the stub's, run-length expanded; empty before the first stop
  std::uint64_t changes = 0;            ///< how often GDB wrote to the target, since the session began
  bool link_silent = false;             ///< the target's machine gives no sign of life, though it was asked

  bool operator==(const State&) const = default;
};

/// The process's memory map. Immutable.
struct TargetMap {
  link::StopId stop_id = 0;
  bool running = false;  ///< it was read while the target ran
  std::int64_t pid = 0;
  std::string architecture;  ///< of the target description ("aarch64"); empty if that names none
  std::uint64_t page_size = 4096;
  memmap::VmaMap map;
  std::vector<std::string> labels;      ///< one a VMA; may be empty strings
  std::vector<memmap::Module> modules;  ///< empty if it was read while the target ran
};

struct Thread {
  rsp::ThreadId id;
  std::string name;  ///< empty if the stub doesn't tell
  std::optional<std::uint64_t> core;
  std::optional<std::uint64_t> pc, sp;
};

struct Threads {
  link::StopId stop_id = 0;
  std::optional<rsp::ThreadId> stopped;  ///< whose event the stop was
  std::vector<Thread> threads;           ///< of the one process, in the stub's order
};

/// The target's own registers, whatever view GDB has.
struct RegisterSet {
  link::StopId stop_id = 0;
  rsp::ThreadId thread;
  rsp::RegisterValues values;
};

struct Memory {
  link::StopId stop_id = 0;
  std::string bytes;
  bool shared = false;  ///< some of it is of a shared mapping, which may change while the target is stopped
};

/// Memory for a dump, as far as it can be read.
struct Pages {
  link::StopId stop_id = 0;
  std::string bytes;                        ///< of the whole range; what stands in holes means nothing
  std::vector<memmap::AddressRange> holes;  ///< whole pages that the target can't read, by address
};

/// Looks at one session's target. Everything runs on the session's executor. Nothing of it disturbs GDB: what
/// GDB selected stays selected, and its packets wait for none of this longer than for one group of requests.
/// What was learned is kept until the target resumes, or until something that GDB sends touches it.
class Inspection {
 public:
  virtual ~Inspection() = default;

  virtual State state() const = 0;

  /// The map of this stop. While the target runs it is read anew, where there is a way to it besides the
  /// stub.
  virtual asio::awaitable<Result<std::shared_ptr<const TargetMap>>> map() = 0;
  /// The same without VmFlags, from what came with the stop, else from /proc/PID/maps: of a process with
  /// thousands of VMAs smaps costs a tenth of a second. It is map() where that was asked for at this stop.
  virtual asio::awaitable<Result<std::shared_ptr<const TargetMap>>> quick_map() = 0;
  virtual asio::awaitable<Result<Threads>> threads() = 0;
  /// Of the thread that stopped if none is given.
  virtual asio::awaitable<Result<RegisterSet>> registers(std::optional<rsp::ThreadId> thread) = 0;
  /// Exactly `length` bytes; else Problem::unreadable. `address` may be tagged.
  virtual asio::awaitable<Result<Memory>> read(std::uint64_t address, std::size_t length) = 0;

  /// Asks in one group of requests for what of these isn't here yet, so that read() finds it. What can't be
  /// read is no failure. At most max_prefetch bytes; what is beyond isn't asked for.
  virtual asio::awaitable<std::optional<Failure>> prefetch(std::vector<memmap::AddressRange> ranges) = 0;
  static constexpr std::uint64_t max_prefetch = std::uint64_t{1} << 20;

  /// A file of the target, whole, at most 64 MiB.
  virtual asio::awaitable<Result<std::string>> file(std::string path) = 0;

  /// Whole pages of one VMA. Nothing of them is kept, so that any amount of memory can be read one after the
  /// other. A device's memory is Problem::unreadable.
  virtual asio::awaitable<Result<Pages>> read_pages(memmap::AddressRange range) = 0;

  /// The auxiliary vector of the process of `thread`, as the kernel gave it to the program.
  virtual asio::awaitable<Result<std::string>> auxv(rsp::ThreadId thread) = 0;
  /// The siginfo_t, in the target's form, of the signal that stopped `thread`.
  virtual asio::awaitable<Result<std::string>> siginfo(rsp::ThreadId thread) = 0;
  /// What the target's /proc tells of the process.
  virtual asio::awaitable<Result<memmap::ProcessInfo>> process_info() = 0;

  /// How the way to the stub fares.
  virtual link::LinkReport link_report() const = 0;

  /// Bytes of `range` that are here already.
  virtual std::uint64_t populated(memmap::AddressRange range) const = 0;

  /// Calls `changed` with each new state() until the returned token is destroyed, which may be after this.
  using Subscription = std::shared_ptr<void>;
  virtual Subscription subscribe(std::function<void(const State&)> changed) = 0;
};

}  // namespace rspbridge::proxy::inspect
