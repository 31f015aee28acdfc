// GET /debug/elf/memmap
#include <limits>
#include <utility>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/map_document.hpp"

namespace rspbridge::proxy::http {
namespace {

MapFilter filter_of(const Arguments& arguments) {
  return {.address = arguments.number("addr"),
          .permissions = std::string(arguments.text("perm").value_or("")),
          .path = std::string(arguments.text("path").value_or(""))};
}

Text write_document(const inspect::TargetMap& map, const Call& call) {
  const auto filter = filter_of(call.arguments);
  if (call.arguments.text("format") == "delve")
    return std::make_shared<const std::string>(delve_document(map.map, filter));
  const auto populated = [&](memmap::AddressRange range) { return call.context.inspection.populated(range); };
  return std::make_shared<const std::string>(map_document(map, filter, populated));
}

}  // namespace

Text MapCache::find(const Key& key) const {
  for (const auto& entry : entries_)
    if (entry.document && entry.key == key) return entry.document;
  return nullptr;
}

void MapCache::put(Key key, Text document) {
  entries_[next_] = {std::move(key), std::move(document)};
  next_ = (next_ + 1) % entries_.size();
}

asio::awaitable<Answer> answer_memory_map(const Call& call) {
  auto& context = call.context;
  const auto stop_id = context.inspection.state().stop_id;
  const bool quickly = call.arguments.text("source") == "maps";
  if (quickly && call.arguments.text("format") == "delve")
    co_return error_answer(
        400, "bad_parameter",
        "'source' must be smaps for Delve's map, which leaves regions out by their VmFlags.", stop_id);
  auto reading = quickly ? context.inspection.quick_map() : context.inspection.map();
  const auto map = co_await std::move(reading);
  if (!map) co_return failure_answer(map.error(), stop_id);
  Answer answer;
  answer.stop_id = (*map)->stop_id;
  const memmap::AddressRange everything{{0}, {std::numeric_limits<std::uint64_t>::max()}};
  MapCache::Key key{*map, context.inspection.populated(everything), call.request.target};
  auto document = context.maps.find(key);
  if (!document) {
    document = write_document(**map, call);
    context.maps.put(std::move(key), document);
  }
  answer.body = std::move(document);
  co_return answer;
}

}  // namespace rspbridge::proxy::http
