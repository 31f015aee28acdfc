// GET /debug/elf/modules, /debug/threads, /debug/registers and /debug/disassemble
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/json_text.hpp"
#include "proxy/triage/disassembler.hpp"
#include "rsp/escape.hpp"
#include "rsp/text.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::http {
namespace {

using Json = nlohmann::ordered_json;

Json optional_hex(const std::optional<std::uint64_t>& number) {
  return number ? Json(rsp::hex_number(*number)) : Json(nullptr);
}

Json range_json(const memmap::AddressRange& range) {
  return {{"begin", rsp::hex_number(range.begin.value)}, {"end", rsp::hex_number(range.end.value)}};
}

Json module_json(const memmap::Module& module) {
  Json json{{"path", module.path},
            {"build_id", rsp::to_hex(module.image.build_id)},
            {"load_bias", rsp::hex_number(module.image.load_bias)},
            {"begin", rsp::hex_number(module.range.begin.value)},
            {"end", rsp::hex_number(module.range.end.value)},
            {"entry", rsp::hex_number(module.image.entry + module.image.load_bias)},
            {"elf_type", module.image.type},
            {"elf_machine", module.image.machine},
            {"inode", module.inode}};
  json["relro"] = module.image.relro ? range_json(*module.image.relro) : Json(nullptr);
  return json;
}

Json thread_json(const inspect::Thread& thread, bool stopped) {
  Json json{{"id", rsp::format_thread_id(thread.id)}, {"tid", thread.id.tid}, {"name", thread.name}};
  json["core"] = thread.core ? Json(*thread.core) : Json(nullptr);
  json["pc"] = optional_hex(thread.pc);
  json["sp"] = optional_hex(thread.sp);
  json["stopped"] = stopped;
  return json;
}

// A little-endian register as one number, whatever its size.
std::string register_text(std::string bytes) {
  std::reverse(bytes.begin(), bytes.end());
  return "0x" + rsp::to_hex(bytes);
}

// What can be read of [address, address + length): all of it, or what lies before the first unreadable part.
asio::awaitable<inspect::Result<inspect::Memory>> read_up_to(inspect::Inspection& inspection,
                                                             std::uint64_t address, std::size_t length) {
  auto memory = co_await inspection.read(address, length);
  if (memory || memory.error().problem != inspect::Problem::unreadable) co_return memory;
  const auto here = memmap::untagged({address}).value;
  const auto bad = memmap::untagged(memory.error().range.begin).value;
  const auto good =
      bad > here ? std::min<std::uint64_t>(bad - here, length - 1) / triage::instruction_bytes : 0;
  if (good == 0) co_return memory;
  auto shorter =
      co_await inspection.read(address, static_cast<std::size_t>(good * triage::instruction_bytes));
  co_return shorter;
}

}  // namespace

asio::awaitable<Answer> answer_modules(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto map = co_await call.context.inspection.map();
  if (!map) co_return failure_answer(map.error(), stop_id);
  Json document{{"pid", (*map)->pid}, {"arch", (*map)->architecture}, {"modules", Json::array()}};
  for (const auto& module : (*map)->modules) document["modules"].push_back(module_json(module));
  co_return json_answer(std::move(document), (*map)->stop_id);
}

asio::awaitable<Answer> answer_threads(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto threads = co_await call.context.inspection.threads();
  if (!threads) co_return failure_answer(threads.error(), stop_id);
  Json document;
  document["stopped"] = threads->stopped ? Json(rsp::format_thread_id(*threads->stopped)) : Json(nullptr);
  document["threads"] = Json::array();
  for (const auto& thread : threads->threads)
    document["threads"].push_back(thread_json(thread, threads->stopped == thread.id));
  co_return json_answer(std::move(document), threads->stop_id);
}

asio::awaitable<Answer> answer_registers(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto thread = thread_argument(call.arguments);
  const auto set = co_await call.context.inspection.registers(thread);
  if (!set) co_return failure_answer(set.error(), stop_id);
  Json document{{"thread", rsp::format_thread_id(set->thread)}, {"registers", Json::array()}};
  for (const auto& one : set->values.layout().registers()) {
    const auto bytes = set->values.get(one.regnum);
    Json json{{"name", one.name}, {"number", one.regnum}, {"bits", one.size * 8}};
    json["value"] = bytes ? Json(register_text(*bytes)) : Json(nullptr);
    document["registers"].push_back(std::move(json));
  }
  co_return json_answer(std::move(document), set->stop_id);
}

asio::awaitable<Answer> answer_disassembly(const Call& call) {
  auto& inspection = call.context.inspection;
  const auto stop_id = inspection.state().stop_id;
  const auto range = instruction_range(call);
  if (!range) co_return range.error();
  const std::uint64_t address = range->begin.value, length = range->end.value - address;
  const auto map = co_await inspection.map();
  if (map && !(*map)->architecture.empty() && (*map)->architecture != "aarch64")
    co_return error_answer(501, "unsupported",
                           "Only ARM64 is disassembled; the target is " + (*map)->architecture + ".",
                           stop_id);
  const auto memory = co_await read_up_to(inspection, address, static_cast<std::size_t>(length));
  if (!memory) co_return failure_answer(memory.error(), stop_id);
  Json document{{"instructions", Json::array()}};
  for (const auto& instruction : triage::disassemble(memory->bytes, address))
    document["instructions"].push_back({{"address", rsp::hex_number(instruction.address)},
                                        {"word", rsp::hex_number(instruction.word)},
                                        {"text", instruction.text}});
  co_return json_answer(std::move(document), memory->stop_id);
}

}  // namespace rspbridge::proxy::http
