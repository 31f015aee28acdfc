// Memory: from the shared view, and into it.
#include <algorithm>
#include <span>
#include <utility>

#include "proxy/inspect/inspector.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::inspect {
namespace {

using memmap::AddressRange;
using memmap::VirtAddr;

constexpr std::uint64_t page = 4096;                             // of the view
constexpr std::uint64_t bytes_at_once = std::uint64_t{1} << 16;  // GDB waits for no more than these
constexpr int most_attempts = 3;

AddressRange in_pages(AddressRange range) {
  return {{range.begin.value & ~(page - 1)}, {(range.end.value + page - 1) & ~(page - 1)}};
}

std::string hex(std::uint64_t value) {
  char text[19];
  const int length = std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return {text, static_cast<std::size_t>(length)};
}

Failure cannot_read(AddressRange range) {
  return {Problem::unreadable,
          "the target can't read " + hex(range.begin.value) + " to " + hex(range.end.value - 1), range};
}

}  // namespace

Failure Inspector::why_not(const memmap::ViewError& error) const {
  switch (error.problem) {
    case memmap::ViewProblem::running:
      return resumed();
    case memmap::ViewProblem::full:
      return {Problem::full, "the shared view is full: no more memory of this stop can be held", error.range};
    case memmap::ViewProblem::system:
      return {Problem::full, "the shared view can't hold this memory: " + error.error.message(), error.range};
    case memmap::ViewProblem::outside:
    case memmap::ViewProblem::missing:
    case memmap::ViewProblem::unreadable:
      break;
  }
  return cannot_read(error.range);
}

std::vector<StubAccess::Question> Inspector::memory_questions(AddressRange range) const {
  std::uint64_t most = stub_.largest_read();
  if (most > page) most -= most % page;
  std::vector<StubAccess::Question> questions;
  for (std::uint64_t at = range.begin.value; at < range.end.value; at += most) {
    const std::uint64_t length = std::min(most, range.end.value - at);
    questions.push_back({std::nullopt, rsp::format_memory_read({rsp::MemoryEncoding::hex, at, length})});
  }
  return questions;
}

// The pages of `range` into the view, in one group of requests. A request that fails is asked again page by
// page, so that what can be read is.
asio::awaitable<std::optional<Failure>> Inspector::fetch(AddressRange range) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Moment before = moment();
    auto questions = memory_questions(range);
    std::vector<std::string> asked;
    for (const auto& question : questions) asked.push_back(question.payload);
    const auto answers = co_await stub_.ask(std::move(questions));
    if (!answers) co_return answers.error();
    if (moment().stop_id != before.stop_id || moment().running) co_return resumed();
    if (moment() != before) continue;  // GDB wrote meanwhile
    bool all = true;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto read = rsp::parse_memory_read(asked[i]);
      const auto bytes = rsp::parse_memory_reply(*read, (*answers)[i].value_or(""));
      if (!bytes || bytes->empty()) {
        all = false;
        continue;
      }
      all = all && bytes->size() == read->length;
      const auto written = view_.write(VirtAddr{read->address}, *bytes);
      if (!written) co_return why_not(written.error());
    }
    if (!all && range.size() <= page) view_.set_unreadable(range);
    co_return std::nullopt;
  }
  co_return Failure{Problem::running, "GDB keeps writing to the target's memory; ask again", range};
}

asio::awaitable<std::optional<Failure>> Inspector::populate(AddressRange range) {
  for (const AddressRange& missing : view_.missing(range)) {
    for (std::uint64_t at = missing.begin.value; at < missing.end.value; at += bytes_at_once) {
      const AddressRange part{{at}, {std::min(at + bytes_at_once, missing.end.value)}};
      const auto failed = co_await fetch(part);
      if (failed) co_return failed;
      // What isn't here now is asked for page by page: it may lie on both sides of what can't be read.
      for (const AddressRange& rest : view_.missing(part)) {
        for (std::uint64_t one = rest.begin.value; one < rest.end.value; one += page) {
          const auto alone = co_await fetch({{one}, {one + page}});
          if (alone) co_return alone;
        }
      }
      const AddressRange hole = view_.unreadable(part);
      if (hole.size() != 0) co_return std::nullopt;  // the answer is known
    }
  }
  co_return std::nullopt;
}

// Shared mappings change while the target is stopped: they are never kept.
asio::awaitable<Result<std::string>> Inspector::read_past_view(AddressRange range) {
  std::string bytes;
  for (std::uint64_t at = range.begin.value; at < range.end.value; at += bytes_at_once) {
    auto questions = memory_questions({{at}, {std::min(at + bytes_at_once, range.end.value)}});
    std::vector<std::string> asked;
    for (const auto& question : questions) asked.push_back(question.payload);
    const auto answers = co_await stub_.ask(std::move(questions));
    if (!answers) co_return tl::unexpected(answers.error());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto read = rsp::parse_memory_read(asked[i]);
      const auto part = rsp::parse_memory_reply(*read, (*answers)[i].value_or(""));
      if (!part || part->size() != read->length)
        co_return tl::unexpected(cannot_read({{read->address}, {read->address + read->length}}));
      bytes += *part;
    }
  }
  co_return bytes;
}

// What maps calls plain is; of the rest VmFlags tell what is a device.
asio::awaitable<Result<Inspector::MemoryKind>> Inspector::kind_of(AddressRange range) {
  const memmap::VmaMap* const vmas = co_await vmas_of_stop();
  const auto is_plain = [](const memmap::Vma& vma) { return vma.is_plain_memory(); };
  const auto parts = vmas ? vmas->within(range) : std::span<const memmap::Vma>();
  if (vmas && std::all_of(parts.begin(), parts.end(), is_plain)) co_return MemoryKind{};
  const auto map = co_await read_map(MapDetail::all);
  // Where no map can be had nothing is known of a device either.
  if (!map && map.error().problem == Problem::unsupported) co_return MemoryKind{};
  if (!map) co_return tl::unexpected(map.error());
  MemoryKind found;
  for (const memmap::Vma& vma : (*map)->map.within(range)) {
    if (vma.is_device()) co_return MemoryKind{Kind::device, vma.range};
    if (vma.shared && found.kind == Kind::kept) found = {Kind::shared, vma.range};
  }
  co_return found;
}

asio::awaitable<Result<Inspector::MemoryKind>> Inspector::readable_kind_of(AddressRange range) {
  if (stub_.state().running)
    co_return tl::unexpected(
        Failure{Problem::running, "the target runs; interrupt it, or wait until it stops", {}});
  const auto kind = co_await kind_of(range);
  if (kind && kind->kind == Kind::device)
    co_return tl::unexpected(Failure{Problem::unreadable, "a device's memory isn't read", kind->range});
  co_return kind;
}

asio::awaitable<Result<Memory>> Inspector::read(std::uint64_t address, std::size_t length) {
  const VirtAddr begin = memmap::untagged(VirtAddr{address});
  const AddressRange range{begin, {begin.value + length}};
  if (range.end < range.begin)
    co_return tl::unexpected(Failure{Problem::unreadable, "the range wraps around", {}});
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return tl::unexpected(resumed());
  const auto kind = co_await readable_kind_of(range);
  if (!kind) co_return tl::unexpected(kind.error());
  if (kind->kind == Kind::shared) {
    auto bytes = co_await read_past_view(range);
    if (!bytes) co_return tl::unexpected(bytes.error());
    co_return Memory{stub_.state().stop_id, *std::move(bytes), true};
  }
  const auto failed = co_await populate(in_pages(range));
  if (failed) co_return tl::unexpected(*failed);
  auto bytes = view_.read(range.begin, length);
  if (bytes) co_return Memory{view_.stop_id(), *std::move(bytes), false};
  co_return tl::unexpected(why_not(bytes.error()));
}

}  // namespace rspbridge::proxy::inspect
