// What a session tells others than GDB of its target.
#include <stdexcept>
#include <system_error>
#include <utility>

#include "proxy/session/session.hpp"

namespace rspbridge::proxy {

using inspect::Failure;
using inspect::Problem;
using inspect::State;

namespace {

constexpr std::size_t assumed_packet = 400;  // bytes, of a stub that tells no size; GDB assumes the same
constexpr std::chrono::seconds longest_answer{30};  // of the stub

}  // namespace

State Session::state() const {
  const link::TargetState& target = knowledge_.state();
  return {.stop_id = target.stop_id(),
          .running = knowledge_.running(),
          .over = end_.has_value(),
          .pid = target.nothing_left() ? std::nullopt : target.current_process(),
          .thread = target.stopped_thread(),
          .stop_reply = target.stop_reply(),
          .link_silent = link_silent_};
}

void Session::tell_observer() {
  if (!observer_) return;
  State now = state();
  if (now == told_) return;
  told_ = std::move(now);
  observer_->on_state();
}

void Session::set_link_silent(bool silent) {
  link_silent_ = silent;
  tell_observer();
}

void Session::count_as_stop() {
  knowledge_.count_as_stop();
  tell_observer();
}

std::size_t Session::largest_read() const {
  return knowledge_.state().packet_size().value_or(assumed_packet) / 2;
}

Failure Session::why_not() const {
  if (end_ || !stub_open_)
    return {Problem::gone, "the session is over: " + (end_ ? end_->reason : "the stub is gone"), {}};
  if (knowledge_.state().non_stop())
    return {Problem::unsupported, "GDB debugs in non-stop mode, in which nothing else is read", {}};
  if (!knowledge_.looks())
    return {Problem::running, "the target runs; interrupt it, or wait until it stops", {}};
  return {Problem::gone, "the stub doesn't answer", {}};
}

asio::awaitable<inspect::Result<Session::Answers>> Session::ask(std::vector<Question> questions) {
  const Counted user(*this);
  if (end_ || !stub_open_ || !knowledge_.looks()) co_return tl::unexpected(why_not());
  // Shared: the answers may come after the one who asked has given up.
  struct Outcome {
    Answers answers;
    std::size_t left = 0;
    bool refused = false;
  };
  auto outcome = std::make_shared<Outcome>(Outcome{Answers(questions.size()), questions.size()});
  for (std::size_t i = 0; i < questions.size(); ++i) {
    auto& [thread, payload] = questions[i];
    link::Request request{.payload = std::move(payload), .effect = link::Effect::looks};
    request.thread = thread ? thread : knowledge_.state().general_thread();
    request.waits = false;
    knowledge_.ask(std::move(request), [this, outcome, i](std::optional<std::string> reply) {
      if (!reply)
        outcome->refused = true;
      else if (!std::string_view(*reply).starts_with(link::no_such_thread))
        outcome->answers[i] = *std::move(reply);
      if (--outcome->left == 0) wake();
    });
  }
  settle();
  co_await wait_for([&] { return outcome->left == 0 || end_; }, longest_answer);
  if (outcome->left != 0 && !end_)
    co_return tl::unexpected(Failure{Problem::gone, "the stub doesn't answer", {}});
  if (outcome->left != 0 || outcome->refused) co_return tl::unexpected(why_not());
  co_return std::move(outcome->answers);
}

asio::awaitable<std::optional<memmap::VmaMap>> Session::map_of_stop() {
  const Counted user(*this);
  co_await wait_for([this] { return !knowledge_.expects_map() || end_; }, longest_answer);
  const memmap::VmaMap* map = end_ || !knowledge_.looks() ? nullptr : knowledge_.map();
  if (!map) co_return std::nullopt;
  co_return *map;
}

asio::awaitable<inspect::Result<std::string>> Session::read_file(std::string path, Holds holds) {
  const Counted user(*this);
  if (end_ || !stub_open_) co_return tl::unexpected(why_not());
  const auto is_void = [this, holds, stop = knowledge_.state().stop_id(), running = knowledge_.running()] {
    return holds == Holds::for_moment &&
           (stop != knowledge_.state().stop_id() || running != knowledge_.running());
  };
  const Failure missed{Problem::running, "the target has gone on or stopped meanwhile; ask again", {}};
  std::string problem;
  // What the kernel makes up is best read from beside it; a file's many bytes aren't.
  const bool by_far = options_.far_on_target && knowledge_.looks() && path.starts_with("/proc/");
  if (options_.read_target_file && !by_far) {
    try {
      auto reading = options_.read_target_file(path);
      co_return co_await read_until(is_void, std::move(reading));
    } catch (const std::system_error& error) {
      problem = std::string(error.what()) + "; ";
    }
    if (is_void()) co_return tl::unexpected(missed);
  }
  if (end_ || knowledge_.running()) {
    auto failure = why_not();
    failure.sentence = problem + failure.sentence;
    co_return tl::unexpected(std::move(failure));
  }
  struct Outcome {
    bool done = false;
    std::optional<std::string> text;
    std::string why_not;
  };
  auto outcome = std::make_shared<Outcome>();
  const link::RequestId id = ++shared_.last_id;
  file_reads_[id] = [this, outcome](link::FileRead file) {
    *outcome = {true, std::move(file.text), std::move(file.why_not)};
    wake();
  };
  knowledge_.to_far(link::ReadFile{id, path});
  settle();
  co_await wait_for([&] { return outcome->done || end_ || is_void(); }, longest_answer);
  if (!end_ && is_void()) co_return tl::unexpected(missed);
  if (!outcome->done)
    co_return tl::unexpected(end_ ? why_not() : Failure{Problem::gone, "the stub doesn't answer", {}});
  if (!outcome->text) co_return tl::unexpected(Failure{Problem::unsupported, problem + outcome->why_not, {}});
  co_return *std::move(outcome->text);
}

asio::awaitable<inspect::Result<std::string>> Session::read_file_part(std::string path, std::uint64_t offset,
                                                                      std::size_t most) {
  const Counted user(*this);
  if (end_ || !stub_open_) co_return tl::unexpected(why_not());
  std::string problem = "parts of files can't be read here";
  if (options_.read_target_file_part) {
    try {
      auto reading = options_.read_target_file_part(std::move(path), offset, most);
      co_return co_await read_until([] { return false; }, std::move(reading));
    } catch (const std::system_error& error) {
      problem = error.what();
    }
  }
  if (end_) co_return tl::unexpected(why_not());
  co_return tl::unexpected(Failure{Problem::unsupported, problem, {}});
}

}  // namespace rspbridge::proxy
