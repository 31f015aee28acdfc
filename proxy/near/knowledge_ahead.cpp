// What Knowledge asks before anybody does.
#include <elf.h>

#include <utility>

#include "memmap/auxv.hpp"
#include "memmap/elf_image.hpp"
#include "proxy/near/knowledge.hpp"
#include "rsp/escape.hpp"
#include "rsp/library_list.hpp"
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
  libraries_.clear();
  hooks_.expects_files({});
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

bool Knowledge::wants_stacks() const {
  constexpr std::size_t few = 32;
  return stacks_asked_ || alive_.size() <= few;
}

void Knowledge::look_at_stacks() {
  for (const auto& [key, answer] : answers_)
    if (answer.payload) look_at_stack(key, *answer.payload);
}

void Knowledge::look_at_stack(const Key& key, const std::string& registers) {
  if (key.payload != "g" || key.thread == state_.stopped_thread()) return;
  const auto sp = working_set_.stack_pointer(expanded(registers));
  if (sp && is_of_memory_process(key.thread)) fetch_if_plain(*sp);
}

// By the thread that is selected anyway.
void Knowledge::fetch_if_plain(std::uint64_t address) {
  const std::uint64_t page = address & ~(KnownMemory::page_size - 1);
  const auto& stopped = state_.stopped_thread();
  if (memory_.look(page, 1) == KnownMemory::Found::fetchable) fetch(page, Request{.thread = stopped});
}

// GDB reads the program headers of what the auxiliary vector points to, and the vDSO.
void Knowledge::look_at_images() {
  const auto& stopped = state_.stopped_thread();
  const auto kept = [this](const std::string& payload) -> std::optional<rsp::QXferReply> {
    const auto found = answers_.find({Keep::program, ThreadId{0, -1}, payload});
    if (found == answers_.end() || !found->second.payload) return std::nullopt;
    return rsp::parse_qxfer_reply(expanded(*found->second.payload));
  };
  const auto part = kept("qXfer:auxv:read::0,1000");
  const auto vector = part ? memmap::Auxv::parse(part->data) : std::nullopt;
  if (!stopped || !memory_.has_map() || !vector) return;
  const auto find = [&](std::uint64_t type) { return vector->find(type).value_or(0); };
  for (const std::uint64_t type : {AT_PHDR, AT_ENTRY, AT_BASE, AT_SYSINFO_EHDR})
    if (find(type) != 0) fetch_if_plain(find(type));
  const std::uint64_t in_page = KnownMemory::page_size - 1;
  headers_page_ = find(AT_PHDR) & ~in_page;
  vdso_page_ = find(AT_SYSINFO_EHDR) & ~in_page;
  const std::int64_t pid = stopped->pid.value_or(stopped->tid);
  const auto file =
      kept("qXfer:exec-file:read:" + rsp::format_hex(static_cast<std::uint64_t>(pid)) + ":0,1000");
  if (!file || !file->last) return;
  ExpectedFiles files{.pid = pid, .executable = file->data, .interpreter_base = find(AT_BASE)};
  hooks_.expects_files(files);
}

// Where GDB's next reads go: the dynamic section of the program, the vDSO's separate debug file.
void Knowledge::look_into(std::uint64_t page) {
  const bool is_vdso = page == vdso_page_;
  if ((!is_vdso && page != headers_page_) || page == 0 ||
      memory_.look(page, KnownMemory::page_size) != KnownMemory::Found::here)
    return;
  (is_vdso ? vdso_page_ : headers_page_) = 0;
  const std::string bytes = memory_.get(page, KnownMemory::page_size);
  const auto image = memmap::read_elf_image(memmap::reader_of(bytes), 0, memmap::ElfLayout::file);
  if (!image) return;
  if (is_vdso) {
    const auto& stopped = state_.stopped_thread();
    hooks_.expects_files(
        {.pid = stopped->pid.value_or(stopped->tid), .vdso_build_id = rsp::to_hex(image->build_id)});
    return;
  }
  const std::uint64_t bias = image->type == ET_DYN ? page : 0;
  for (const memmap::ProgramHeader& header : image->headers)
    if (header.type == PT_DYNAMIC) fetch_if_plain(bias + header.vaddr);
}

// In parts only if it is long; then its end isn't looked at ahead.
void Knowledge::learn_libraries(const Key& key, const std::string& payload) {
  const auto& stopped = state_.stopped_thread();
  const auto part = rsp::parse_qxfer_reply(expanded(payload));
  if (!part || !stopped || key.payload.find("read::0,") == std::string::npos) return;
  const auto listed = rsp::parse_library_list(part->data);
  if (!listed) return;
  ExpectedFiles files{.pid = stopped->pid.value_or(stopped->tid)};
  for (const auto& library : *listed)
    if (library.name.starts_with('/') && libraries_.insert(library.name).second)
      files.libraries.push_back(library.name);
  if (!files.libraries.empty()) hooks_.expects_files(files);
}

bool Knowledge::read_in_bulk(Request& request) {
  const auto read = rsp::parse_memory_read(request.payload);
  const std::size_t most = state_.packet_size().value_or(0) / 2;  // a longer reply may not fit
  if (!read || !request.of_gdb || read->length <= most_kept_read || read->length > most ||
      !state_.quirks().pipelines || !is_of_memory_process(request.thread))
    return false;
  want_map();
  const auto thread = request.thread;
  auto deliver = [this, request](std::optional<std::string> payload) {
    if (payload)
      reply_to(request.id, *std::move(payload));
    else
      ask_stub(request);
  };
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
