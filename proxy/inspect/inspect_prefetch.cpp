// Memory of many places in one group of requests.
#include <algorithm>
#include <utility>

#include "proxy/inspect/inspector.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::inspect {
namespace {

using memmap::AddressRange;

constexpr std::uint64_t page = 4096;  // of the view

AddressRange in_pages(AddressRange range) {
  const auto begin = memmap::untagged(range.begin).value, end = memmap::untagged(range.end).value;
  return {{begin & ~(page - 1)}, {(end + page - 1) & ~(page - 1)}};
}

}  // namespace

// The ranges are pages of kept memory.
asio::awaitable<std::optional<Failure>> Inspector::fetch_all(std::vector<AddressRange> ranges) {
  const Moment before = moment();
  memmap::RangeSet wanted;
  for (const AddressRange& range : ranges)
    for (const AddressRange& missing : view_.missing(range))
      if (wanted.size() + missing.size() <= max_prefetch) wanted.insert(missing);
  if (wanted.empty()) co_return std::nullopt;
  std::vector<StubAccess::Question> questions;
  std::vector<std::string> asked;
  for (const AddressRange& part : wanted.ranges())
    for (auto& question : memory_questions(part)) questions.push_back(std::move(question));
  for (const auto& question : questions) asked.push_back(question.payload);
  const auto answers = co_await stub_.ask(std::move(questions));
  if (!answers) co_return answers.error();
  if (moment() != before) co_return resumed();
  co_return co_await take_memory(asked, *answers);
}

// A stub answers with what comes before that which it can't read, or with an error.
asio::awaitable<std::optional<Failure>> Inspector::take_memory(const std::vector<std::string>& asked,
                                                               const StubAccess::Answers& answers) {
  std::vector<AddressRange> again;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto read = rsp::parse_memory_read(asked[i]);
    const auto bytes = rsp::parse_memory_reply(*read, answers[i].value_or(""));
    const AddressRange range{{read->address}, {read->address + read->length}};
    const std::uint64_t known = bytes ? bytes->size() / page * page : 0;
    if (known != 0) {
      const auto written = view_.write(range.begin, std::string_view(*bytes).substr(0, known));
      if (!written) co_return why_not(written.error());
    }
    if (known == range.size()) continue;
    if (range.size() <= page)
      view_.set_unreadable(range);
    else
      for (std::uint64_t at = range.begin.value + known; at < range.end.value; at += page)
        again.push_back({{at}, {at + page}});
  }
  for (std::size_t at = 0; at < again.size(); at += 64) {
    const auto end = std::min(again.size(), at + 64);
    const std::vector<AddressRange> some(again.begin() + static_cast<std::ptrdiff_t>(at),
                                         again.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<StubAccess::Question> questions;
    for (const AddressRange& one : some)
      for (auto& question : memory_questions(one)) questions.push_back(std::move(question));
    std::vector<std::string> payloads;
    for (const auto& question : questions) payloads.push_back(question.payload);
    const auto more = co_await stub_.ask(std::move(questions));
    if (!more) co_return more.error();
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      const auto read = rsp::parse_memory_read(payloads[i]);
      const auto bytes = rsp::parse_memory_reply(*read, (*more)[i].value_or(""));
      const AddressRange range{{read->address}, {read->address + read->length}};
      if (!bytes || bytes->size() != range.size()) {
        view_.set_unreadable(range);
        continue;
      }
      const auto written = view_.write(range.begin, *bytes);
      if (!written) co_return why_not(written.error());
    }
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>> Inspector::prefetch(std::vector<AddressRange> ranges) {
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return resumed();
  std::vector<AddressRange> kept;
  for (const AddressRange& range : ranges) {
    const AddressRange pages = in_pages(range);
    if (pages.end <= pages.begin) continue;
    const auto kind = co_await readable_kind_of(pages);
    if (!kind && kind.error().problem == Problem::unreadable) continue;
    if (!kind) co_return kind.error();
    if (kind->kind == Kind::kept) kept.push_back(pages);
  }
  co_return co_await fetch_all(std::move(kept));
}

asio::awaitable<Result<std::string>> Inspector::file(std::string path) {
  const Counted counted(under_way_);
  co_return co_await stub_.read_file(std::move(path));
}

}  // namespace rspbridge::proxy::inspect
