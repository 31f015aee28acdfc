// What Knowledge asks before anybody does.
#include <elf.h>

#include <utility>

#include "memmap/auxv.hpp"
#include "proxy/near/knowledge.hpp"
#include "rsp/escape.hpp"
#include "rsp/qxfer.hpp"

namespace rspbridge::proxy::near {

using link::Effect;
using link::Request;
using rsp::ThreadId;

namespace {

std::string expanded(const std::string& payload) {
  return rsp::expand_runs(payload).value_or(payload);
}

}  // namespace

// What every GDB asks once it has connected (remote.c, start_remote), in one round trip; with the stop comes
// what it asks then.
void Knowledge::ask_ahead() {
  if (!state_.quirks().pipelines) return;
  drop_answers(Keep::stop);  // of this stop, but of another GDB
  hooks_.far(working_set_.wanted_at_connect(budget_.things()));
  wants_images_ = true;
  for (const char* payload : {"vMustReplyEmpty", "vCont?", "qXfer:features:read:target.xml:0,1000", "?"}) {
    const PacketRow& row = row_for(payload);
    Request asking{.id = ++last_id_, .payload = payload, .effect = Effect::looks, .answer = row.answer};
    asking.of_gdb = false;
    own_[asking.id] = [](const auto&) {};
    Key key = key_of(row, std::nullopt, payload);
    pass(std::move(asking), std::move(key));
  }
}

// What isn't kept may have been asked ahead: the answer is given once.
bool Knowledge::take_ahead(Request& request) {
  const auto found =
      request.of_gdb ? answers_.find({Keep::never, std::nullopt, request.payload}) : answers_.end();
  if (found == answers_.end() || !found->second.waiting.empty()) return false;
  ++(found->second.payload ? answered_ : awaited_);
  if (!found->second.payload) return found->second.waiting.push_back(std::move(request)), true;
  reply_to(request.id, *std::move(found->second.payload));
  answers_.erase(found);
  return true;
}

void Knowledge::ask_other_threads(const std::optional<ThreadId>& asked) {
  constexpr std::size_t most = 512;
  if (!asked || !asked->is_specific()) return;
  std::size_t count = 0;
  for (const auto& [pid, tid] : alive_) {
    ThreadId thread{asked->pid, tid};
    if (pid != asked->pid.value_or(0) || ++count > most) continue;
    Key key{Keep::registers, thread, "g"};
    if (answers_.contains(key)) continue;
    Request request{.id = ++last_id_, .payload = "g", .effect = Effect::looks, .thread = thread};
    request.of_gdb = false;
    own_[request.id] = [](const auto&) {};
    pass(std::move(request), std::move(key));
  }
}

void Knowledge::look_at_stack(const Key& key, const std::string& registers) {
  const auto sp = working_set_.stack_pointer(expanded(registers));
  if (!sp || !is_of_memory_process(key.thread)) return;
  const std::uint64_t page = *sp & ~(KnownMemory::page_size - 1);
  if (memory_.look(page, 1) == KnownMemory::Found::fetchable) fetch(page, Request{.thread = key.thread});
}

// GDB reads the program headers of what the auxiliary vector points to, and the vDSO.
void Knowledge::look_at_images() {
  const auto& stopped = state_.stopped_thread();
  const auto found = answers_.find({Keep::program, ThreadId{0, -1}, "qXfer:auxv:read::0,1000"});
  if (!stopped || !memory_.has_map() || found == answers_.end() || !found->second.payload) return;
  const auto part = rsp::parse_qxfer_reply(expanded(*found->second.payload));
  const auto vector = part ? memmap::Auxv::parse(part->data) : std::nullopt;
  for (const std::uint64_t type : {AT_PHDR, AT_ENTRY, AT_BASE, AT_SYSINFO_EHDR}) {
    const auto address = vector ? vector->find(type) : std::nullopt;
    if (!address || *address == 0) continue;
    const std::uint64_t page = *address & ~(KnownMemory::page_size - 1);
    if (memory_.look(page, 1) == KnownMemory::Found::fetchable) fetch(page, Request{.thread = stopped});
  }
}

bool Knowledge::read_in_bulk(Request& request) {
  const auto read = rsp::parse_memory_read(request.payload);
  const std::size_t most = state_.packet_size().value_or(0) / 2;  // a longer reply may not fit
  if (!read || !request.of_gdb || read->length <= most_kept_read || read->length > most ||
      !state_.quirks().pipelines || !is_of_memory_process(request.thread))
    return false;
  want_map();
  const auto thread = request.thread;
  auto deliver = [this, id = request.id](std::string payload) { reply_to(id, std::move(payload)); };
  if (ahead_.take(*read, std::move(deliver)))
    ++awaited_;
  else
    ask_stub(std::move(request));
  for (const rsp::MemoryRead& block : ahead_.plan(memory_.map())) {
    Request asking{.id = ++last_id_,
                   .payload = rsp::format_memory_read(block),
                   .effect = link::Effect::looks,
                   .answer = link::Answer::reply,
                   .thread = thread};
    asking.of_gdb = false;
    own_[asking.id] = [this, generation = ahead_.generation(), block](std::optional<std::string> reply) {
      ahead_.arrived(generation, block, std::move(reply).value_or("E01"));
    };
    pass(std::move(asking));
  }
  return true;
}

}  // namespace rspbridge::proxy::near
