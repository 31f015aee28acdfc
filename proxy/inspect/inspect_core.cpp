// What a core file needs beyond what is kept.
#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "proxy/inspect/inspector.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::inspect {
namespace {

using memmap::AddressRange;
using memmap::VirtAddr;

constexpr std::uint64_t page = 4096;                             // the smallest of any target
constexpr std::uint64_t bytes_at_once = std::uint64_t{1} << 18;  // GDB waits for no more than these
constexpr std::uint64_t looked_at_once = std::uint64_t{32}
                                         << 20;  // bytes, whose pages are asked about together

void add_hole(std::vector<AddressRange>& holes, AddressRange hole) {
  if (!holes.empty() && holes.back().end == hole.begin)
    holes.back().end = hole.end;
  else
    holes.push_back(hole);
}

// Whether what isn't there yet is zeros: private memory without a file, and nobody else fills its pages in.
bool begins_as_zeros(const memmap::Vma& vma) {
  using memmap::VmFlag;
  if (!vma.details || vma.shared || vma.inode != 0 || vma.path.starts_with('/')) return false;
  const auto& flags = vma.details->flags;
  return !flags.has(VmFlag::uffd_missing) && !flags.has(VmFlag::uffd_minor) &&
         !flags.has(VmFlag::uffd_write_protect) && !flags.has(VmFlag::huge_tlb);
}

// Pages that are neither present nor swapped out, in `entries` of /proc/PID/pagemap (Linux
// Documentation/admin-guide/mm/pagemap.rst).
memmap::RangeSet absent_pages(std::string_view entries, VirtAddr at, std::uint64_t page_size) {
  memmap::RangeSet absent;
  std::uint64_t entry = 0;
  for (; entries.size() >= sizeof entry; entries.remove_prefix(sizeof entry), at.value += page_size) {
    std::memcpy(&entry, entries.data(), sizeof entry);
    if (entry >> 62 == 0) absent.insert({at, {at.value + page_size}});
  }
  return absent;
}

}  // namespace

// The pages of `range`'s VMA from `range` on that were never touched. They hold zeros, and asking the stub
// for them would take as long as for any others.
asio::awaitable<std::optional<Failure>> Inspector::look_for_untouched(AddressRange range) {
  auto& known = known_.untouched;
  if (known.unavailable || (known.looked.begin <= range.begin && range.end <= known.looked.end))
    co_return std::nullopt;
  const MapPointer map = known_map(MapDetail::quick);
  const memmap::Vma* vma = map ? map->map.find(range.begin) : nullptr;
  if (vma == nullptr || range.end > vma->range.end || !begins_as_zeros(*vma)) {
    known = {range, {}, false};
    co_return std::nullopt;
  }
  const Moment before = moment();
  const std::uint64_t size = map->page_size;
  const AddressRange looked{
      range.begin,
      {std::max(range.end.value, std::min(range.begin.value + looked_at_once, vma->range.end.value))}};
  std::string path = "/proc/" + std::to_string(map->pid) + "/pagemap";
  const auto entries =
      co_await stub_.read_file_part(std::move(path), looked.begin.value / size * 8, looked.size() / size * 8);
  if (moment() != before) co_return resumed();
  if (!entries && entries.error().problem != Problem::unsupported) co_return entries.error();
  if (entries)
    known_.untouched = {looked, absent_pages(*entries, looked.begin, size), false};
  else
    known_.untouched.unavailable = true;
  co_return std::nullopt;
}

// One group of requests: what of `parts` could be read. `into` is where the byte at `base` goes; the caller's
// frame owns it.
asio::awaitable<Result<memmap::RangeSet>> Inspector::read_parts(const std::vector<AddressRange>& parts,
                                                                VirtAddr base, char* into) {
  memmap::RangeSet known;
  if (parts.empty()) co_return known;
  const Moment before = moment();
  std::vector<StubAccess::Question> questions;
  std::vector<std::string> asked;
  for (const AddressRange& part : parts)
    for (auto& question : memory_questions(part)) questions.push_back(std::move(question));
  for (const auto& question : questions) asked.push_back(question.payload);
  const auto answers = co_await stub_.ask(std::move(questions));
  if (!answers) co_return tl::unexpected(answers.error());
  if (moment().stop_id != before.stop_id || moment().running) co_return tl::unexpected(resumed());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto read = rsp::parse_memory_read(asked[i]);
    const auto bytes = rsp::parse_memory_reply(*read, (*answers)[i].value_or(""));
    if (!bytes) continue;
    bytes->copy(into + (read->address - base.value), bytes->size());
    known.insert({{read->address}, {read->address + bytes->size()}});
  }
  co_return known;
}

// `range` into `pages`, which has room for it and zeros there. What a request that failed had asked for is
// asked again page by page.
asio::awaitable<std::optional<Failure>> Inspector::fill_pages(AddressRange range, Pages& pages) {
  char* const into = pages.bytes.data() + (pages.bytes.size() - range.size());
  const auto parts = known_.untouched.pages.gaps(range);
  const auto known = co_await read_parts(parts, range.begin, into);
  if (!known) co_return known.error();
  for (const AddressRange& part : parts) {
    for (VirtAddr at = part.begin; at < part.end; at.value += page) {
      const AddressRange one{at, {at.value + page}};
      if (known->contains(one)) continue;
      const std::vector<AddressRange> alone(1, one);
      const auto again = co_await read_parts(alone, range.begin, into);
      if (!again) co_return again.error();
      if (again->contains(one)) continue;
      std::fill_n(into + (at.value - range.begin.value), page, '\0');
      add_hole(pages.holes, one);
    }
  }
  co_return std::nullopt;
}

asio::awaitable<Result<Pages>> Inspector::read_pages(AddressRange range) {
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return tl::unexpected(resumed());
  const auto kind = co_await readable_kind_of(range);
  if (!kind) co_return tl::unexpected(kind.error());
  Pages pages{stub_.state().stop_id, {}, {}};
  for (std::uint64_t at = range.begin.value; at < range.end.value; at += bytes_at_once) {
    const AddressRange part{{at}, {std::min(at + bytes_at_once, range.end.value)}};
    const auto here = view_.read(part.begin, part.size());
    if (here) {
      pages.bytes += *here;
      continue;
    }
    auto failed = co_await look_for_untouched(part);
    pages.bytes.resize(pages.bytes.size() + part.size());
    if (!failed) failed = co_await fill_pages(part, pages);
    if (failed) co_return tl::unexpected(*failed);
  }
  if (pages.stop_id != stub_.state().stop_id) co_return tl::unexpected(resumed());
  co_return pages;
}

asio::awaitable<Result<std::string>> Inspector::object_of(rsp::ThreadId thread, std::string name) {
  const Counted counted(under_way_);
  const Moment asked = moment();
  co_await turns_.wait();
  Turns::Turn turn(turns_);
  if (has_gone_on(asked)) co_return tl::unexpected(resumed());
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
