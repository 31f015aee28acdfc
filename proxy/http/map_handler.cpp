// GET /debug/elf/memmap
#include <functional>
#include <limits>
#include <utility>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/map_document.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::http {
namespace {

MapFilter filter_of(const Arguments& arguments) {
  return {.address = arguments.number("addr"),
          .permissions = std::string(arguments.text("perm").value_or("")),
          .path = std::string(arguments.text("path").value_or(""))};
}

MapDocument write_document(const inspect::TargetMap& map, const Call& call) {
  const auto filter = filter_of(call.arguments);
  if (call.arguments.text("format") == "delve") return {delve_document(map.map, filter), 0};
  const auto populated = [&](memmap::AddressRange range) { return call.context.inspection.populated(range); };
  return map_document(map, filter, populated);
}

// As the page of a step: a process's map is mostly what it was at the stop before.
std::string etag_of(const inspect::TargetMap& map, const MapDocument& document) {
  const std::string_view lasting = std::string_view(document.text).substr(document.lasting);
  return "W/\"" + std::to_string(map.pid) + '-' + rsp::format_hex(std::hash<std::string_view>()(lasting)) +
         '"';
}

}  // namespace

const MapCache::Entry* MapCache::find(const Key& key) const {
  for (const auto& entry : entries_)
    if (entry.document && entry.key == key) return &entry;
  return nullptr;
}

const MapCache::Entry& MapCache::put(Entry entry) {
  Entry& place = entries_[next_];
  next_ = (next_ + 1) % entries_.size();
  return place = std::move(entry);
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
  const memmap::AddressRange everything{{0}, {std::numeric_limits<std::uint64_t>::max()}};
  MapCache::Key key{*map, context.inspection.populated(everything), call.request.target};
  const auto* known = context.maps.find(key);
  if (!known) {
    auto document = write_document(**map, call);
    std::string etag = etag_of(**map, document);
    known = &context.maps.put(
        {std::move(key), std::make_shared<const std::string>(std::move(document.text)), std::move(etag)});
  }
  if (has_already(call.request, known->etag))
    co_return not_modified("application/json", known->etag, known->document->size(), (*map)->stop_id);
  Answer answer;
  answer.stop_id = (*map)->stop_id;
  answer.headers.emplace_back("ETag", known->etag);
  answer.body = known->document;
  co_return answer;
}

}  // namespace rspbridge::proxy::http
