#include "proxy/near/view/vdso.hpp"

#include <elf.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/view/objects.hpp"
#include "proxy/near/view/symbol_store.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t smallest_page = 4096;  // bytes; the ELF headers are within
constexpr std::uint64_t largest = 1 << 18;     // bytes: the pages of a vDSO
constexpr std::uint64_t block = 1024;          // bytes a read: in hex it fits every stub's packets

std::string format_reply(const rsp::MemoryRead& read, const std::string& bytes) {
  return read.encoding == rsp::MemoryEncoding::hex ? rsp::to_hex(bytes) : "b" + rsp::escape(bytes);
}

}  // namespace

/// Empty if not all of it can be read.
Task<std::string> Vdso::read_memory(std::uint64_t begin, std::uint64_t end) {
  std::vector<rsp::MemoryRead> reads;
  std::vector<std::string> requests;
  for (std::uint64_t at = begin; at < end; at += block) {
    reads.push_back({rsp::MemoryEncoding::hex, at, std::min(block, end - at)});
    requests.push_back(rsp::format_memory_read(reads.back()));
  }
  auto asked = client_.ask_all(std::move(requests));
  const std::vector<std::string> replies = co_await asked;
  std::string contents;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto bytes = rsp::parse_memory_reply(reads[i], replies[i]);
    if (!bytes || bytes->size() != reads[i].length) co_return std::string();
    contents += *bytes;
  }
  co_return contents;
}

Task<Vdso::Pages> Vdso::find() {
  auto reading = read_auxv(client_);
  const auto auxv = co_await reading;
  const auto address = auxv ? auxv->find(AT_SYSINFO_EHDR) : std::nullopt;
  Pages pages;
  if (!address || *address > ~largest) co_return pages;
  pages.begin = *address;
  pages.end = pages.begin + largest;
  pages.page_size = auxv->find(AT_PAGESZ).value_or(smallest_page);
  co_return pages;
}

Vdso::Pages Vdso::refused(Pages pages, const std::string& why) {
  if (why != said_) client_.warn("backtraces end at signal handlers: " + why);
  said_ = why;
  pages.end = pages.begin;
  return pages;
}

Task<Vdso::Pages> Vdso::translated(Pages pages) {
  pages.read = true;
  auto starting = read_memory(pages.begin, pages.begin + smallest_page);
  std::string part = co_await starting;
  pages.was = std::move(part);
  if (pages.was.empty()) co_return refused(std::move(pages), "the vDSO can't be read");
  const auto size = settings_.symbols->vdso_size(pages.was);
  if (!size) co_return refused(std::move(pages), size.error());
  const std::uint64_t page = std::clamp(pages.page_size, smallest_page, largest);
  const std::uint64_t end = pages.begin + (std::min(*size, largest) + page - 1) / page * page;
  if (end > pages.end) co_return refused(std::move(pages), "the vDSO is too large");
  pages.end = end;
  auto going_on = read_memory(pages.begin + smallest_page, pages.end);
  part = co_await going_on;
  pages.was += part;
  if (pages.was.size() != pages.end - pages.begin)
    co_return refused(std::move(pages), "the vDSO's pages can't be read");
  auto is = settings_.symbols->vdso(pages.was);
  if (!is) co_return refused(std::move(pages), is.error());
  pages.is = *std::move(is);
  co_return pages;
}

Task<std::string> Vdso::served(rsp::MemoryRead read, std::string reply) {
  auto bytes = settings_.symbols ? rsp::parse_memory_reply(read, reply) : std::nullopt;
  if (!bytes || bytes->empty()) co_return reply;
  const std::string process = client_.general_process();
  if (!vdsos_.contains(process)) {
    auto finding = find();
    Pages found = co_await finding;
    vdsos_[process] = std::move(found);
  }
  const auto overlaps = [&read, &bytes](const Pages& pages) {
    return pages.begin < pages.end && read.address < pages.end && pages.begin < read.address + bytes->size();
  };
  if (!overlaps(vdsos_[process])) co_return reply;
  if (!vdsos_[process].read) {
    auto translating = translated(vdsos_[process]);
    Pages made = co_await translating;
    vdsos_[process] = std::move(made);
  }
  const Pages& pages = vdsos_[process];
  if (!overlaps(pages)) co_return reply;
  const std::uint64_t from = std::max(read.address, pages.begin);
  const std::uint64_t count = std::min(read.address + bytes->size(), pages.end) - from;
  if (bytes->compare(from - read.address, count, pages.was, from - pages.begin, count) != 0) {
    vdsos_.erase(process);  // another one, or it was written to
    co_return reply;
  }
  bytes->replace(from - read.address, count, pages.is, from - pages.begin, count);
  co_return format_reply(read, *bytes);
}

void Vdso::on_stop(const rsp::StopReply& stop) {
  vdsos_.erase("");  // which may be any process
  const bool gone = stop.kind == rsp::StopReply::Kind::exited || stop.kind == rsp::StopReply::Kind::signalled;
  if (!gone && !stop.pair("exec")) return;
  if (stop.thread && stop.thread->pid)
    vdsos_.erase("p" + rsp::format_hex(static_cast<std::uint64_t>(*stop.thread->pid)));
  else
    vdsos_.clear();
}

}  // namespace rspbridge::proxy::near
