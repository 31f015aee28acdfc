#include "proxy/triage/gather.hpp"

#include <elf.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>

#include "memmap/auxv.hpp"
#include "memmap/elf_image.hpp"
#include "proxy/triage/image_of.hpp"
#include "proxy/triage/signals.hpp"
#include "proxy/triage/thread_state.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::triage {
namespace {

using inspect::Failure;
using inspect::Problem;
using memmap::AddressRange;

constexpr std::uint64_t page = FetchedMemory::page;
constexpr std::uint64_t first_stack = std::uint64_t{48} << 10,
                        other_stack = std::uint64_t{12} << 10;  // bytes
constexpr int most_rounds = 24;  // of reading what unwinding turned out to need

std::string now_text() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

// What the first look at a process needs of its memory.
std::vector<AddressRange> likely_memory(const Stopped& stopped) {
  std::vector<AddressRange> ranges;
  for (std::size_t i = 0; i < stopped.threads.size(); ++i) {
    const Registers& registers = stopped.threads[i].registers;
    const auto sp = registers.values[Registers::sp];
    const memmap::Vma* stack = sp ? stopped.map.find({*sp}) : nullptr;
    if (stack != nullptr) {
      const std::uint64_t begin = *sp & ~(page - 1);
      ranges.push_back(
          {{begin}, {std::min(begin + (i == 0 ? first_stack : other_stack), stack->range.end.value)}});
    }
    if (registers.pc && stopped.map.find({*registers.pc}))
      ranges.push_back({{(*registers.pc - 64) & ~(page - 1)}, {*registers.pc + 64}});
  }
  if (stopped.threads.empty()) return ranges;
  for (const auto& [name, value] : stopped.threads.front().named) {
    const memmap::Vma* vma = value ? stopped.map.find(memmap::untagged({*value})) : nullptr;
    if (vma == nullptr || !vma->readable || vma->is_device()) continue;
    const std::uint64_t begin = memmap::untagged({*value}).value;
    ranges.push_back({{begin}, {std::min(begin + 64, vma->range.end.value)}});
  }
  return ranges;
}

std::optional<Signal> signal_of(const inspect::State& state) {
  const auto stop = rsp::parse_stop_reply(state.stop_reply);
  if (!stop || stop->kind != rsp::StopReply::Kind::stopped) return std::nullopt;
  const auto number = from_gdb_signal(static_cast<int>(stop->code));
  if (!number || stop->code == 0) return std::nullopt;
  return Signal{*number, {}, {}, {}};
}

}  // namespace

asio::awaitable<std::optional<Failure>> Investigator::fetch(FetchedMemory& memory,
                                                            std::vector<AddressRange> ranges) {
  const auto failed = co_await inspection_.prefetch(ranges);
  if (failed) co_return failed;
  for (const AddressRange& range : ranges) {
    for (std::uint64_t at = range.begin.value & ~(page - 1); at < range.end.value; at += page) {
      if (memory.is_known(at)) continue;
      const auto bytes = co_await inspection_.read(at, page);
      if (bytes)
        memory.add(at, bytes->bytes);
      else if (bytes.error().problem == Problem::unreadable)
        memory.set_unreadable({{at}, {at + page}});
      else
        co_return bytes.error();
    }
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>> Investigator::gather_threads(Stopped& stopped) {
  const auto threads = co_await inspection_.threads();
  if (!threads) co_return threads.error();
  for (const inspect::Thread& thread : threads->threads) {
    ThreadState state{thread.id.tid, thread.name, thread.core, {}, {}};
    const auto registers = co_await inspection_.registers(thread.id);
    if (registers)
      set_registers(state, registers->values);
    else if (registers.error().problem == Problem::no_thread)
      stopped.notes.push_back(registers.error().sentence);
    else
      co_return registers.error();
    const bool first = threads->stopped && thread.id == *threads->stopped;
    stopped.threads.insert(first ? stopped.threads.begin() : stopped.threads.end(), std::move(state));
  }
  co_return std::nullopt;
}

// The kernel's own image is nowhere but in memory.
asio::awaitable<void> Investigator::gather_vdso(Image& image) {
  const auto bytes =
      co_await inspection_.read(image.begin, static_cast<std::size_t>(image.end - image.begin));
  if (bytes) image.file = file_of(bytes->bytes);
}

asio::awaitable<std::optional<Failure>> Investigator::gather_files(Stopped& stopped,
                                                                   const inspect::TargetMap& map) {
  for (const memmap::Module& module : map.modules) {
    if (module.image.machine != EM_AARCH64) continue;
    Image image = image_of(module);
    if (module.path.starts_with('[')) {
      co_await gather_vdso(image);
      stopped.images.push_back(std::move(image));
      continue;
    }
    auto found = files_.find(image.path, image.build_id);
    if (!found) {
      const auto contents = co_await inspection_.file(image.path);
      if (contents)
        found = files_.take(image.path, image.build_id, *contents);
      else
        stopped.notes.push_back(image.path + ": " + contents.error().sentence);
      if (contents && !found)
        stopped.notes.push_back(image.path + " on the target isn't the file that is in memory");
    }
    if (found) {
      image.file = std::move(found->file);
      image.file_name = std::move(found->name);
    }
    if (auto debug = files_.find_debug(image.build_id)) {
      image.debug = std::move(debug->file);
      image.debug_name = std::move(debug->name);
    }
    stopped.images.push_back(std::move(image));
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>> Investigator::gather(Stopped& stopped) {
  auto failed = co_await gather_threads(stopped);
  if (failed) co_return failed;
  const auto map = co_await inspection_.map();
  if (!map) co_return map.error();
  if (!(*map)->architecture.empty() && (*map)->architecture != "aarch64")
    co_return Failure{Problem::unsupported,
                      "there are crash reports of ARM64 only; the target is " + (*map)->architecture,
                      {}};
  stopped.map = (*map)->map;
  stopped.labels = (*map)->labels;
  stopped.pid = (*map)->pid;
  stopped.system.page_size = (*map)->page_size;
  const inspect::State state = inspection_.state();
  stopped.reached.stop_id = state.stop_id;
  if (!stopped.signal) stopped.signal = signal_of(state);
  if (stopped.signal && state.thread) {
    const auto siginfo = co_await inspection_.siginfo(*state.thread);
    const auto told = siginfo ? parse_siginfo(*siginfo) : std::nullopt;
    if (told && told->number == stopped.signal->number)
      stopped.signal = told;
    else
      stopped.notes.push_back(
          "the signal's details (siginfo) can't be had, so its code and address aren't known");
  }
  auto memory = std::make_shared<FetchedMemory>();
  stopped.memory = memory;
  failed = co_await fetch(*memory, likely_memory(stopped));
  if (failed) co_return failed;
  failed = co_await gather_files(stopped, **map);
  if (failed) co_return failed;
  for (std::size_t i = 0; i < stopped.images.size() && !stopped.main_image; ++i)
    if (stopped.images[i].path == stopped.program.path || stopped.program.path.empty())
      stopped.main_image = i;
  if (!stopped.main_image && !stopped.images.empty()) stopped.main_image = 0;
  co_return std::nullopt;
}

asio::awaitable<std::vector<PanicPlace>> Investigator::learn() {
  std::vector<PanicPlace> places;
  const auto registers = co_await inspection_.registers(std::nullopt);
  if (!registers) spdlog::debug("no registers before the program runs: {}", registers.error().sentence);
  const auto map = co_await inspection_.map();
  if (!map) {
    spdlog::debug("nothing is learned of the target before its crash: {}", map.error().sentence);
    co_return places;
  }
  Stopped scratch;
  co_await gather_files(scratch, **map);
  std::function<void()> work = [&scratch, &places] { places = panic_places(Symbols(scratch.images)); };
  co_await in_thread(std::move(work));
  co_return places;
}

asio::awaitable<inspect::Result<Findings>> Investigator::investigate(Stopped about) {
  Findings made{std::make_shared<Stopped>(std::move(about)), nullptr, nullptr};
  const inspect::State before = inspection_.state();
  made.stopped->time = now_text();
  const auto failed = co_await gather(*made.stopped);
  if (failed) co_return tl::unexpected(*failed);
  auto& memory = static_cast<FetchedMemory&>(*made.stopped->memory);
  for (int round = 0;; ++round) {
    co_await reconsider(made);
    auto missing = memory.take_missing();
    if (missing.empty() || round == most_rounds) break;
    const auto unread = co_await fetch(memory, std::move(missing));
    if (unread) co_return tl::unexpected(*unread);
  }
  if (inspection_.state().stop_id != before.stop_id)
    co_return tl::unexpected(
        Failure{Problem::running, "the target was resumed meanwhile; ask again when it has stopped", {}});
  co_return made;
}

asio::awaitable<void> Investigator::reconsider(Findings& findings) {
  std::function<void()> work = [&findings] {
    if (!findings.symbols) findings.symbols = std::make_shared<Symbols>(findings.stopped->images);
    findings.analysis = std::make_shared<Analysis>(analyse(*findings.stopped, *findings.symbols));
  };
  co_await in_thread(std::move(work));
}

asio::awaitable<void> Investigator::in_thread(std::function<void()> work) {
  const auto there = [&work]() -> asio::awaitable<void> {
    work();
    co_return;
  };
  auto running = asio::co_spawn(pool_, there(), asio::use_awaitable);
  co_await std::move(running);
}

}  // namespace rspbridge::proxy::triage
