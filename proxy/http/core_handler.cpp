// GET /debug/core
#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/core/core_pieces.hpp"
#include "proxy/core/snapshot.hpp"
#include "proxy/http/handlers.hpp"

namespace rspbridge::proxy::http {
namespace {

class CoreBody final : public PieceSource {
 public:
  CoreBody(inspect::Inspection& inspection, core::Snapshot snapshot)
      : pieces_(inspection, std::move(snapshot)) {}

  std::uint64_t length() const override { return pieces_.length(); }

  asio::awaitable<std::optional<std::string>> next() override {
    auto piece = co_await pieces_.next();
    if (piece) co_return *std::move(piece);
    spdlog::warn("HTTP: a core file is cut off: {}", piece.error().sentence);
    co_return std::nullopt;
  }

 private:
  core::CorePieces pieces_;
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
  answer.body = std::make_shared<CoreBody>(inspection, *std::move(snapshot));
  co_return answer;
}

}  // namespace rspbridge::proxy::http
