#include "rsp/thread_list.hpp"

#include <charconv>
#include <utility>

#include "rsp/xml_document.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::size_t max_threads = 65536;

class ThreadCollector final : public XmlSink {
 public:
  std::vector<ListedThread> threads;

  Problem start(std::string_view element, const XmlAttributes& attributes) override {
    if (element != "thread") return std::nullopt;
    const auto id = parse_thread_id(attributes.find("id").value_or(""));
    if (!id || !id->is_specific()) return "a thread has no proper id";
    if (threads.size() == max_threads)
      return "there are more than " + std::to_string(max_threads) + " threads";
    ListedThread thread{*id, std::string(attributes.find("name").value_or("")), std::nullopt};
    if (const auto core = attributes.find("core")) {
      std::uint64_t number = 0;
      const auto end = core->data() + core->size();
      const auto [stop, error] = std::from_chars(core->data(), end, number);
      if (error != std::errc{} || stop != end) return "a thread's core is no number";
      thread.core = number;
    }
    threads.push_back(std::move(thread));
    return std::nullopt;
  }
  void end() override {}
  void text(std::string_view) override {}
  Problem include(std::string_view, const std::string& where) override {
    return where + ": a thread list includes nothing";
  }
};

}  // namespace

tl::expected<std::vector<ListedThread>, std::string> parse_thread_list(std::string_view document) {
  ThreadCollector collector;
  if (auto problem = walk_document("the thread list", document, collector))
    return tl::unexpected(std::move(*problem));
  return std::move(collector.threads);
}

std::optional<std::vector<ThreadId>> parse_thread_info(std::string_view payload) {
  std::vector<ThreadId> threads;
  if (payload == "l") return threads;
  if (!payload.starts_with('m')) return std::nullopt;
  for (std::string_view rest = payload.substr(1); !rest.empty() || threads.empty();) {
    const auto comma = rest.find(',');
    const auto id = parse_thread_id(rest.substr(0, comma));
    if (!id || !id->is_specific() || threads.size() == max_threads) return std::nullopt;
    threads.push_back(*id);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return threads;
}

}  // namespace rspbridge::rsp
