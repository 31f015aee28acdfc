#include "proxy/core/snapshot.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "memmap/core_notes.hpp"
#include "proxy/core/register_sets.hpp"

namespace rspbridge::proxy::core {
namespace {

using inspect::Failure;
using inspect::Problem;
using inspect::Result;
using memmap::CoreNote;
using rsp::ThreadId;

Failure unsupported(std::string sentence) {
  return {Problem::unsupported, std::move(sentence), {}};
}

// The one that stopped comes first.
std::vector<ThreadId> ordered(const inspect::Threads& threads) {
  std::vector<ThreadId> ids;
  for (const auto& thread : threads.threads) ids.push_back(thread.id);
  std::stable_partition(ids.begin(), ids.end(), [&](const ThreadId& id) { return id == threads.stopped; });
  return ids;
}

// siginfo_t begins with the signal's number.
std::int32_t signal_of(const std::string& siginfo) {
  std::int32_t number = 0;
  if (siginfo.size() >= sizeof number) std::memcpy(&number, siginfo.data(), sizeof number);
  return number;
}

// What a stub may not offer: nothing then.
tl::expected<std::optional<std::string>, Failure> if_offered(Result<std::string> object) {
  if (object) return std::optional(*std::move(object));
  if (object.error().problem == Problem::unsupported) return std::nullopt;
  return tl::unexpected(std::move(object.error()));
}

// The notes of the process, in the kernel's order.
struct ProcessNotes {
  memmap::ProcessInfo info;
  std::int32_t signal = 0;
  std::vector<CoreNote> notes;
};

asio::awaitable<Result<ProcessNotes>> process_notes(inspect::Inspection& inspection, ThreadId stopped,
                                                    const inspect::TargetMap& map) {
  ProcessNotes made;
  const auto info = co_await inspection.process_info();
  if (!info) co_return tl::unexpected(info.error());
  made.info = *info;
  made.notes.push_back(memmap::process_note(*info));
  auto asked = co_await inspection.siginfo(stopped);
  const auto siginfo = if_offered(std::move(asked));
  if (!siginfo) co_return tl::unexpected(siginfo.error());
  if (*siginfo) {
    made.signal = signal_of(**siginfo);
    made.notes.push_back({"CORE", NT_SIGINFO, **siginfo});
  }
  asked = co_await inspection.auxv(stopped);
  const auto auxv = if_offered(std::move(asked));
  if (!auxv) co_return tl::unexpected(auxv.error());
  if (*auxv) made.notes.push_back({"CORE", NT_AUXV, **auxv});
  made.notes.push_back(memmap::file_note(map.map, map.page_size));
  co_return made;
}

asio::awaitable<std::optional<Failure>> add_notes(inspect::Inspection& inspection,
                                                  const std::vector<ThreadId>& threads,
                                                  const inspect::TargetMap& map, Snapshot& snapshot) {
  auto process = co_await process_notes(inspection, threads.front(), map);
  if (!process) co_return process.error();
  snapshot.name = process->info.name;
  auto& notes = snapshot.contents.notes;
  for (const ThreadId& thread : threads) {
    const bool first = notes.empty();
    const auto registers = co_await inspection.registers(thread);
    if (!registers) co_return registers.error();
    auto sets = register_sets(snapshot.contents.machine, registers->values);
    if (!sets)
      co_return unsupported("the general registers of thread " + rsp::format_thread_id(thread) +
                            " aren't all known");
    notes.push_back(memmap::status_note(process->info, static_cast<std::int32_t>(thread.tid), process->signal,
                                        sets->general));
    if (first) std::move(process->notes.begin(), process->notes.end(), std::back_inserter(notes));
    std::move(sets->more.begin(), sets->more.end(), std::back_inserter(notes));
  }
  co_return std::nullopt;
}

}  // namespace

bool is_still(const inspect::State& moment, const inspect::State& now) {
  return !now.running && !now.over && now.stop_id == moment.stop_id && now.changes == moment.changes;
}

asio::awaitable<Result<Snapshot>> take_snapshot(inspect::Inspection& inspection) {
  Snapshot snapshot;
  snapshot.moment = inspection.state();
  const auto map = co_await inspection.map();
  if (!map) co_return tl::unexpected(map.error());
  if ((*map)->map.source() == memmap::MapSource::rebuilt)
    co_return tl::unexpected(unsupported(
        "the target's /proc/PID/maps can't be read, and without it heap and stacks aren't known"));
  const auto machine = machine_of((*map)->architecture);
  if (!machine)
    co_return tl::unexpected(unsupported("there are no core files of '" + (*map)->architecture + "' here"));
  const auto threads = co_await inspection.threads();
  if (!threads) co_return tl::unexpected(threads.error());
  if (threads->threads.empty())
    co_return tl::unexpected(Failure{Problem::no_process, "there is no process", {}});
  snapshot.pid = (*map)->pid;
  snapshot.contents.machine = *machine;
  snapshot.contents.page_size = (*map)->page_size;
  const auto ids = ordered(*threads);
  const auto failed = co_await add_notes(inspection, ids, **map, snapshot);
  if (failed) co_return tl::unexpected(*failed);
  snapshot.contents.segments = memmap::core_segments((*map)->map);
  if (!is_still(snapshot.moment, inspection.state()))
    co_return tl::unexpected(
        Failure{Problem::running, "the target was resumed or written to meanwhile; ask again", {}});
  co_return snapshot;
}

}  // namespace rspbridge::proxy::core
