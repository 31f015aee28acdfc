// A session whose target is stopped and resumed by others than GDB.
#include <string>

#include "proxy/session/connection.hpp"
#include "rsp/escape.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy {

using inspect::Failure;
using inspect::Problem;

namespace {

constexpr std::chrono::seconds longest_stop{5};
constexpr std::uint64_t gdb_int = 2, gdb_trap = 5;  // GDB's numbers: it passes all but these on

// All threads go on; one that stopped for a signal gets it.
std::string resume_after(const std::string& stop_reply) {
  const auto stop = rsp::parse_stop_reply(stop_reply);
  const bool passes = stop && stop->kind == rsp::StopReply::Kind::stopped && stop->thread &&
                      stop->code != 0 && stop->code != gdb_int && stop->code != gdb_trap;
  if (!passes) return "vCont;c";
  return "vCont;C" + rsp::format_hex(stop->code) + ":" + rsp::format_thread_id(*stop->thread) + ";c";
}

Failure in_non_stop() {
  return {Problem::unsupported, "GDB debugs in non-stop mode: only it stops and resumes threads", {}};
}

}  // namespace

asio::awaitable<std::optional<Failure>> Session::interrupt_target() {
  const Counted user(*this);
  if (end_ || !stub_open_) co_return why_not();
  if (knowledge_.state().non_stop()) co_return in_non_stop();
  if (!knowledge_.running()) co_return Failure{Problem::stopped, "the target is stopped already", {}};
  const link::StopId before = knowledge_.state().stop_id();
  knowledge_.to_far(link::StopTarget{});
  settle();
  co_await insist_on_stop();
  const auto stopped = [this, before] {
    return !knowledge_.running() || knowledge_.state().stop_id() != before || end_.has_value();
  };
  co_await wait_for(stopped, longest_stop);
  if (!stopped())
    co_return Failure{Problem::unsupported, "the target was sent a SIGINT, but doesn't stop", {}};
  co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>> Session::continue_target() {
  if (end_ || !stub_open_) co_return why_not();
  if (knowledge_.state().non_stop()) co_return in_non_stop();
  if (knowledge_.running()) co_return Failure{Problem::running, "the target runs already", {}};
  if (gdb_)
    co_return Failure{Problem::controlled,
                      "a GDB is connected (" + gdb_->name +
                          "), which can't be told that its target runs: continue there, or let it leave",
                      {}};
  if (knowledge_.state().nothing_left()) co_return Failure{Problem::no_process, "there is no process", {}};
  link::Request request{.payload = resume_after(knowledge_.state().stop_reply()),
                        .effect = link::Effect::resumes,
                        .answer = link::Answer::stop};
  knowledge_.ask(std::move(request), [this](const std::optional<std::string>&) {
    if (options_.end_when_empty && !gdb_ && knowledge_.state().nothing_left()) spawn(end_if_empty());
    wake();
  });
  settle();
  co_return std::nullopt;
}

}  // namespace rspbridge::proxy
