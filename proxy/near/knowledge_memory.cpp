// Small reads of memory, which are answered from pages.
#include <utility>

#include "proxy/near/knowledge.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {

using link::Request;
using rsp::ThreadId;

namespace {

std::string page_request(std::uint64_t page) {
  return rsp::format_memory_read({rsp::MemoryEncoding::hex, page, KnownMemory::page_size});
}

}  // namespace

// Memory is a process's; pages are kept of the one that stopped.
bool Knowledge::is_of_memory_process(const std::optional<ThreadId>& thread) const {
  const auto& stopped = state_.stopped_thread();
  return stopped && (!thread || !thread->pid || *thread->pid <= 0 || thread->pid == stopped->pid);
}

bool Knowledge::read_memory(Request& request) {
  const auto read = rsp::parse_memory_read(request.payload);
  if (!read || read->length == 0 || read->length > longest_from_pages ||
      !is_of_memory_process(request.thread))
    return false;
  want_map();
  const auto found = memory_.look(read->address, read->length);
  if (found == KnownMemory::Found::elsewhere) return false;
  const bool known = found != KnownMemory::Found::fetchable && !memory_.expects_map();
  if (read->length > most_kept_read && !known) return false;
  (found == KnownMemory::Found::here     ? answered_
   : found == KnownMemory::Found::coming ? awaited_
                                         : asked_) += 1;
  if (found == KnownMemory::Found::fetchable) count_trip(request);
  MemoryWait wait{std::move(request), *read};
  if (!advance(wait)) waits_.push_back(std::move(wait));
  return true;
}

bool Knowledge::advance(MemoryWait& wait) {
  const auto [address, length] = std::pair(wait.read.address, wait.read.length);
  for (;;) {
    switch (memory_.look(address, length)) {
      case KnownMemory::Found::here: {
        const std::string bytes = memory_.get(address, length);
        const bool hex = wait.read.encoding == rsp::MemoryEncoding::hex;
        reply_to(wait.request.id, hex ? rsp::to_hex(bytes) : "b" + rsp::escape(bytes));
        working_set_.touched_page(address);
        working_set_.touched_page(address + length - 1);
        return true;
      }
      case KnownMemory::Found::coming:
        return false;
      case KnownMemory::Found::fetchable:
        fetch(memory_.missing_page(address, length), wait.request);
        break;
      case KnownMemory::Found::elsewhere:
        pass(std::move(wait.request));
        return true;
    }
  }
}

// The map comes with a stop, and is dropped with all else when something may have changed it.
void Knowledge::want_map() {
  const auto& stopped = state_.stopped_thread();
  if (!memory_.lacks_map() || map_is_unavailable_ || !state_.quirks().pipelines || !stopped) return;
  map_read_ = ++last_id_;
  memory_.expect_map(map_read_);
  hooks_.far(
      link::ReadFile{map_read_, "/proc/" + std::to_string(stopped->pid.value_or(stopped->tid)) + "/maps"});
}

// With the page that follows, since stacks and structures are read upwards.
void Knowledge::fetch(std::uint64_t page, const Request& request) {
  const std::uint64_t next = page + KnownMemory::page_size;
  const bool both = memory_.is_fetchable_beside(next, page);
  for (const std::uint64_t one : {page, next}) {
    if (one == next && !both) break;
    Request asking{.id = ++last_id_,
                   .payload = page_request(one),
                   .effect = link::Effect::looks,
                   .answer = link::Answer::reply,
                   .thread = request.thread};
    memory_.expect(one, asking.id);
    asking.of_gdb = false;
    passed_[asking.id] = Passed{std::nullopt, one, asking.payload, asking.effect, asking.answer, false};
    hooks_.far(std::move(asking));
  }
}

void Knowledge::advance_all() {
  std::deque<MemoryWait> waits = std::exchange(waits_, {});
  for (MemoryWait& wait : waits)
    if (!advance(wait)) waits_.push_back(std::move(wait));
  decide();
}

}  // namespace rspbridge::proxy::near
