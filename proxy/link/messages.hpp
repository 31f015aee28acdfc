// What near and far say to each other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::link {

/// Names a request and its reply. Given out by near; 0 names none.
using RequestId = std::uint64_t;

/// Counts the stops of the target, from 1. Whatever is known of a stopped target carries it.
using StopId = std::uint64_t;

/// What a packet does to what is known of the target.
enum class Effect : std::uint8_t {
  looks,    ///< changes no memory, no register and no thread
  changes,  ///< may change any of them while the target stays stopped
  resumes,  ///< lets the target run, or puts another in its place
};

/// What the stub answers to a packet.
enum class Answer : std::uint8_t {
  reply,    ///< one packet, never a stop reply
  status,   ///< one packet that may be a stop reply (`?`, `vStopped`)
  console,  ///< any number of `O…` packets, then one more
  stop,     ///< a stop reply, once the target stops; `O…` packets on the way
  none,     ///< nothing
};

/// Whether GDB was told that a breakpoint is set before the stub has agreed. Unless it does, the next packet
/// that lets the target run on isn't sent, but answered by an error.
enum class Promise : std::uint8_t {
  none,
  made,
  /// The stub has set one in this page before, and the page is private code that was read at this stop: over
  /// a slow link nobody waits for the answer. If it is a refusal all the same, the target is interrupted.
  certain,
};

// ---- near to far ----

/// A packet for the stub.
struct Request {
  RequestId id = 0;
  std::string payload;
  Effect effect = Effect::changes;
  Answer answer = Answer::reply;
  /// Must be selected (Hg) when the stub gets it; nothing: what the stub selected at the stop will do.
  std::optional<rsp::ThreadId> thread = {};
  /// While the target runs, or is about to: true waits for the stop, false is answered by Refused.
  bool waits = true;
  Promise promised = Promise::none;  ///< what GDB was told of a breakpoint that is to be set
  bool whole = false;  ///< of an object that is read part by part: the parts that follow come as Facts
  bool of_gdb = true;  ///< dropped, and answered by an error, if GDB goes before it was sent
};

/// Opens the conversation with the stub: agrees on no-ack mode if the stub can. Answered by Opened.
struct Open {};

/// A file of the target, whole. Answered by FileRead; waits while the target runs.
struct ReadFile {
  static constexpr std::uint64_t most = std::uint64_t{64} << 20;  ///< bytes; a longer file isn't read
  RequestId id = 0;
  std::string path;
};

/// Whether a file of the target may be read, and what it is. Answered by FileSeen; waits while the target
/// runs.
struct LookAtFile {
  static constexpr std::uint64_t first_page = 4096;  ///< bytes
  RequestId id = 0;
  std::string path;
  std::uint64_t most = first_page;  ///< bytes of it that are wanted
  std::int64_t file_system = 0;     ///< as vFile:setfs names it: a process, or 0 for the stub's own
};

/// A request that only looks, and the thread that it is about.
struct Question {
  std::optional<rsp::ThreadId> thread;
  std::string payload;

  bool operator==(const Question&) const = default;
};

/// One page of memory, near what a register points to or at a fixed address.
struct WantedPage {
  enum class Base : std::uint8_t { absolute, sp, pc };
  Base base = Base::absolute;
  std::int64_t offset = 0;  ///< bytes, from the register's page or from 0; a multiple of the page size

  bool operator==(const WantedPage&) const = default;
};

/// What near will probably ask at the next stop: far asks the stub for it as soon as it stops. Replaces the
/// last one.
struct Wanted {
  std::vector<std::string> of_stopped_thread;  ///< payloads; `{pid}` stands for its process, in hex
  std::vector<Question> questions;
  std::vector<WantedPage> pages;
  std::optional<unsigned> sp_regnum, pc_regnum;  ///< in expedited registers, which stand little-endian
  bool map = false;                              ///< the memory map, too
};

/// A symbol of the target as GDB knows it, both in the hex of a qSymbol packet; `value` is empty if GDB has
/// no such symbol.
struct Symbol {
  std::string name, value;
};

/// What far answers a stub that looks symbols up while it answers the next `qSymbol::`; what isn't among them
/// is GDB's to answer.
struct Symbols {
  std::vector<Symbol> symbols;
};

/// What registers and calls look like (the target description's architecture).
enum class Machine : std::uint8_t { unknown, aarch64, x86_64 };

/// Addresses in [start, end).
struct AddressRange {
  std::uint64_t start = 0, end = 0;

  bool operator==(const AddressRange&) const = default;
};

/// Which calls GDB steps over in the steps that follow (`vCont;r`): a far beside the stub runs through them,
/// and tells of none. Holds until the next one.
struct StepHint {
  enum class Calls : std::uint8_t {
    none,    ///< it isn't known
    all,     ///< every one: GDB's `next`
    listed,  ///< of functions that lie in `listed`: GDB's `step`
  };
  Calls calls = Calls::none;
  Machine machine = Machine::unknown;
  std::vector<AddressRange> listed = {};  ///< in order, and apart
  /// What else of the thread's function belongs to the line that it stands in, as GDB sees it: a step that
  /// gets there goes on. No function begins in it. In order, and apart.
  std::vector<AddressRange> line = {};

  bool operator==(const StepHint&) const = default;
};

/// GDB's ^C. If it meets a stop on its way, it is for the next resume: gdbserver keeps it, too.
struct Interrupt {};

/// A target that still runs is stopped: a GDB has connected, or rspbridge needs it.
struct StopTarget {};

/// GDB's connection is gone: what it asked for and wasn't sent yet is dropped.
struct GdbGone {};

using ToFar = std::variant<Request, Open, ReadFile, Wanted, Interrupt, StopTarget, GdbGone, Symbols,
                           LookAtFile, StepHint>;

// ---- far to near ----

/// The stub's packet in answer to request `id`. `final` is false for an `O…` on the way.
struct Reply {
  RequestId id = 0;
  std::string payload;
  bool final = true;
};

/// How the Reply begins to a request of near's own whose thread can't be selected.
inline constexpr std::string_view no_such_thread = "E.the stub has no thread";

/// Request `id` wasn't sent: the target runs.
struct Refused {
  RequestId id = 0;
};

/// The other end has answered for the first time.
struct Opened {
  bool is_stub = false;  ///< as a stub may answer
};

struct FileRead {
  RequestId id = 0;
  std::optional<std::string> text;
  std::string why_not;  ///< a sentence, if there is no text
};

/// The stub's replies, run-length expanded, to the packets that open the file and ask for its status, and how
/// it begins: nothing if it couldn't be read. The file is closed again. If it couldn't be opened, `status` is
/// empty.
struct FileSeen {
  RequestId id = 0;
  std::string opened, status;
  std::optional<std::string> start;
};

/// Something for the log.
struct Log {
  bool warning = false;  ///< something is wrong; otherwise a line for who wants to know more
  std::string text;
};

/// The stop that ended resume `id`, and what follows without being asked for: a Fact for each question, and
/// the map.
struct StopBundle {
  RequestId id = 0;
  StopId stop = 0;
  std::string payload;
  std::vector<Question> coming = {};
  bool map_coming = false;
};

/// The stub's answer to a question of the last StopBundle, as it came. Nothing if the thread can't be
/// selected.
struct Fact {
  Question question;
  std::optional<std::string> payload;
};

/// The text of /proc/PID/maps of the process that stopped, or a sentence why there is none.
struct MapRead {
  std::optional<std::string> text;
  std::string why_not;
};

/// A `%…` of the stub.
struct Notification {
  std::string payload;
};

/// The stub's connection ended.
struct StubGone {
  bool expected = false;  ///< the last inferior had exited, or was killed or detached
  std::string reason;     ///< a sentence
};

using ToNear = std::variant<Reply, Refused, Opened, FileRead, StopBundle, Fact, MapRead, Notification, Log,
                            StubGone, FileSeen>;

/// One end's way to the other. Messages arrive in order, and never inside the call that sent them.
using SendToFar = std::function<void(ToFar)>;
using SendToNear = std::function<void(ToNear)>;

}  // namespace rspbridge::proxy::link
