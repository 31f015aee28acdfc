#include "proxy/near/packet_table.hpp"

#include <algorithm>
#include <array>

#include "proxy/near/handlers.hpp"
#include "proxy/near/view/handlers.hpp"

namespace rspbridge::proxy::near {
namespace {

using link::Answer;
using link::Effect;

constexpr auto looks = Effect::looks;
constexpr auto changes = Effect::changes;
constexpr auto resumes = Effect::resumes;
constexpr auto forward = Fate::forward;
constexpr auto reply = Answer::reply;

constexpr PacketRow table[] = {
    // Handshake and session (GDB manual, "Packets", "General Query Packets").
    {"qSupported", Match::word, Fate::rewrite, looks, reply, Keep::never, on_gdb_features, add_no_ack_feature,
     "the stub's own features; QStartNoAckMode+ is added, since this leg always can", ViewScope::registers,
     view_features,
     "features whose packets name registers are left out; swbreak is added where the stub lacks it"},
    {"QStartNoAckMode", Match::whole, Fate::answer, looks, reply, Keep::never, agree_no_ack, nullptr,
     "agreed for this leg; the stub's leg is settled apart"},
    {"vMustReplyEmpty", Match::whole, forward, looks, reply, Keep::session, nullptr, nullptr,
     "the stub's own answer"},
    {"!", Match::whole, forward, looks, reply, Keep::promise, nullptr, nullptr, "extended mode"},
    {"?", Match::whole, forward, looks, Answer::status, Keep::stop, nullptr, nullptr,
     "why the target stopped", ViewScope::registers, view_status, "registers and reasons as in a resume"},
    {"QNonStop", Match::word, forward, changes, reply, Keep::promise, nullptr, note_non_stop,
     "noted: decides how resumes are answered"},
    {"H", Match::prefix, forward, looks, reply, Keep::select, nullptr, note_thread,
     "noted: selects the thread of later requests; the stub hears of it when one depends on it"},

    // Resuming.
    {"vCont?", Match::whole, forward, looks, reply, Keep::session, nullptr, nullptr, "what the stub can do"},
    {"vCont;", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr,
     "resumes; until the stop nothing but ^C is sent", ViewScope::registers, view_resume,
     "the stop's registers are the view's; a watchpoint's access is stepped over (x86_64)"},
    {"vCtrlC", Match::whole, forward, changes, reply, Keep::never, nullptr, nullptr,
     "interrupts in non-stop mode"},
    {"vStopped", Match::whole, forward, looks, Answer::status, Keep::never, nullptr, nullptr,
     "the next of the stops that a notification announced", ViewScope::registers, view_status,
     "registers and reasons as in a resume"},
    {"c", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "continues",
     ViewScope::registers, view_resume, "as vCont"},
    {"C", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr,
     "continues with a signal", ViewScope::registers, view_resume, "as vCont"},
    {"s", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "steps",
     ViewScope::registers, view_resume, "as vCont"},
    {"S", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "steps with a signal",
     ViewScope::registers, view_resume, "as vCont"},
    {"i", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "steps by cycles",
     ViewScope::registers, view_resume, "as vCont"},
    {"I", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr,
     "steps by cycles with a signal", ViewScope::registers, view_resume, "as vCont"},
    {"bc", Match::whole, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "continues backwards",
     ViewScope::registers, view_resume, "as vCont"},
    {"bs", Match::whole, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "steps backwards",
     ViewScope::registers, view_resume, "as vCont"},
    {"F", Match::prefix, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr,
     "GDB's answer to a File-I/O request; the resume goes on", ViewScope::registers, view_resume, "as vCont"},

    // Starting and ending.
    {"vRun", Match::word, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr, "starts a program",
     ViewScope::registers, view_resume, "as vCont"},
    {"vAttach", Match::word, forward, resumes, Answer::stop, Keep::never, nullptr, nullptr,
     "attaches to a process", ViewScope::registers, view_resume, "as vCont"},
    {"vKill", Match::word, forward, resumes, reply, Keep::never, nullptr, note_process_left,
     "kills a process"},
    {"D", Match::prefix, forward, resumes, reply, Keep::never, nullptr, note_process_left, "detaches"},
    {"k", Match::whole, forward, resumes, Answer::none, Keep::never, on_kill, nullptr,
     "kills everything; never answered"},
    {"R", Match::prefix, forward, resumes, Answer::none, Keep::never, nullptr, nullptr,
     "restarts; never answered"},

    // Registers and memory.
    {"g", Match::whole, forward, looks, reply, Keep::registers, nullptr, nullptr, "all registers",
     ViewScope::registers, view_read_registers, "the view's registers, by the stub's g and p"},
    {"G", Match::prefix, forward, changes, reply, Keep::registers, nullptr, nullptr, "writes all registers",
     ViewScope::registers, view_write_registers, "what differs from the last g is written, by P or G"},
    {"p", Match::prefix, forward, looks, reply, Keep::registers, nullptr, nullptr, "one register",
     ViewScope::registers, view_read_register, "one of the view's, by the stub's g and p"},
    {"P", Match::prefix, forward, changes, reply, Keep::registers, nullptr, nullptr, "writes one register",
     ViewScope::registers, view_write_register,
     "one of the view's, by P or G; refused if ARM64 has none such"},
    {"m", Match::prefix, forward, looks, reply, Keep::memory, nullptr, nullptr,
     "reads memory; small reads of plain memory are answered from whole pages, sequential ones from what was "
     "read ahead",
     ViewScope::x86_64, view_read_memory,
     "the tag in the address is dropped; the vDSO's pages hold a translated ELF file; one byte C3 at pc, "
     "which GDB takes for amd64's ret, is an error"},
    {"x", Match::prefix, forward, looks, reply, Keep::memory, nullptr, nullptr, "as m, binary",
     ViewScope::x86_64, view_read_memory, "as m, binary"},
    {"M", Match::prefix, forward, changes, reply, Keep::memory, nullptr, nullptr, "writes memory",
     ViewScope::x86_64, view_write_memory, "the tag in the address is dropped"},
    {"X", Match::prefix, forward, changes, reply, Keep::memory, nullptr, nullptr, "writes memory, binary",
     ViewScope::x86_64, view_write_memory, "the tag in the address is dropped"},
    {"qSearch:memory", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr,
     "searches memory on the target"},
    {"qCRC", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr,
     "checksum of memory, computed on the target"},
    {"qMemTags", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr, "memory tags"},
    {"QMemTags", Match::word, forward, changes, reply, Keep::stop, nullptr, nullptr, "writes memory tags"},

    // Breakpoints.
    {"Z", Match::prefix, forward, changes, reply, Keep::nothing, nullptr, note_breakpoint,
     "inserts; GDB needn't wait where the stub surely does it; taken back if GDB vanishes", ViewScope::x86_64,
     view_breakpoint, "an instruction has four bytes; the tag in the address is dropped"},
    {"z", Match::prefix, forward, changes, reply, Keep::nothing, nullptr, note_breakpoint,
     "removes, as it inserts", ViewScope::x86_64, view_breakpoint, "the same"},
    {"QCatchSyscalls", Match::word, forward, looks, reply, Keep::never, nullptr, note_catch_syscalls,
     "taken back if GDB vanishes", ViewScope::x86_64, view_catch_syscalls,
     "amd64's numbers become ARM64's; a call that ARM64 lacks is refused"},
    {"QThreadEvents", Match::word, forward, looks, reply, Keep::never, nullptr, note_thread_events,
     "taken back if GDB vanishes"},
    {"QPassSignals", Match::word, forward, looks, reply, Keep::promise, nullptr, nullptr,
     "signals that need no stop"},
    {"QProgramSignals", Match::word, forward, looks, reply, Keep::promise, nullptr, nullptr,
     "signals that the program may get"},

    // Threads, libraries and other queries.
    {"T", Match::prefix, forward, looks, reply, Keep::alive, nullptr, nullptr, "whether a thread lives"},
    {"qC", Match::whole, forward, looks, reply, Keep::never, nullptr, nullptr, "the current thread"},
    {"qfThreadInfo", Match::whole, forward, looks, reply, Keep::never, nullptr, nullptr,
     "thread list, first part"},
    {"qsThreadInfo", Match::whole, forward, looks, reply, Keep::never, nullptr, nullptr,
     "thread list, further parts"},
    {"qThreadExtraInfo", Match::word, forward, looks, reply, Keep::stop, nullptr, nullptr, "a thread's name"},
    {"qGetTLSAddr", Match::word, forward, looks, reply, Keep::stop, nullptr, nullptr,
     "where a thread-local variable is"},
    {"qXfer:features:read", Match::word, forward, looks, reply, Keep::program, nullptr, nullptr,
     "the target description; a thread is selected first where the stub dies without", ViewScope::registers,
     view_description, "the view's description"},
    {"qXfer", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr, "objects of the target"},
    {"qXfer:threads:read", Match::word, forward, looks, reply, Keep::stop, nullptr, nullptr,
     "the thread list"},
    {"qXfer:libraries-svr4:read", Match::word, forward, looks, reply, Keep::stop, nullptr, nullptr,
     "the library list"},
    {"qXfer:siginfo:read", Match::word, forward, looks, reply, Keep::registers, nullptr, nullptr,
     "the signal's information"},
    {"qXfer:auxv:read", Match::word, forward, looks, reply, Keep::program, nullptr, nullptr,
     "the auxiliary vector"},
    {"qXfer:exec-file:read", Match::word, forward, looks, reply, Keep::program, nullptr, nullptr,
     "the program's path"},
    {"qXfer:siginfo:write", Match::word, forward, changes, reply, Keep::never, nullptr, nullptr,
     "writes the signal's information"},
    {"qSymbol", Match::word, forward, looks, reply, Keep::promise, offer_symbols, nullptr,
     "symbols that the stub asks for; GDB is asked for all of them first, and needn't wait then"},
    {"qAttached", Match::word, forward, looks, reply, Keep::program, nullptr, nullptr,
     "attached to or started"},
    {"qOffsets", Match::whole, forward, looks, reply, Keep::program, nullptr, nullptr, "section offsets"},
    {"qTStatus", Match::whole, forward, looks, reply, Keep::trace, nullptr, nullptr, "whether a trace runs"},
    {"QT", Match::prefix, forward, changes, reply, Keep::trace, nullptr, nullptr,
     "tracepoint packets; `QTFrame` even decides what memory is"},
    {"q", Match::prefix, forward, looks, reply, Keep::never, nullptr, nullptr,
     "any other query: none changes anything"},
    {"qRspbridge", Match::whole, Fate::answer, looks, reply, Keep::never, say_who, nullptr,
     "\"rspbridge\": GDB's helper asks whether we are here"},
    {"qRcmd", Match::word, forward, changes, Answer::console, Keep::never, nullptr, nullptr,
     "a monitor command; its output comes on the way", ViewScope::always, view_monitor,
     "`monitor rspbridge …` is answered here"},

    // Files of the target.
    {"vFile:open", Match::word, forward, looks, reply, Keep::never, nullptr, note_file_opened,
     "closed again if GDB vanishes", ViewScope::files, view_open_file,
     "an ELF file that is known here is served from here, an unknown one is read whole, and translated or "
     "replaced by "
     "the one with its symbols; a debug file that wasn't there isn't looked for again; what /proc tells of a "
     "process is read whole"},
    {"vFile:close", Match::word, forward, looks, reply, Keep::never, nullptr, note_file_closed, "closes",
     ViewScope::files, view_close_file, "closes"},
    {"vFile:pwrite", Match::word, forward, changes, reply, Keep::never, nullptr, nullptr,
     "writes; a file may be a process's memory"},
    {"vFile:unlink", Match::word, forward, changes, reply, Keep::never, nullptr, note_file_unlinked,
     "removes a file"},
    {"vFile:pread", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr, "reads",
     ViewScope::files, view_read_file, "from what the file was translated to"},
    {"vFile:fstat", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr,
     "a file's size and time", ViewScope::files, view_file_status, "the size of what it was translated to"},
    {"vFile:setfs", Match::word, forward, looks, reply, Keep::promise, nullptr, note_file_system,
     "whose files are meant"},
    {"vFile", Match::word, forward, looks, reply, Keep::never, nullptr, nullptr, "the target's files"},

    {"(any other)", Match::whole, forward, changes, reply, Keep::never, nullptr, nullptr, "passes verbatim"},
};

bool matches(const PacketRow& row, std::string_view payload) {
  if (!payload.starts_with(row.name)) return false;
  if (row.match == Match::prefix || payload.size() == row.name.size()) return true;
  return row.match == Match::word &&
         std::string_view(":;,").find(payload[row.name.size()]) != std::string_view::npos;
}

}  // namespace

std::span<const PacketRow> packet_table() {
  return table;
}

const PacketRow& row_for(std::string_view payload) {
  const PacketRow* best = &packet_table().back();
  std::size_t length = 0;
  for (const PacketRow& row : packet_table().first(packet_table().size() - 1)) {
    if (row.name.size() >= length && matches(row, payload)) {
      best = &row;
      length = row.name.size();
    }
  }
  return *best;
}

std::string_view to_string(Fate fate) {
  switch (fate) {
    case Fate::forward:
      return "forward";
    case Fate::answer:
      return "answer";
    case Fate::rewrite:
      return "rewrite";
  }
  return "?";
}

std::string_view to_string(ViewScope scope) {
  switch (scope) {
    case ViewScope::none:
      return "";
    case ViewScope::always:
      return "always";
    case ViewScope::registers:
      return "any view but native";
    case ViewScope::x86_64:
      return "x86_64 view";
    case ViewScope::files:
      return "x86_64 view, --symbols";
  }
  return "?";
}

std::string_view to_string(Keep keep) {
  switch (keep) {
    case Keep::never:
      return "";
    case Keep::session:
      return "session";
    case Keep::trace:
      return "trace";
    case Keep::program:
      return "program";
    case Keep::stop:
      return "stop";
    case Keep::registers:
      return "registers";
    case Keep::memory:
      return "memory";
    case Keep::select:
    case Keep::alive:
      return "threads";
    case Keep::nothing:
      return "nothing";
    case Keep::promise:
      return "promise";
  }
  return "?";
}

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::looks:
      return "looks";
    case Effect::changes:
      return "changes";
    case Effect::resumes:
      return "resumes";
  }
  return "?";
}

}  // namespace rspbridge::proxy::near
