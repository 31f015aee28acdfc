#include "proxy/far/process_reader.hpp"

#include <utility>

#include <elf.h>

#include "memmap/auxv.hpp"
#include "proxy/link/messages.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::far {
namespace {

constexpr std::uint64_t page_size = 4096;
constexpr std::uint64_t random_bytes = 16;
constexpr std::size_t most = link::ReadFile::most;  // bytes

using File = ProcessAccess::File;

}  // namespace

void ProcessReader::stopped(const rsp::ThreadId& thread, bool executed) {
  stopped_ = false;
  at_stop_ = true;
  if (!access_ || !thread.pid || *thread.pid <= 0) return;
  if (executed || pid_ != *thread.pid) {
    pid_ = *thread.pid;
    same_ = false;
    pages_with_breakpoints_.clear();
    identify(thread);
  }
  if (same_) read_map();
}

void ProcessReader::identify(const rsp::ThreadId& thread) {
  const auto bytes = whole("auxv");
  const auto auxv = bytes ? memmap::Auxv::parse(*bytes) : std::nullopt;
  const auto at = auxv ? auxv->find(AT_RANDOM) : std::nullopt;
  auto random = at ? access_->memory(pid_, *at, random_bytes) : std::nullopt;
  if (!random) return;
  const rsp::MemoryRead read{rsp::MemoryEncoding::hex, *at, random_bytes};
  queue_.submit(
      {.payload = rsp::format_memory_read(read),
       .thread = thread,
       .done = [this, pid = pid_, read, expected = *std::move(random)](const std::string& reply, bool) {
         const auto said = rsp::parse_memory_reply(read, rsp::expand_runs(reply).value_or(reply));
         same_ = pid == pid_ && said == expected;
         if (same_ && at_stop_) read_map();
       }});
}

void ProcessReader::read_map() {
  auto text = whole("maps");
  stopped_ = text.has_value();
  if (!text || (map_ && *text == maps_)) return;
  maps_ = *std::move(text);
  map_ = memmap::VmaMap::parse_maps(maps_);
}

std::optional<std::string> ProcessReader::whole(std::string_view name) const {
  const auto file = access_->open(pid_, name);
  auto outcome = file ? File::Outcome::more : File::Outcome::failed;
  std::string text;
  while (outcome == File::Outcome::more && text.size() <= most) outcome = file->read_on(text);
  return outcome == File::Outcome::end ? std::optional(std::move(text)) : std::nullopt;
}

void ProcessReader::resumes() {
  at_stop_ = stopped_ = false;
  for (Reading& left : std::exchange(files_, {})) left.ready(std::nullopt, "the target has gone on");
}

bool ProcessReader::read_file(std::string_view path, FileReady ready) {
  const std::string folder = "/proc/" + std::to_string(pid_) + "/";
  const bool is_its =
      stopped_ && path.starts_with(folder) && path.find('/', folder.size()) == std::string_view::npos;
  auto file = is_its ? access_->open(pid_, path.substr(folder.size())) : nullptr;
  if (!file) return false;
  files_.push_back({std::move(file), {}, std::move(ready)});
  return true;
}

void ProcessReader::read_on() {
  if (files_.empty()) return;
  Reading& oldest = files_.front();
  const auto outcome = oldest.file->read_on(oldest.text);
  if (outcome == File::Outcome::more && oldest.text.size() <= most) return;
  Reading ended = std::move(oldest);
  files_.pop_front();
  if (outcome == File::Outcome::end)
    ended.ready(std::move(ended.text), "");
  else
    ended.ready(std::nullopt, "");
}

void ProcessReader::sees(const rsp::BreakpointRequest& breakpoint) {
  if (breakpoint.key.type != rsp::BreakpointType::software) return;
  const std::uint64_t page = breakpoint.key.address / page_size;
  pages_with_breakpoints_.insert({page, page + 1});  // its instruction may reach into the next one
}

std::optional<std::string> ProcessReader::reply(std::int64_t pid, std::string_view request) const {
  if (!stopped_ || !map_ || pid != pid_) return std::nullopt;
  const auto read = rsp::parse_memory_read(request);
  if (!read || read->encoding != rsp::MemoryEncoding::hex || read->length == 0) return std::nullopt;
  const memmap::Vma* const vma = map_->find(memmap::VirtAddr{read->address});
  if (!vma || !vma->readable || vma->executable || vma->is_device() ||
      read->length > vma->range.end.value - read->address)
    return std::nullopt;
  const auto breakpoint = pages_with_breakpoints_.lower_bound(read->address / page_size);
  if (breakpoint != pages_with_breakpoints_.end() &&
      *breakpoint <= (read->address + read->length - 1) / page_size)
    return std::nullopt;
  const auto bytes = access_->memory(pid_, read->address, read->length);
  return bytes ? std::optional(rsp::to_hex(*bytes)) : std::nullopt;
}

}  // namespace rspbridge::proxy::far
