// What a core file needs beyond what is kept.
#include <algorithm>
#include <utility>

#include "proxy/inspect/inspector.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::inspect {
namespace {

using memmap::AddressRange;
using memmap::VirtAddr;

constexpr std::uint64_t page = 4096;                             // the smallest of any target
constexpr std::uint64_t bytes_at_once = std::uint64_t{1} << 16;  // GDB waits for no more than these

void add_hole(std::vector<AddressRange>& holes, AddressRange hole) {
  if (!holes.empty() && holes.back().end == hole.begin)
    holes.back().end = hole.end;
  else
    holes.push_back(hole);
}

}  // namespace

// One group of requests: what of `range` could be read. `into` is where its first byte goes; the caller's
// frame owns it.
asio::awaitable<Result<memmap::RangeSet>> Inspector::read_parts(AddressRange range, char* into) {
  const Moment before = moment();
  auto questions = memory_questions(range);
  std::vector<std::string> asked;
  for (const auto& question : questions) asked.push_back(question.payload);
  const auto answers = co_await stub_.ask(std::move(questions));
  if (!answers) co_return tl::unexpected(answers.error());
  if (moment().stop_id != before.stop_id || moment().running) co_return tl::unexpected(resumed());
  memmap::RangeSet known;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto read = rsp::parse_memory_read(asked[i]);
    const auto bytes = rsp::parse_memory_reply(*read, (*answers)[i].value_or(""));
    if (!bytes) continue;
    bytes->copy(into + (read->address - range.begin.value), bytes->size());
    known.insert({{read->address}, {read->address + bytes->size()}});
  }
  co_return known;
}

// What a request that failed had asked for is asked again page by page.
asio::awaitable<std::optional<Failure>> Inspector::append_pages(AddressRange range, Pages& pages) {
  const std::size_t start = pages.bytes.size();
  pages.bytes.resize(start + range.size());
  const auto known = co_await read_parts(range, pages.bytes.data() + start);
  if (!known) co_return known.error();
  for (VirtAddr at = range.begin; at < range.end; at.value += page) {
    const AddressRange one{at, {at.value + page}};
    if (known->contains(one)) continue;
    char* const into = pages.bytes.data() + start + (at.value - range.begin.value);
    const auto again = co_await read_parts(one, into);
    if (!again) co_return again.error();
    if (again->contains(one)) continue;
    std::fill_n(into, page, '\0');
    add_hole(pages.holes, one);
  }
  co_return std::nullopt;
}

asio::awaitable<Result<Pages>> Inspector::read_pages(AddressRange range) {
  const Counted counted(under_way_);
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (stub_.state().running)
    co_return tl::unexpected(
        Failure{Problem::running, "the target runs; interrupt it, or wait until it stops", {}});
  const auto kind = co_await kind_of(range);
  if (!kind) co_return tl::unexpected(kind.error());
  if (kind->kind == Kind::device)
    co_return tl::unexpected(Failure{Problem::unreadable, "a device's memory isn't read", kind->range});
  Pages pages{stub_.state().stop_id, {}, {}};
  pages.bytes.reserve(range.size());
  for (std::uint64_t at = range.begin.value; at < range.end.value; at += bytes_at_once) {
    const AddressRange part{{at}, {std::min(at + bytes_at_once, range.end.value)}};
    const auto here = view_.read(part.begin, part.size());
    if (here) {
      pages.bytes += *here;
      continue;
    }
    const auto failed = co_await append_pages(part, pages);
    if (failed) co_return tl::unexpected(*failed);
  }
  if (pages.stop_id != stub_.state().stop_id) co_return tl::unexpected(resumed());
  co_return pages;
}

asio::awaitable<Result<std::string>> Inspector::object_of(rsp::ThreadId thread, std::string name) {
  const Counted counted(under_way_);
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  co_return co_await object(thread, std::move(name), "");
}

asio::awaitable<Result<std::string>> Inspector::auxv(rsp::ThreadId thread) {
  return object_of(thread, "auxv");
}

asio::awaitable<Result<std::string>> Inspector::siginfo(rsp::ThreadId thread) {
  return object_of(thread, "siginfo");
}

asio::awaitable<Result<memmap::ProcessInfo>> Inspector::process_info() {
  const Counted counted(under_way_);
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  const auto pid = co_await process();
  if (!pid) co_return tl::unexpected(pid.error());
  const std::string folder = "/proc/" + std::to_string(*pid);
  std::vector<std::string> paths{folder + "/stat", folder + "/status", folder + "/cmdline"};
  std::vector<std::string> texts;
  for (std::string& path : paths) {
    auto text = co_await stub_.read_file(std::move(path));
    if (!text) co_return tl::unexpected(text.error());
    texts.push_back(*std::move(text));
  }
  auto info = memmap::parse_process(texts[0], texts[1], texts[2]);
  if (!info)
    co_return tl::unexpected(
        Failure{Problem::unsupported, folder + "/stat and status tell of no process", {}});
  co_return *std::move(info);
}

}  // namespace rspbridge::proxy::inspect
