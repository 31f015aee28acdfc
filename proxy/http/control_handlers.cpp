// POST /debug/interrupt and /debug/continue
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"

namespace rspbridge::proxy::http {
namespace {

using Action = asio::awaitable<std::optional<inspect::Failure>> (inspect::Control::*)();

asio::awaitable<Answer> answer_control(const Call& call, Action action) {
  auto& context = call.context;
  if (context.control == nullptr)
    co_return error_answer(403, "read_only",
                           "This session is only looked at over HTTP; --http-control and --http-token-file "
                           "allow more.",
                           context.inspection.state().stop_id);
  auto acting = (context.control->*action)();
  const auto failure = co_await std::move(acting);
  const auto state = context.inspection.state();
  if (failure) co_return failure_answer(*failure, state.stop_id);
  co_return json_answer({{"running", state.running}}, state.stop_id);
}

}  // namespace

asio::awaitable<Answer> answer_interrupt(const Call& call) {
  auto answer = co_await answer_control(call, &inspect::Control::interrupt_target);
  co_return answer;
}

asio::awaitable<Answer> answer_continue(const Call& call) {
  auto answer = co_await answer_control(call, &inspect::Control::continue_target);
  co_return answer;
}

}  // namespace rspbridge::proxy::http
