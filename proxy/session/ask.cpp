// What a session asks the stub by itself, and how it waits.
#include <exception>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/session/session.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/target_description.hpp"

namespace rspbridge::proxy {

using link::Answer;
using link::Effect;

namespace {

// A timer in a session's list for as long as somebody waits.
struct Waiter {
  Waiter(std::list<asio::steady_timer>& in, const asio::any_io_executor& executor)
      : list(in), timer(in.emplace(in.end(), executor)) {}
  ~Waiter() { list.erase(timer); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  std::list<asio::steady_timer>& list;
  std::list<asio::steady_timer>::iterator timer;
};

asio::awaitable<void> read_into(std::shared_ptr<std::string> text, asio::awaitable<std::string> reading) {
  *text = co_await std::move(reading);
}

}  // namespace

asio::awaitable<std::string> Session::ask(std::string payload, Effect effect, Answer answer) {
  // Shared: the answer may come after the one who asked has given up.
  auto reply = std::make_shared<std::optional<std::string>>();
  knowledge_.ask({.payload = std::move(payload), .effect = effect, .answer = answer},
                 [this, reply](std::optional<std::string> text) {
                   *reply = std::move(text);
                   wake();
                 });
  settle();
  co_await wait_for([&] { return reply->has_value() || end_; }, std::chrono::seconds(30));
  if (!*reply) throw std::runtime_error("the stub doesn't answer");
  co_return **reply;
}

void Session::ask_ahead(std::string payload, Effect effect,
                        std::function<void(const std::optional<std::string>&)> answered) {
  knowledge_.ask(
      {.payload = std::move(payload), .effect = effect, .answer = Answer::reply},
      [answered = std::move(answered)](const std::optional<std::string>& reply) { answered(reply); });
  settle();
}

asio::awaitable<std::optional<std::string>> Session::object(std::string name, std::string annex) {
  constexpr std::size_t part_size = 0x1000, most = std::size_t{4} << 20;  // bytes
  std::string whole;
  for (bool last = false; !last;) {
    std::string request = rsp::format_qxfer_read({name, annex, whole.size(), part_size});
    const std::string text = co_await ask(request, Effect::looks, Answer::reply);
    const auto reply = rsp::parse_qxfer_reply(text);
    if (!reply) co_return std::nullopt;
    whole += reply->data;
    last = reply->last;
    if (whole.size() > most) throw std::runtime_error("the stub's " + name + " has no end");
  }
  co_return whole;
}

asio::awaitable<std::optional<std::string>> Session::architecture() {
  // gdbserver dies of being asked for the description before a thread was selected.
  std::string any_thread = "Hg0";
  co_await ask(any_thread, Effect::looks, Answer::reply);
  std::string features = "features", annex = "target.xml";
  const auto document = co_await object(features, annex);
  if (!document) co_return std::nullopt;
  // Only the architecture is wanted, which stands outside of what target.xml includes.
  auto description =
      rsp::parse_target_description(*document, [](auto) { return "<feature name=\"left-out\"/>"; });
  if (!description || description->architecture.empty()) co_return std::nullopt;
  architecture_ = description->architecture;
  knowledge_.set_machine(link::machine_row(*architecture_));
  co_return architecture_;
}

asio::awaitable<void> Session::wait_for(std::function<bool()> condition, std::chrono::milliseconds most) {
  Waiter waiter(waiters_, executor_);
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    waiter.timer->expires_at(deadline);
    asio::error_code cancelled;
    co_await waiter.timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

asio::awaitable<void> Session::until_end(asio::awaitable<void> work) {
  return work_until([] { return false; }, std::move(work));
}

asio::awaitable<void> Session::work_until(std::function<bool()> given_up, asio::awaitable<void> work) {
  struct Outcome {
    bool done = false;
    std::exception_ptr error;
  };
  auto outcome = std::make_shared<Outcome>();
  asio::co_spawn(executor_, std::move(work),
                 [outcome, session = std::weak_ptr(alive_)](std::exception_ptr error) {
                   *outcome = {true, std::move(error)};
                   if (const auto alive = session.lock()) (*alive)->wake();
                 });
  const auto over = [&] { return outcome->done || end_.has_value() || given_up(); };
  while (!over()) co_await wait_for(over, std::chrono::hours(24));
  if (!outcome->done)
    throw std::system_error(asio::error::operation_aborted,
                            end_ ? "the session is over" : "it isn't wanted any more");
  if (outcome->error) std::rethrow_exception(outcome->error);
}

asio::awaitable<std::string> Session::read_until(std::function<bool()> given_up,
                                                 asio::awaitable<std::string> reading) {
  auto text = std::make_shared<std::string>();
  auto work = read_into(text, std::move(reading));
  co_await work_until(std::move(given_up), std::move(work));
  co_return std::move(*text);
}

asio::awaitable<void> Session::insist_on_stop() {
  const link::StopId before = knowledge_.state().stop_id();
  const auto stopped = [this, before] {
    return !knowledge_.running() || knowledge_.state().stop_id() != before || end_.has_value();
  };
  co_await wait_for(stopped, std::chrono::seconds(1));
  const auto thread = knowledge_.state().stopped_thread();
  if (stopped() || !options_.interrupt_process || !thread) co_return;
  const std::int64_t pid = thread->pid ? *thread->pid : thread->tid;
  spdlog::debug("^C doesn't stop the target; sending SIGINT to process {}", pid);
  try {
    auto interrupting = options_.interrupt_process(pid);
    co_await until_end(std::move(interrupting));
  } catch (const std::system_error& error) {
    spdlog::warn("process {} can't be interrupted: {}", pid, error.what());
  }
}

}  // namespace rspbridge::proxy
