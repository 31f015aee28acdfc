// What clients of the shared view ask.
#include <memory>
#include <utility>

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "memmap/view_answer.hpp"
#include "proxy/inspect/inspector.hpp"

namespace rspbridge::proxy::inspect {

namespace view = memmap::view;

namespace {

view::FailureCode code_of(Problem problem) {
  switch (problem) {
    case Problem::running:
      return view::FailureCode::running;
    case Problem::unreadable:
      return view::FailureCode::unreadable;
    case Problem::full:
      return view::FailureCode::full;
    case Problem::stopped:
    case Problem::controlled:
    case Problem::no_process:
    case Problem::no_thread:
    case Problem::unsupported:
    case Problem::gone:
      return view::FailureCode::link;
  }
  return view::FailureCode::link;
}

view::Failure answer_for(const view::Ensure& request, const Failure& failure) {
  return {.id = request.id,
          .code = code_of(failure.problem),
          .range = failure.range,
          .sentence = failure.sentence};
}

}  // namespace

asio::awaitable<void> Inspector::next_state() {
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  const Subscription told = subscribe([timer](const State&) { timer->cancel(); });
  asio::error_code cancelled;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

// Reads what the request needs. What was asked for ahead is only read where it is plain memory, and may fail.
asio::awaitable<std::optional<Failure>> Inspector::ensure_step(const view::Ensure& request) {
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  const auto step = view::next_step(view_, request);
  for (const memmap::AddressRange& range : step.fetch) {
    const auto kind = co_await kind_of(range);
    if (!kind) co_return kind.error();
    if (kind->kind != Kind::kept)
      co_return Failure{Problem::unreadable,
                        kind->kind == Kind::device ? "a device's memory isn't read"
                                                   : "shared memory changes by itself, and so isn't kept",
                        kind->range};
    const auto failed = co_await populate(range);
    if (failed) co_return failed;
  }
  for (const memmap::AddressRange& range : step.ahead) {
    const auto kind = co_await kind_of(range);
    const memmap::VmaMap* vmas = co_await vmas_of_stop();
    if (!kind || kind->kind != Kind::kept || !vmas) break;
    const memmap::Vma* vma = vmas->find(range.begin);
    if (!vma || vma->range.end < range.end) break;
    const auto failed = co_await populate(range);
    if (failed) break;
  }
  co_return std::nullopt;
}

asio::awaitable<view::ServerMessage> Inspector::ensure(view::Ensure request) {
  const Counted counted(under_way_);
  for (;;) {
    const auto step = view::next_step(view_, request);
    if (step.answer) co_return *step.answer;
    if (stub_.state().over) co_return answer_for(request, Failure{Problem::gone, "the session is over", {}});
    if (step.fetch.empty()) {
      co_await next_state();
      continue;
    }
    const auto failed = co_await ensure_step(request);
    if (!failed) continue;
    if (failed->problem != Problem::running || !request.wait) co_return answer_for(request, *failed);
    // GDB lets the target run, or is about to. If it doesn't run yet its state will tell.
    if (!stub_.state().running) co_await next_state();
  }
}

}  // namespace rspbridge::proxy::inspect
