// What a crash report is made of: a stopped process, as far as it is known here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "memmap/file_descriptor.hpp"
#include "memmap/vma.hpp"

namespace rspbridge::proxy::triage {

/// Registers by DWARF number ("DWARF for the Arm 64-bit Architecture"), 64 bits of each. Those of one frame.
struct Registers {
  static constexpr std::size_t count = 96, fp = 29, lr = 30, sp = 31, v0 = 64;
  std::array<std::optional<std::uint64_t>, count> values;  ///< x0 to x30, sp; from v0 on the low halves
  std::optional<std::uint64_t> pc;
};

struct ThreadState {
  std::int64_t tid = 0;
  std::string name;  ///< may be empty
  std::optional<std::uint64_t> core;
  Registers registers;
  /// Those of at most 64 bits, under the target's names and in its order; nothing for one that isn't known.
  std::vector<std::pair<std::string, std::optional<std::uint64_t>>> named;
};

/// Linux's numbers (sigaction(2)).
struct Signal {
  int number = 0;
  std::optional<int> code;
  std::optional<std::uint64_t> address;  ///< si_addr, of signals that have one
  std::optional<std::int64_t> sender;    ///< si_pid, of signals that a process sent
};

/// Memory as it was at the stop.
class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  virtual ~Memory() = default;
  /// Exactly `length` bytes; nothing if not all of them are known. Tags in the top byte count for nothing.
  virtual std::optional<std::string> read(std::uint64_t address, std::size_t length) = 0;
};

/// An ELF image in memory, and the files that tell of it.
struct Image {
  std::string path;  ///< on the target
  std::uint64_t begin = 0, end = 0, load_bias = 0;
  std::string build_id;          ///< hex; may be empty
  memmap::FileDescriptor file;   ///< the whole file; none if it can't be had
  memmap::FileDescriptor debug;  ///< its separate debug file; none if there is none
  std::string file_name;         ///< of `file` on this machine; empty if it has none here
  std::string debug_name;        ///< of `debug`
};

/// What became of the program.
enum class Outcome : std::uint8_t { crash, hang, exit, stop };

struct Program {
  std::string path;
  std::vector<std::string> arguments;
  std::string input_file, batch_input;  ///< may be empty
  std::optional<int> exit_code;
  std::string term_signal;  ///< "SIGSEGV"; may be empty
  std::string output_tail;  ///< of stdout and stderr
  std::uint64_t output_bytes = 0;
  bool output_known = false;
};

struct Reached {
  std::string how;  ///< exec, attach, core or session
  std::string target, description, session_name, core;
  std::optional<bool> far_helper;
  bool core_truncated = false;
  std::optional<std::uint64_t> milliseconds, round_trips, stop_id;
};

struct System {
  std::string release, cpu_info;
  std::optional<std::uint64_t> processors, page_size;
};

struct Stopped {
  Outcome outcome = Outcome::stop;
  std::optional<std::int64_t> pid;
  std::vector<ThreadState> threads;  ///< the one that the stop is about comes first
  std::optional<Signal> signal;
  memmap::VmaMap map;
  std::vector<std::string> labels;  ///< one a VMA, or none at all
  std::vector<Image> images;        ///< by address
  std::optional<std::size_t> main_image;
  std::shared_ptr<Memory> memory;
  Program program;
  Reached reached;
  System system;
  std::string time;                ///< ISO 8601
  std::vector<std::string> notes;  ///< what couldn't be had, and why
};

}  // namespace rspbridge::proxy::triage
