// A target that exists in these tests only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/inspect/inspection.hpp"
#include "rsp/target_description.hpp"

namespace rspbridge::proxy::http::test {

inline constexpr const char* sample_smaps =
    "00400000-00402000 r-xp 00000000 fd:01 77                         /srv/a<b>&c\n"
    "Size:                  8 kB\n"
    "VmFlags: rd ex mr mw me \n"
    "00410000-00412000 rw-p 00010000 fd:01 77                         /srv/a<b>&c\n"
    "Size:                  8 kB\n"
    "VmFlags: rd wr mr mw me ac \n"
    "aaaa0000-aaab0000 rw-p 00000000 00:00 0                          [heap]\n"
    "Size:                 64 kB\n"
    "VmFlags: rd wr mr mw me ac \n"
    "bbbb0000-bbbb1000 rw-s 00000000 00:05 9                          /dev/card0\n"
    "Size:                  4 kB\n"
    "VmFlags: rd wr sh pf io dd \n";

/// What a test sets is what it tells.
class FakeInspection final : public inspect::Inspection {
 public:
  inspect::State now{
      .stop_id = 7, .pid = 42, .thread = rsp::ThreadId{.pid = 42, .tid = 42}, .stop_reply = "T05"};
  std::shared_ptr<inspect::TargetMap> target_map = std::make_shared<inspect::TargetMap>();
  std::shared_ptr<inspect::TargetMap> map_with_stop = std::make_shared<inspect::TargetMap>();
  std::map<std::uint64_t, std::string> memory;  ///< by first address
  std::vector<inspect::Thread> thread_list;
  std::optional<inspect::RegisterSet> register_set;
  std::optional<inspect::Failure> failure;  ///< of everything but state()
  std::string auxv_bytes, siginfo_bytes;
  memmap::ProcessInfo process;
  std::uint64_t here = 0;  ///< bytes that are populated, from address 0 on
  int reads = 0;
  std::function<void(int)> on_read = [](int) {};

  inspect::State state() const override { return now; }
  link::LinkReport link;
  link::LinkReport link_report() const override { return link; }

  asio::awaitable<inspect::Result<std::shared_ptr<const inspect::TargetMap>>> map() override {
    if (failure) co_return tl::unexpected(*failure);
    co_return std::shared_ptr<const inspect::TargetMap>(target_map);
  }
  asio::awaitable<inspect::Result<std::shared_ptr<const inspect::TargetMap>>> quick_map() override {
    if (failure) co_return tl::unexpected(*failure);
    co_return std::shared_ptr<const inspect::TargetMap>(map_with_stop);
  }
  asio::awaitable<inspect::Result<inspect::Threads>> threads() override {
    if (failure) co_return tl::unexpected(*failure);
    co_return inspect::Threads{now.stop_id, now.thread, thread_list};
  }
  asio::awaitable<inspect::Result<inspect::RegisterSet>> registers(
      std::optional<rsp::ThreadId> thread) override {
    if (failure) co_return tl::unexpected(*failure);
    if (!register_set || (thread && *thread != register_set->thread))
      co_return tl::unexpected(inspect::Failure{inspect::Problem::no_thread, "No such thread."});
    co_return *register_set;
  }
  asio::awaitable<inspect::Result<inspect::Memory>> read(std::uint64_t address, std::size_t length) override {
    on_read(++reads);
    if (failure) co_return tl::unexpected(*failure);
    const auto after = memory.upper_bound(address);
    if (after != memory.begin()) {
      const auto& [begin, bytes] = *std::prev(after);
      if (address - begin + length <= bytes.size())
        co_return inspect::Memory{now.stop_id, bytes.substr(address - begin, length)};
      const memmap::VirtAddr bad{std::max(address, begin + bytes.size())};
      co_return tl::unexpected(
          inspect::Failure{inspect::Problem::unreadable, "Not there.", {bad, {address + length}}});
    }
    co_return tl::unexpected(
        inspect::Failure{inspect::Problem::unreadable, "Not there.", {{address}, {address + length}}});
  }
  asio::awaitable<std::optional<inspect::Failure>> prefetch(std::vector<memmap::AddressRange>) override {
    co_return std::nullopt;
  }
  asio::awaitable<inspect::Result<std::string>> file(std::string path) override {
    co_return tl::unexpected(inspect::Failure{inspect::Problem::unsupported, "no " + path, {}});
  }
  asio::awaitable<inspect::Result<inspect::Pages>> read_pages(memmap::AddressRange range) override;
  asio::awaitable<inspect::Result<std::string>> auxv(rsp::ThreadId) override {
    if (failure) co_return tl::unexpected(*failure);
    co_return auxv_bytes;
  }
  asio::awaitable<inspect::Result<std::string>> siginfo(rsp::ThreadId) override {
    if (failure) co_return tl::unexpected(*failure);
    co_return siginfo_bytes;
  }
  asio::awaitable<inspect::Result<memmap::ProcessInfo>> process_info() override {
    if (failure) co_return tl::unexpected(*failure);
    co_return process;
  }
  std::uint64_t populated(memmap::AddressRange range) const override {
    return range.begin.value >= here ? 0 : std::min(here, range.end.value) - range.begin.value;
  }
  Subscription subscribe(std::function<void(const inspect::State&)> changed) override {
    auto token = std::make_shared<std::function<void(const inspect::State&)>>(std::move(changed));
    subscribers_.push_back(token);
    return token;
  }

  /// Changes the state and tells everybody.
  void become(inspect::State state) {
    now = std::move(state);
    for (const auto& weak : subscribers_)
      if (const auto subscriber = weak.lock()) (*subscriber)(now);
  }
  void resume() {
    auto state = now;
    state.running = true;
    become(state);
  }
  void stop() {
    auto state = now;
    state.running = false;
    ++state.stop_id;
    become(state);
  }
  void use_smaps(const std::string& text);

 private:
  std::vector<std::weak_ptr<std::function<void(const inspect::State&)>>> subscribers_;
};

/// The target of sample_smaps, aarch64.
std::shared_ptr<FakeInspection> sample_target();

/// Runs handle() to its end.
Answer ask(FakeInspection& target, Context& context, Request request);
Answer ask(FakeInspection& target, const std::string& request_target, const std::string& method = "GET");

/// The body of an answer, all pieces of it; nothing if it broke off.
std::optional<std::string> body_of(const Answer& answer);

/// The first header of that name; empty if there is none.
std::string header_of(const Answer& answer, const std::string& name);

}  // namespace rspbridge::proxy::http::test
