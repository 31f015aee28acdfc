// What a report tells of the process: registers, code, memory, images, the map.
#include <array>

#include "memmap/elf_image.hpp"
#include "proxy/triage/report_parts.hpp"
#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage::parts {

using Json = nlohmann::ordered_json;

Json hex(std::uint64_t value) {
  return rsp::hex_number(value);
}
Json hex(const std::optional<std::uint64_t>& value) {
  return value ? hex(*value) : Json(nullptr);
}
Json text(std::string_view value) {
  return value.empty() ? Json(nullptr) : Json(std::string(value));
}
Json registers_json(const Stopped& stopped) {
  if (stopped.threads.empty()) return nullptr;
  Json json = Json::object();
  for (const auto& [name, value] : stopped.threads.front().named) json[name] = hex(value);
  return json;
}

Json disassembly_json(const Stopped& stopped, const Analysis& analysis) {
  Json list = Json::array();
  const std::uint64_t pc = stopped.threads.empty() ? 0 : stopped.threads.front().registers.pc.value_or(0);
  for (const std::uint64_t address : analysis.unreadable_code)
    list.push_back({{"address", hex(address)},
                    {"word", nullptr},
                    {"text", nullptr},
                    {"current", true},
                    {"bytes_unreadable", true}});
  for (const Instruction& one : analysis.disassembly)
    list.push_back({{"address", hex(one.address)},
                    {"word", hex(one.word)},
                    {"text", one.text},
                    {"current", pc == one.address},
                    {"bytes_unreadable", false}});
  return list;
}

Json memory_json(const Analysis& analysis) {
  Json list = Json::array();
  for (const MemoryAt& at : analysis.memory)
    list.push_back({{"register", at.reg},
                    {"address", hex(at.address)},
                    {"bytes", at.bytes ? Json(rsp::to_hex(*at.bytes)) : Json(nullptr)},
                    {"unreadable", !at.bytes.has_value()},
                    {"region", text(at.region)}});
  return list;
}

Json modules_json(const Stopped& stopped, const Analysis& analysis) {
  Json list = Json::array();
  for (std::size_t i = 0; i < stopped.images.size(); ++i) {
    const Image& image = stopped.images[i];
    const SymbolKind kind = i < analysis.symbol_kinds.size() ? analysis.symbol_kinds[i] : SymbolKind::none;
    constexpr std::array<const char*, 4> kinds{"none", "symbol-table", "dwarf", "none"};
    const bool loaded = kind == SymbolKind::table || kind == SymbolKind::dwarf;
    list.push_back({{"filename", image.path},
                    {"base_addr", hex(image.begin)},
                    {"end_addr", hex(image.end)},
                    {"load_bias", hex(image.load_bias)},
                    {"code_id", text(image.build_id)},
                    {"debug_id", text(image.build_id)},
                    {"debug_file", text(image.debug_name.empty() ? image.file_name : image.debug_name)},
                    {"loaded_symbols", loaded},
                    {"missing_symbols", !loaded},
                    {"corrupt_symbols", kind == SymbolKind::corrupt},
                    {"symbols", kinds[static_cast<std::size_t>(kind)]}});
  }
  return list;
}

Json maps_json(const Stopped& stopped) {
  if (stopped.map.vmas().empty()) return nullptr;
  Json list = Json::array();
  const auto& vmas = stopped.map.vmas();
  for (std::size_t i = 0; i < vmas.size(); ++i) {
    const memmap::Vma& vma = vmas[i];
    const bool of_file = vma.device_major != 0 || vma.path.starts_with('/');
    list.push_back({{"Addr", hex(vma.range.begin.value)},
                    {"Size", hex(vma.range.size())},
                    {"Read", vma.readable},
                    {"Write", vma.writable},
                    {"Exec", vma.executable},
                    {"Filename", of_file ? vma.path : ""},
                    {"Offset", hex(of_file ? vma.offset : 0)},
                    {"label", i < stopped.labels.size() ? text(stopped.labels[i]) : text(vma.path)}});
  }
  return list;
}

}  // namespace rspbridge::proxy::triage::parts
