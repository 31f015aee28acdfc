#include "proxy/near/packet_table.hpp"

#include <algorithm>
#include <array>

#include "proxy/near/handlers.hpp"

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
    {"qSupported", Match::word, Fate::rewrite, looks, reply, on_gdb_features, add_no_ack_feature,
     "the stub's own features; QStartNoAckMode+ is added, since this leg always can"},
    {"QStartNoAckMode", Match::whole, Fate::answer, looks, reply, agree_no_ack, nullptr,
     "agreed for this leg; the stub's leg is settled apart"},
    {"vMustReplyEmpty", Match::whole, forward, looks, reply, nullptr, nullptr, "the stub's own answer"},
    {"!", Match::whole, forward, looks, reply, nullptr, nullptr, "extended mode"},
    {"?", Match::whole, forward, looks, Answer::status, nullptr, nullptr, "why the target stopped"},
    {"QNonStop", Match::word, forward, changes, reply, nullptr, note_non_stop,
     "noted: decides how resumes are answered"},
    {"H", Match::prefix, forward, looks, reply, nullptr, note_thread,
     "noted: selects the thread of later requests"},

    // Resuming.
    {"vCont?", Match::whole, forward, looks, reply, nullptr, nullptr, "what the stub can do"},
    {"vCont;", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr,
     "resumes; until the stop nothing but ^C is sent"},
    {"vCtrlC", Match::whole, forward, changes, reply, nullptr, nullptr, "interrupts in non-stop mode"},
    {"vStopped", Match::whole, forward, looks, Answer::status, nullptr, nullptr,
     "the next of the stops that a notification announced"},
    {"c", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr, "continues"},
    {"C", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr, "continues with a signal"},
    {"s", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr, "steps"},
    {"S", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr, "steps with a signal"},
    {"i", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr, "steps by cycles"},
    {"I", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr, "steps by cycles with a signal"},
    {"bc", Match::whole, forward, resumes, Answer::stop, nullptr, nullptr, "continues backwards"},
    {"bs", Match::whole, forward, resumes, Answer::stop, nullptr, nullptr, "steps backwards"},
    {"F", Match::prefix, forward, resumes, Answer::stop, nullptr, nullptr,
     "GDB's answer to a File-I/O request; the resume goes on"},

    // Starting and ending.
    {"vRun", Match::word, forward, resumes, Answer::stop, nullptr, nullptr, "starts a program"},
    {"vAttach", Match::word, forward, resumes, Answer::stop, nullptr, nullptr, "attaches to a process"},
    {"vKill", Match::word, forward, resumes, reply, nullptr, note_process_left, "kills a process"},
    {"D", Match::prefix, forward, resumes, reply, nullptr, note_process_left, "detaches"},
    {"k", Match::whole, forward, resumes, Answer::none, on_kill, nullptr, "kills everything; never answered"},
    {"R", Match::prefix, forward, resumes, Answer::none, nullptr, nullptr, "restarts; never answered"},

    // Registers and memory.
    {"g", Match::whole, forward, looks, reply, nullptr, nullptr, "all registers"},
    {"G", Match::prefix, forward, changes, reply, nullptr, nullptr, "writes all registers"},
    {"p", Match::prefix, forward, looks, reply, nullptr, nullptr, "one register"},
    {"P", Match::prefix, forward, changes, reply, nullptr, nullptr, "writes one register"},
    {"m", Match::prefix, forward, looks, reply, nullptr, nullptr,
     "reads memory; sequential reads of plain memory are answered from what was read ahead at this stop"},
    {"x", Match::prefix, forward, looks, reply, nullptr, nullptr, "as m, binary"},
    {"M", Match::prefix, forward, changes, reply, nullptr, nullptr, "writes memory"},
    {"X", Match::prefix, forward, changes, reply, nullptr, nullptr, "writes memory, binary"},
    {"qSearch:memory", Match::word, forward, looks, reply, nullptr, nullptr, "searches memory on the target"},
    {"qCRC", Match::word, forward, looks, reply, nullptr, nullptr,
     "checksum of memory, computed on the target"},
    {"qMemTags", Match::word, forward, looks, reply, nullptr, nullptr, "memory tags"},
    {"QMemTags", Match::word, forward, changes, reply, nullptr, nullptr, "writes memory tags"},

    // Breakpoints.
    {"Z", Match::prefix, forward, changes, reply, nullptr, note_breakpoint,
     "inserts; taken back if GDB vanishes"},
    {"z", Match::prefix, forward, changes, reply, nullptr, note_breakpoint, "removes"},
    {"QCatchSyscalls", Match::word, forward, looks, reply, nullptr, note_catch_syscalls,
     "taken back if GDB vanishes"},
    {"QThreadEvents", Match::word, forward, looks, reply, nullptr, note_thread_events,
     "taken back if GDB vanishes"},
    {"QPassSignals", Match::word, forward, looks, reply, nullptr, nullptr, "signals that need no stop"},
    {"QProgramSignals", Match::word, forward, looks, reply, nullptr, nullptr,
     "signals that the program may get"},

    // Threads, libraries and other queries.
    {"T", Match::prefix, forward, looks, reply, nullptr, nullptr, "whether a thread lives"},
    {"qC", Match::whole, forward, looks, reply, nullptr, nullptr, "the current thread"},
    {"qfThreadInfo", Match::whole, forward, looks, reply, nullptr, nullptr, "thread list, first part"},
    {"qsThreadInfo", Match::whole, forward, looks, reply, nullptr, nullptr, "thread list, further parts"},
    {"qThreadExtraInfo", Match::word, forward, looks, reply, nullptr, nullptr, "a thread's name"},
    {"qGetTLSAddr", Match::word, forward, looks, reply, nullptr, nullptr, "where a thread-local variable is"},
    {"qXfer:features:read", Match::word, forward, looks, reply, nullptr, nullptr,
     "the target description; a thread is selected first where the stub dies without"},
    {"qXfer", Match::word, forward, looks, reply, nullptr, nullptr, "objects of the target"},
    {"qXfer:siginfo:write", Match::word, forward, changes, reply, nullptr, nullptr,
     "writes the signal's information"},
    {"qSymbol", Match::word, forward, looks, reply, nullptr, nullptr, "symbols that the stub asks for"},
    {"qAttached", Match::word, forward, looks, reply, nullptr, nullptr, "attached to or started"},
    {"qOffsets", Match::whole, forward, looks, reply, nullptr, nullptr, "section offsets"},
    {"qTStatus", Match::whole, forward, looks, reply, nullptr, nullptr, "whether a trace runs"},
    {"qRcmd", Match::word, forward, changes, Answer::console, nullptr, nullptr,
     "a monitor command; its output comes on the way"},

    // Files of the target.
    {"vFile:open", Match::word, forward, looks, reply, nullptr, note_file_opened,
     "closed again if GDB vanishes"},
    {"vFile:close", Match::word, forward, looks, reply, nullptr, note_file_closed, "closes"},
    {"vFile:pwrite", Match::word, forward, changes, reply, nullptr, nullptr,
     "writes; a file may be a process's memory"},
    {"vFile", Match::word, forward, looks, reply, nullptr, nullptr, "the target's files"},

    {"(any other)", Match::whole, forward, changes, reply, nullptr, nullptr, "passes verbatim"},
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
