#include "proxy/inspect/inspector.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::inspect {

using memmap::VirtAddr;
using Touches = StubAccess::Touches;

namespace {

memmap::SharedView make_view(memmap::ViewLimits limits) {
  auto view = memmap::SharedView::create(limits);
  if (!view) throw std::system_error(view.error(), "the shared view of the target's memory can't be made");
  return *std::move(view);
}

}  // namespace

Inspector::Inspector(asio::any_io_executor executor, StubAccess& stub, memmap::ViewLimits limits)
    : stub_(stub), turns_(std::move(executor)), view_(make_view(limits)) {
  stub_.observe(this);
  on_state();
}

Inspector::~Inspector() {
  stub_.observe(nullptr);
}

State Inspector::state() const {
  State now = stub_.state();
  now.changes = changes_;
  return now;
}

Inspector::Moment Inspector::moment() const {
  const State now = stub_.state();
  return {now.stop_id, changes_, now.running};
}

// Clients ask anew at each stop. Were all that they asked before done all the same, they would wait longer
// and longer.
bool Inspector::has_gone_on(const Moment& since) const {
  const Moment now = moment();
  return !since.running && (now.running || now.stop_id != since.stop_id);
}

Failure Inspector::resumed() const {
  return {Problem::running, "the target was resumed meanwhile; ask again when it has stopped", {}};
}

void Inspector::on_state() {
  const State now = stub_.state();
  known_ = {};
  // Another process has other memory.
  if (std::exchange(pid_, now.pid) != now.pid && !now.running && now.stop_id == view_.stop_id())
    return stub_.count_as_stop();
  std::error_code failed;
  if (!view_.running() && (now.running || now.stop_id != view_.stop_id())) failed = view_.resume({});
  if (!failed && !now.running && view_.running()) failed = view_.stop(now.stop_id);
  if (failed) spdlog::warn("the shared view can't be changed: {}", failed.message());
  const auto stop = rsp::parse_stop_reply(now.stop_reply);
  if (!now.pid || (stop && stop->pair("exec"))) program_.reset();
  for (auto subscriber = subscribers_.begin(); subscriber != subscribers_.end();) {
    if (const auto changed = subscriber->lock()) {
      (*changed)(now);
      ++subscriber;
    } else {
      subscriber = subscribers_.erase(subscriber);
    }
  }
}

void Inspector::on_change(Touches touches, const std::string& request, const std::string& reply) {
  if (touches == Touches::nothing) return;
  ++changes_;
  known_.untouched = {};
  if (touches == Touches::registers) {
    known_.registers.clear();
    known_.threads.reset();
  }
  const auto written = touches == Touches::memory ? rsp::parse_memory_write(request) : std::nullopt;
  if (touches == Touches::anything || (touches == Touches::memory && !written)) return stub_.count_as_stop();
  if (!written || reply != "OK" || written->data.empty()) return;
  const VirtAddr begin = memmap::untagged(VirtAddr{written->address});
  // Whole pages of it are only known if they were before.
  for (const auto& part : view_.populated({begin, {begin.value + written->data.size()}})) {
    const auto bytes = std::string_view(written->data).substr(part.begin.value - begin.value, part.size());
    if (!view_.write(part.begin, bytes)) return stub_.count_as_stop();
  }
}

std::uint64_t Inspector::populated(memmap::AddressRange range) const {
  std::uint64_t sum = 0;
  for (const auto& part : view_.populated(range)) sum += part.size();
  return sum;
}

Inspection::Subscription Inspector::subscribe(std::function<void(const State&)> changed) {
  auto subscriber = std::make_shared<std::function<void(const State&)>>(std::move(changed));
  subscribers_.push_back(subscriber);
  return subscriber;
}

asio::awaitable<Result<std::shared_ptr<const TargetMap>>> Inspector::map() {
  return map_with(MapDetail::all);
}

asio::awaitable<Result<std::shared_ptr<const TargetMap>>> Inspector::quick_map() {
  return map_with(MapDetail::quick);
}

Inspector::MapPointer Inspector::known_map(MapDetail detail) const {
  if (stub_.state().running) return nullptr;
  return known_.map || detail == MapDetail::all ? known_.map : known_.quick_map;
}

asio::awaitable<Result<Inspector::MapPointer>> Inspector::map_with(MapDetail detail) {
  if (auto known = known_map(detail)) co_return known;
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return tl::unexpected(resumed());
  if (auto known = known_map(detail)) co_return known;
  co_return co_await read_map(detail);
}

asio::awaitable<Result<Threads>> Inspector::threads() {
  if (known_.threads) co_return *known_.threads;
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return tl::unexpected(resumed());
  co_return co_await list_threads();
}

asio::awaitable<Result<RegisterSet>> Inspector::registers(std::optional<rsp::ThreadId> thread) {
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return tl::unexpected(resumed());
  if (!thread) {
    const auto threads = co_await listed();
    if (!threads) co_return tl::unexpected(threads.error());
    const auto stopped = stub_.state().thread;
    thread = stopped && stopped->is_specific() ? *stopped : threads->front().id;
  }
  co_return co_await registers_of(*thread);
}

asio::awaitable<void> Inspector::finish() {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  while (under_way_ > 0) {
    pause.expires_after(std::chrono::milliseconds(5));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace rspbridge::proxy::inspect
