#include "proxy/core/core_pieces.hpp"

#include <algorithm>
#include <utility>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::core {
namespace {

// What is held of the memory at a time, even for a client that doesn't take it.
constexpr std::uint64_t memory_piece = 256 << 10;

}  // namespace

CorePieces::CorePieces(inspect::Inspection& inspection, Snapshot snapshot)
    : inspection_(inspection),
      moment_(std::move(snapshot.moment)),
      file_(snapshot.contents),
      at_(file_.memory().empty() ? memmap::VirtAddr{} : file_.memory().front().begin) {}

asio::awaitable<inspect::Result<std::string>> CorePieces::next() {
  if (!std::exchange(begun_, true)) co_return file_.head();
  if (segment_ < file_.memory().size()) {
    auto bytes = co_await memory();
    co_return bytes;
  }
  auto table = file_.table(holes_);
  if (!table)
    co_return tl::unexpected(inspect::Failure{
        inspect::Problem::unreadable, "the target can't read too many pages of its memory", {}});
  co_return *std::move(table);
}

asio::awaitable<inspect::Result<std::string>> CorePieces::memory() {
  const auto segment = file_.memory()[segment_];
  const memmap::AddressRange wanted{at_, {std::min(at_.value + memory_piece, segment.end.value)}};
  auto pages = co_await inspection_.read_pages(wanted);
  const std::string where = "at 0x" + rsp::format_hex(at_.value) + ": ";
  if (!pages) {
    pages.error().sentence.insert(0, where);
    co_return tl::unexpected(std::move(pages.error()));
  }
  if (!is_still(moment_, inspection_.state()))
    co_return tl::unexpected(inspect::Failure{
        inspect::Problem::running, where + "the target ran or was written to meanwhile", {}});
  for (const auto& hole : pages->holes) holes_.insert(hole);
  at_ = wanted.end;
  if (at_ == segment.end && ++segment_ < file_.memory().size()) at_ = file_.memory()[segment_].begin;
  co_return std::move(pages->bytes);
}

}  // namespace rspbridge::proxy::core
