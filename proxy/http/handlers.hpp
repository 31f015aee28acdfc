// The handlers of the route table, and what they answer with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "memmap/address.hpp"
#include "proxy/http/routes.hpp"

namespace rspbridge::proxy::http {

asio::awaitable<Answer> answer_page(const Call& call);
asio::awaitable<Answer> answer_memory_map(const Call& call);
asio::awaitable<Answer> answer_modules(const Call& call);
asio::awaitable<Answer> answer_threads(const Call& call);
asio::awaitable<Answer> answer_registers(const Call& call);
asio::awaitable<Answer> answer_memory(const Call& call);
asio::awaitable<Answer> answer_disassembly(const Call& call);
asio::awaitable<Answer> answer_lines(const Call& call);
asio::awaitable<Answer> answer_source(const Call& call);
asio::awaitable<Answer> answer_core(const Call& call);
asio::awaitable<Answer> answer_crash(const Call& call);
asio::awaitable<Answer> answer_backtrace(const Call& call);
asio::awaitable<Answer> answer_events(const Call& call);
asio::awaitable<Answer> answer_packets(const Call& call);
asio::awaitable<Answer> answer_link(const Call& call);
asio::awaitable<Answer> answer_pprof(const Call& call);
asio::awaitable<Answer> answer_interrupt(const Call& call);
asio::awaitable<Answer> answer_continue(const Call& call);
asio::awaitable<Answer> answer_metrics(const Call& call);
asio::awaitable<Answer> answer_health(const Call& call);
asio::awaitable<Answer> answer_openapi(const Call& call);

/// What couldn't be told, as an error with the status that fits.
Answer failure_answer(const inspect::Failure& failure, link::StopId stop_id);

/// A document; its stop_id is set here.
Answer json_answer(nlohmann::ordered_json document, link::StopId stop_id);

/// A body of any type.
Answer text_answer(std::string text, std::string content_type, link::StopId stop_id);

/// Whether the client has the entity with this tag already: its If-None-Match names it (RFC 9110, 13.1.2:
/// weak comparison).
bool has_already(const Request& request, std::string_view etag);
/// The answer to who has: without a body, which would have had `length` bytes.
Answer not_modified(std::string content_type, std::string etag, std::uint64_t length, link::StopId stop_id);

/// The instructions of the parameters `addr` and `count`, or the answer that they are none.
tl::expected<memmap::AddressRange, Answer> instruction_range(const Call& call);

/// The thread of the parameter `thread`; nothing if it wasn't given.
std::optional<rsp::ThreadId> thread_argument(const Arguments& arguments);

}  // namespace rspbridge::proxy::http
