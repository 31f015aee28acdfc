// GET /debug/core
#include <algorithm>
#include <cctype>
#include <utility>

#include <spdlog/spdlog.h>

#include "memmap/core_file.hpp"
#include "proxy/core/snapshot.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/json_text.hpp"

namespace rspbridge::proxy::http {
namespace {

// What one answer holds of the memory at a time, even for a client that doesn't take it.
constexpr std::uint64_t kPiece = 256 << 10;

// A core file of one moment: its memory is read as it is sent.
class CorePieces final : public PieceSource {
 public:
  CorePieces(inspect::Inspection& inspection, inspect::State moment, memmap::CoreFile file)
      : inspection_(inspection),
        moment_(std::move(moment)),
        file_(std::move(file)),
        at_(file_.memory().empty() ? memmap::VirtAddr{} : file_.memory().front().begin) {}

  std::uint64_t length() const override { return file_.length(); }

  asio::awaitable<std::optional<std::string>> next() override {
    if (!std::exchange(begun_, true)) co_return file_.head();
    if (segment_ < file_.memory().size()) {
      auto bytes = co_await memory();
      co_return bytes;
    }
    auto table = file_.table(holes_);
    if (!table)
      spdlog::warn("HTTP: a core file is cut off: the target can't read too many pages of its memory");
    co_return table;
  }

 private:
  asio::awaitable<std::optional<std::string>> memory() {
    const auto segment = file_.memory()[segment_];
    const memmap::AddressRange wanted{at_, {std::min(at_.value + kPiece, segment.end.value)}};
    auto pages = co_await inspection_.read_pages(wanted);
    const bool still = core::is_still(moment_, inspection_.state());
    if (!pages || !still) {
      spdlog::warn("HTTP: a core file is cut off at {}: {}", hex_number(at_.value),
                   pages ? "the target ran or was written to meanwhile" : pages.error().sentence);
      co_return std::nullopt;
    }
    for (const auto& hole : pages->holes) holes_.insert(hole);
    at_ = wanted.end;
    if (at_ == segment.end && ++segment_ < file_.memory().size()) at_ = file_.memory()[segment_].begin;
    co_return std::move(pages->bytes);
  }

  inspect::Inspection& inspection_;
  inspect::State moment_;
  memmap::CoreFile file_;
  memmap::RangeSet holes_;
  bool begun_ = false;
  std::size_t segment_ = 0;
  memmap::VirtAddr at_;  // the next that is read
};

// core.NAME.PID; the name is the target's, so only plain letters of it.
std::string file_name(const core::Snapshot& snapshot) {
  std::string name;
  for (const char letter : snapshot.name)
    name += std::isalnum(static_cast<unsigned char>(letter)) || letter == '-' ? letter : '_';
  return "core." + name + '.' + std::to_string(snapshot.pid);
}

}  // namespace

asio::awaitable<Answer> answer_core(const Call& call) {
  auto& inspection = call.context.inspection;
  auto snapshot = co_await core::take_snapshot(inspection);
  if (!snapshot) co_return failure_answer(snapshot.error(), inspection.state().stop_id);
  Answer answer;
  answer.content_type = "application/x-core";
  answer.stop_id = snapshot->moment.stop_id;
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + file_name(*snapshot) + '"');
  memmap::CoreFile file(snapshot->contents);
  answer.body = std::make_shared<CorePieces>(inspection, std::move(snapshot->moment), std::move(file));
  co_return answer;
}

}  // namespace rspbridge::proxy::http
