// How a session leaves its target: killed or detached, and nothing of ours left in it.
#include <chrono>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <spdlog/spdlog.h>

#include "proxy/session/session.hpp"
#include "rsp/escape.hpp"
#include "rsp/thread_list.hpp"

namespace rspbridge::proxy {

using link::Answer;
using link::Effect;

namespace {

constexpr std::chrono::seconds kill_patience{2};

}  // namespace

// gdbserver tells one thread in each answer to qsThreadInfo, and many in a part of its list.
asio::awaitable<std::vector<rsp::ThreadId>> Session::threads() {
  constexpr std::size_t most = 100'000;
  std::vector<rsp::ThreadId> threads;
  std::string name = "threads", annex;
  const auto document = co_await object(name, annex);
  if (const auto list = document ? rsp::parse_thread_list(*document) : tl::unexpected(std::string())) {
    for (const auto& thread : *list) threads.push_back(thread.id);
    co_return threads;
  }
  for (std::string request = "qfThreadInfo"; threads.size() < most; request = "qsThreadInfo") {
    const std::string reply = co_await ask(request, Effect::looks, Answer::reply);
    if (!reply.starts_with('m')) co_return threads;
    const auto part = rsp::parse_thread_info(reply);
    if (!part) throw std::runtime_error("the stub's thread list isn't understood: " + reply);
    threads.insert(threads.end(), part->begin(), part->end());
  }
  throw std::runtime_error("the stub's thread list has no end");
}

asio::awaitable<std::vector<std::string>> Session::processes() {
  std::set<std::string> pids;
  const auto all = co_await threads();
  for (const rsp::ThreadId& thread : all)
    pids.insert(thread.pid ? rsp::format_hex(static_cast<std::uint64_t>(*thread.pid)) : std::string());
  co_return std::vector<std::string>(pids.begin(), pids.end());
}

asio::awaitable<void> Session::end_if_empty() {
  try {
    // One process less may leave others: GDB detaches from the children that it doesn't follow.
    auto left = co_await processes();
    if (left.empty() && !gdb_) end({true, "no process is left to debug", false});
  } catch (const std::runtime_error& error) {
    if (!end_) spdlog::debug("while looking for processes: {}", error.what());
  }
}

asio::awaitable<bool> Session::leave_process(std::string pid) {
  // Strings are made before they are awaited upon: GCC 12 destroys some temporaries in co_await twice.
  std::string attached = "qAttached", detach = "D", kill = "vKill;" + pid;
  if (!pid.empty()) attached += ":" + pid, detach += ";" + pid;
  bool kills = options_.on_exit == OnExit::kill;
  if (options_.on_exit == OnExit::as_started) {
    const std::string answer = co_await ask(attached, Effect::looks, Answer::reply);
    kills = answer == "0";
  }
  const std::string name =
      pid.empty() ? "(the stub's only one)" : std::to_string(rsp::parse_hex(pid).value_or(0));
  spdlog::debug("{} process {}", kills ? "killing" : "detaching from", name);
  if (kills && pid.empty()) {
    knowledge_.ask({.payload = "k", .effect = Effect::resumes, .answer = Answer::none}, [](const auto&) {});
    settle();
    // There is no reply. A stub that has done it closes the connection; a helper that were ended before would
    // not have passed it on.
    co_await wait_for([this] { return !stub_open_ || end_; }, kill_patience);
    co_return true;
  }
  std::string reply;
  if (kills)
    reply = co_await ask(kill, Effect::resumes, Answer::reply);
  else
    reply = co_await ask(detach, Effect::resumes, Answer::reply);
  if (reply != "OK")
    spdlog::warn("process {} could not be {}: the stub answered {}", name, kills ? "killed" : "let go",
                 reply.empty() ? "an empty reply" : reply);
  co_return reply == "OK";
}

asio::awaitable<void> Session::leave_target() {
  SessionEnd how = *end_;
  end_.reset();     // so that the stub's end is seen while it is talked to,
  leaving_ = true;  // and nothing else
  try {
    knowledge_.to_far(link::StopTarget{});
    settle();
    if (knowledge_.running()) co_await insist_on_stop();
    co_await wait_for([this] { return !knowledge_.running() || end_; }, std::chrono::seconds(3));
    if (knowledge_.running()) throw std::runtime_error("the target doesn't stop");
    const auto pids = co_await processes();
    bool all = true;
    for (const std::string& pid : pids) {
      const bool left = co_await leave_process(pid);
      all = all && left;
    }
    if (!all) throw std::runtime_error("the stub refused");
    settle();
    co_await wait_for([this] { return to_stub_->idle() || end_; }, std::chrono::seconds(1));
  } catch (const std::exception& error) {
    if (!knowledge_.state().nothing_left())
      how = {false, std::string("could not leave the target in order: ") + error.what(), connection_lost_};
  }
  end_ = how;
}

}  // namespace rspbridge::proxy
