// A session that lets its target run by itself.
#include <stdexcept>
#include <utility>

#include "proxy/session/session.hpp"

namespace rspbridge::proxy {

namespace {

constexpr std::chrono::seconds interrupt_patience{4};

}  // namespace

asio::awaitable<std::optional<std::string>> Session::resume(std::string payload,
                                                            std::chrono::milliseconds most) {
  const Counted user(*this);
  // Shared: the stop may come after the one who waits has given up.
  auto reply = std::make_shared<std::optional<std::string>>();
  resumed_ = reply;
  link::Request request{
      .payload = std::move(payload), .effect = link::Effect::resumes, .answer = link::Answer::stop};
  knowledge_.ask(std::move(request), [this, reply](std::optional<std::string> text) {
    *reply = std::move(text).value_or("");
    wake();
  });
  settle();
  co_await wait_for([&] { return reply->has_value() || end_; }, most);
  if (!*reply && end_) throw std::runtime_error(end_->reason);
  co_return *reply;
}

asio::awaitable<std::optional<std::string>> Session::interrupt() {
  const Counted user(*this);
  const auto reply = resumed_;
  if (!reply) co_return std::nullopt;
  knowledge_.to_far(link::StopTarget{});
  settle();
  co_await insist_on_stop();
  co_await wait_for([&] { return reply->has_value() || end_; }, interrupt_patience);
  co_return *reply;
}

}  // namespace rspbridge::proxy
