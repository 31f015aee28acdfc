// From a request to its answer, without sockets.
#pragma once

#include <string>
#include <string_view>

#include <asio/awaitable.hpp>

#include "proxy/http/answer.hpp"
#include "proxy/http/context.hpp"

namespace rspbridge::proxy::http {

/// The whole answer to a request that the guard (guard.hpp) let pass; counted in the metrics. Both outlive
/// the coroutine. Never throws but std::bad_alloc: what a handler throws becomes a 500.
asio::awaitable<Answer> handle(const Request& request, Context& context);

/// Whether what is asked for is only for those who know the token, where there is one.
bool needs_token(const Request& request);

/// `{"error":{"code":…,"sentence":…},"stop_id":…}`.
Answer error_answer(unsigned status, std::string_view code, std::string_view sentence, link::StopId stop_id);

/// "Not Found" for 404, and so on, of the statuses that are used here.
std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace rspbridge::proxy::http
