// GET /debug/memory
#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/http/byte_range.hpp"
#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/json_text.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::http {
namespace {

// What one answer may hold at a time, even for a client that doesn't take it.
constexpr std::uint64_t piece_size = 256 << 10;

// Memory of one stop, read piece by piece as it is sent. The first piece is there from the start.
class MemoryPieces final : public PieceSource {
 public:
  MemoryPieces(inspect::Inspection& inspection, std::uint64_t address, std::uint64_t length,
               inspect::Memory first)
      : inspection_(inspection),
        next_address_(address),
        length_(length),
        left_(length),
        stop_id_(first.stop_id),
        first_(std::move(first.bytes)) {}

  std::uint64_t length() const override { return length_; }

  asio::awaitable<std::optional<std::string>> next() override {
    std::string bytes = std::move(first_);
    first_.clear();
    if (bytes.empty()) {
      auto read =
          co_await inspection_.read(next_address_, static_cast<std::size_t>(std::min(left_, piece_size)));
      if (!read || read->stop_id != stop_id_) {
        spdlog::warn("HTTP: an answer with memory is cut off at {}: {}", rsp::hex_number(next_address_),
                     read ? "the target ran meanwhile" : read.error().sentence);
        co_return std::nullopt;
      }
      bytes = std::move(read->bytes);
    }
    next_address_ += bytes.size();
    left_ -= bytes.size();
    co_return bytes;
  }

 private:
  inspect::Inspection& inspection_;
  std::uint64_t next_address_, length_, left_;
  link::StopId stop_id_;
  std::string first_;
};

// The first part of [begin, begin + length) that no VMA holds; nothing if all is mapped, or if there is no
// map.
asio::awaitable<std::optional<inspect::Failure>> unmapped_part(inspect::Inspection& inspection,
                                                               std::uint64_t begin, std::uint64_t length) {
  const auto map = co_await inspection.map();
  if (!map || (*map)->map.source() == memmap::MapSource::rebuilt) co_return std::nullopt;
  const auto start = memmap::untagged({begin});
  const memmap::VirtAddr end{start.value + length};
  for (auto at = start; at < end;) {
    const auto* vma = (*map)->map.find(at);
    if (vma == nullptr)
      co_return inspect::Failure{
          inspect::Problem::unreadable, "Nothing is mapped at " + rsp::hex_number(at.value) + ".", {at, end}};
    at = vma->range.end;
  }
  co_return std::nullopt;
}

std::string etag_of(const inspect::State& state, std::uint64_t address, std::uint64_t length) {
  return '"' + std::to_string(state.stop_id) + '.' + std::to_string(state.changes) + '-' +
         rsp::hex_number(address) + '-' + std::to_string(length) + '"';
}

Answer plain(unsigned status, link::StopId stop_id) {
  Answer answer = text_answer({}, "application/octet-stream", stop_id);
  answer.status = status;
  return answer;
}

Answer unsatisfiable(std::uint64_t length, link::StopId stop_id) {
  auto answer =
      error_answer(416, "bad_range", "The range isn't within the memory that was asked for.", stop_id);
  answer.headers.emplace_back("Content-Range", "bytes */" + std::to_string(length));
  return answer;
}

// The range that a request wants, where its If-Range allows one.
auto wanted_range(const Request& request, const std::string& etag, std::uint64_t length) {
  const bool ranged = request.range && (!request.if_range || *request.if_range == etag);
  return parse_range(ranged ? std::string_view(*request.range) : std::string_view(), length);
}

}  // namespace

asio::awaitable<Answer> answer_memory(const Call& call) {
  auto& inspection = call.context.inspection;
  const auto before = inspection.state();
  const auto stop_id = before.stop_id;
  const auto address = call.arguments.number("addr").value_or(0);
  const auto length = call.arguments.number("length").value_or(0);
  if (address + (length - 1) < address)
    co_return error_answer(400, "wraps", "The range goes beyond the last address.", stop_id);
  const auto etag = etag_of(before, address, length);
  if (has_already(call.request, etag))
    co_return not_modified("application/octet-stream", etag, length, stop_id);
  const auto range = wanted_range(call.request, etag, length);
  if (std::holds_alternative<UnsatisfiableRange>(range)) co_return unsatisfiable(length, stop_id);
  const auto* part = std::get_if<ByteRange>(&range);
  const ByteRange sent = part ? *part : ByteRange{0, length};
  const auto begin = address + sent.first;
  if (sent.length > piece_size) {  // or else the answer would be cut off after the good part
    const auto gap = co_await unmapped_part(inspection, begin, sent.length);
    if (gap) co_return failure_answer(*gap, stop_id);
  }
  auto first = co_await inspection.read(begin, static_cast<std::size_t>(std::min(sent.length, piece_size)));
  if (!first) co_return failure_answer(first.error(), stop_id);
  auto answer = plain(part ? 206u : 200u, first->stop_id);
  // No tag for what may change at any time, or has changed meanwhile.
  const auto after = inspection.state();
  if (!first->shared && after.stop_id == before.stop_id && after.changes == before.changes)
    answer.headers.emplace_back("ETag", etag);
  answer.headers.emplace_back("Accept-Ranges", "bytes");
  if (part)
    answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(sent.first) + '-' +
                                                     std::to_string(sent.first + sent.length - 1) + '/' +
                                                     std::to_string(length));
  if (sent.length <= piece_size)
    answer.body = std::make_shared<const std::string>(std::move(first->bytes));
  else
    answer.body = std::make_shared<MemoryPieces>(inspection, begin, sent.length, std::move(*first));
  co_return answer;
}

}  // namespace rspbridge::proxy::http
