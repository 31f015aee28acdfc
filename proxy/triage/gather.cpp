#include "proxy/triage/gather.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/triage/signals.hpp"
#include "proxy/triage/thread_state.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::triage {
namespace {

using inspect::Failure;
using inspect::Problem;

constexpr int most_rounds = 24;  // of reading what unwinding turned out to need

std::string now_text() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::optional<Signal> signal_of(const inspect::State& state) {
  const auto stop = rsp::parse_stop_reply(state.stop_reply);
  if (!stop || stop->kind != rsp::StopReply::Kind::stopped) return std::nullopt;
  const auto number = from_gdb_signal(static_cast<int>(stop->code));
  if (!number || stop->code == 0) return std::nullopt;
  return Signal{*number, {}, {}, {}};
}

}  // namespace

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
  co_await gather_files(stopped, **map);
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
    const auto unread = co_await fetch(memory, with_more_stack(*made.stopped, std::move(missing), round));
    if (unread) co_return tl::unexpected(*unread);
  }
  if (inspection_.state().stop_id != before.stop_id)
    co_return tl::unexpected(
        Failure{Problem::running, "the target was resumed meanwhile; ask again when it has stopped", {}});
  co_return made;
}

asio::awaitable<std::vector<std::vector<Frame>>> Investigator::functions(
    const Findings& findings, std::vector<std::uint64_t> addresses) {
  const auto work = [&findings, &addresses]() -> asio::awaitable<std::vector<std::vector<Frame>>> {
    const Stopped& stopped = *findings.stopped;
    const Surroundings in{*findings.symbols, *stopped.memory, stopped.map};
    std::vector<std::vector<Frame>> found;
    for (const std::uint64_t address : addresses) found.push_back(functions_at(address, in));
    co_return found;
  };
  auto running = asio::co_spawn(pool_, work(), asio::use_awaitable);
  auto found = co_await std::move(running);
  co_return found;
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
