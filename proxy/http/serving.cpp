#include "proxy/http/serving.hpp"

#include <unistd.h>

#include <utility>

#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/json_text.hpp"

namespace rspbridge::proxy::http {
namespace {

// Sends what comes in pieces; ends the connection where one can't be had.
asio::awaitable<void> send_pieces(Responder& responder, Answer head, std::shared_ptr<PieceSource> source) {
  auto left = source->length();
  responder.begin(std::move(head), left);
  while (left > 0) {
    auto piece = co_await source->next();
    if (!piece || piece->empty() || piece->size() > left) {
      responder.cut();
      co_return;
    }
    left -= piece->size();
    const bool sent = co_await responder.send_piece(std::move(*piece));
    if (!sent) co_return;
  }
  responder.end();
}

// A header for the log: whatever was sent stays on one line, and short.
std::string quoted(const std::optional<std::string>& header) {
  std::string text;
  append_json(text, header ? std::string_view(*header).substr(0, 100) : "(none)");
  return text;
}

std::uint64_t body_length(const Answer& answer) {
  if (const auto* text = std::get_if<Text>(&answer.body)) return (*text)->size();
  if (const auto* pieces = std::get_if<std::shared_ptr<PieceSource>>(&answer.body))
    return (*pieces)->length();
  return 0;
}

}  // namespace

Serving::Serving(asio::any_io_executor executor, Context context, Guard guard)
    : executor_(std::move(executor)), context_(std::move(context)), guard_(std::move(guard)) {}

void Serving::open(std::uint16_t port, std::chrono::milliseconds heartbeat) {
  guard_.port = port;
  const auto count = [weak = weak_from_this()](std::size_t streams) {
    if (const auto self = weak.lock()) self->context_.metrics.open_streams = streams;
  };
  hub_ = EventHub::open(executor_, context_.inspection, count, heartbeat);
}

void Serving::serve(Request request, std::unique_ptr<Responder> responder) {
  asio::co_spawn(executor_, run(shared_from_this(), std::move(request), std::move(responder)),
                 asio::detached);
}

asio::awaitable<void> Serving::run(std::shared_ptr<Serving> self, Request request,
                                   std::unique_ptr<Responder> responder) {
  // Not inside the call that brought the request: RESTinio 0.6 loses count of pipelined requests then.
  co_await asio::post(self->executor_, asio::use_awaitable);
  if (self->closed_) co_return;
  auto answer = co_await self->answer(request);
  if (self->closed_) co_return;
  const auto length = body_length(answer);
  if (answer.status == 304) {
    const auto omitted = answer.omitted_length;
    responder->send_head(std::move(answer), omitted);
    co_return;
  }
  if (request.method == "HEAD") {
    responder->send_head(std::move(answer), length);
    co_return;
  }
  self->context_.metrics.count_bytes(length);
  if (std::holds_alternative<EventStream>(answer.body)) {
    self->add_stream(*responder, std::move(answer));
  } else if (const auto* text = std::get_if<Text>(&answer.body)) {
    auto body = *text;
    responder->send(std::move(answer), std::move(body));
  } else {
    auto source = std::get<std::shared_ptr<PieceSource>>(answer.body);
    co_await send_pieces(*responder, std::move(answer), std::move(source));
  }
}

asio::awaitable<Answer> Serving::answer(const Request& request) {
  auto refusal = guard_.refusal(request, needs_token(request), context_.inspection.state().stop_id);
  if (refusal) {
    context_.metrics.count_answer("refused", refusal->status);
    const bool token = refusal->status == 401;
    log_refusal(token ? "token" : "page",
                std::string(token ? "without our token" : "with a foreign Host or Origin") + ": " +
                    quoted(request.host) + ", " + quoted(request.origin));
    co_return std::move(*refusal);
  }
  Answer answer = co_await handle(request, context_);
  co_return answer;
}

void Serving::add_stream(Responder& responder, Answer head) {
  const auto id = responder.connection();
  auto sink = responder.open_stream(std::move(head));
  streams_[id] = sink;
  hub_->add(std::move(sink));
}

bool Serving::admits(std::optional<uid_t> peer, const std::string& address) {
  if (peer && (*peer == ::getuid() || *peer == 0)) return true;
  // Browsers open connections ahead, and close them unused; those of a question that is void as well.
  if (!peer) {
    spdlog::debug("HTTP: {} has closed its connection before its user was looked up", address);
    return false;
  }
  context_.metrics.count_refusal();
  log_refusal("user", "of user " + std::to_string(*peer) + ": " + address);
  return false;
}

void Serving::connection_closed(ConnectionId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const auto sink = std::move(found->second);
  streams_.erase(found);
  hub_->gone(*sink);
}

void Serving::close() {
  if (std::exchange(closed_, true)) return;
  hub_->close();
  streams_.clear();
}

void Serving::log_refusal(std::string_view kind, const std::string& sentence) {
  if (refusals_.is_due(kind, RefusalLog::Clock::now())) spdlog::warn("HTTP: refused a request {}", sentence);
}

}  // namespace rspbridge::proxy::http
