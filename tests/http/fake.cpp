#include "tests/http/fake.hpp"

#include "memmap/smaps.hpp"

namespace rspbridge::proxy::http::test {
namespace {

template <class Result>
Result run(asio::awaitable<Result> work) {
  asio::io_context io;
  auto result = asio::co_spawn(io, std::move(work), asio::use_future);
  io.run();
  return result.get();
}

asio::awaitable<std::optional<std::string>> all_of(std::shared_ptr<PieceSource> source) {
  std::string all;
  while (all.size() < source->length()) {
    auto piece = co_await source->next();
    if (!piece) co_return std::nullopt;
    all += *piece;
  }
  co_return all;
}

}  // namespace

asio::awaitable<inspect::Result<inspect::Pages>> FakeInspection::read_pages(memmap::AddressRange range) {
  on_read(++reads);
  if (failure) co_return tl::unexpected(*failure);
  inspect::Pages pages{now.stop_id, {}, {}};
  for (auto at = range.begin; at < range.end; at.value += 4096) {
    const auto after = memory.upper_bound(at.value);
    const auto found = after == memory.begin() ? memory.end() : std::prev(after);
    if (found != memory.end() && at.value - found->first + 4096 <= found->second.size()) {
      pages.bytes += found->second.substr(at.value - found->first, 4096);
    } else {
      pages.bytes.append(4096, '\0');
      pages.holes.push_back({at, {at.value + 4096}});
    }
  }
  co_return pages;
}

void FakeInspection::use_smaps(const std::string& text) {
  target_map = std::make_shared<inspect::TargetMap>();
  target_map->stop_id = now.stop_id;
  target_map->pid = now.pid.value_or(0);
  target_map->architecture = "aarch64";
  target_map->map = memmap::parse_smaps(text).value();
  target_map->labels.assign(target_map->map.vmas().size(), "");
}

std::shared_ptr<FakeInspection> sample_target() {
  auto target = std::make_shared<FakeInspection>();
  target->use_smaps(sample_smaps);
  target->target_map->labels = {"", "", "[heap]", ""};
  memmap::Module module;
  module.path = "/srv/a<b>&c";
  module.image.build_id = "\x12\xab";
  module.image.load_bias = 0x400000;
  module.range = {{0x400000}, {0x412000}};
  module.vmas = {0, 1};
  target->target_map->modules = {module};
  return target;
}

Answer ask(FakeInspection&, Context& context, Request request) {
  return run(handle(request, context));
}

Answer ask(FakeInspection& target, const std::string& request_target, const std::string& method) {
  Context context{target, "demo", "0.0", 2};
  return ask(target, context, {.method = method, .target = request_target});
}

std::optional<std::string> body_of(const Answer& answer) {
  if (const auto* text = std::get_if<Text>(&answer.body)) return **text;
  if (const auto* source = std::get_if<std::shared_ptr<PieceSource>>(&answer.body))
    return run(all_of(*source));
  return std::nullopt;
}

std::string header_of(const Answer& answer, const std::string& name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name) return value;
  return {};
}

}  // namespace rspbridge::proxy::http::test
