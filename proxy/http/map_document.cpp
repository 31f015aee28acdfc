#include "proxy/http/map_document.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "memmap/elf_image.hpp"
#include "proxy/http/json_text.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::http {
namespace {

template <class Value>
void member(std::string& out, std::string_view name_and_colon, const Value& value,
            JsonStyle style = JsonStyle::plain) {
  out += name_and_colon;
  if constexpr (std::is_same_v<Value, bool>)
    out += value ? "true" : "false";
  else if constexpr (std::is_convertible_v<Value, std::string_view>)
    append_json(out, std::string_view(value), style);
  else
    append_json(out, value);
}

// What the modules tell of each VMA: by index, null where it belongs to none.
std::vector<const memmap::Module*> module_of_vma(const inspect::TargetMap& map) {
  std::vector<const memmap::Module*> owners(map.map.vmas().size(), nullptr);
  for (const auto& module : map.modules)
    for (const auto index : module.vmas)
      if (index < owners.size()) owners[index] = &module;
  return owners;
}

// Writes entries. Remembers the texts that many entries have in common.
class EntryWriter {
 public:
  void append(std::string& out, const memmap::Vma& vma, std::string_view label, const memmap::Module* module,
              std::uint64_t populated) {
    member(out, R"({"Addr":)", vma.range.begin.value);
    member(out, R"(,"Size":)", vma.range.size());
    member(out, R"(,"Read":)", vma.readable);
    member(out, R"(,"Write":)", vma.writable);
    member(out, R"(,"Exec":)", vma.executable);
    member(out, R"(,"Filename":)", vma.path);
    member(out, R"(,"Offset":)", vma.offset);
    member(out, R"(,"Private":)", !vma.shared);
    out += R"(,"Device":")";
    append_device_number(out, vma.device_major);
    out += ':';
    append_device_number(out, vma.device_minor);
    member(out, R"(","Inode":)", vma.inode);
    member(out, R"(,"Label":)", label);
    out += module_text(module);
    out += flags_text(vma);
    member(out, R"(,"Populated":)", populated);
    out += '}';
  }

 private:
  // At least two hexadecimal digits, as in maps.
  static void append_device_number(std::string& out, std::uint32_t number) {
    std::array<char, 8> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    if (number < 16) out += '0';
    out.append(digits.data(), end);
  }

  const std::string& module_text(const memmap::Module* module) {
    if (module == module_ && !module_text_.empty()) return module_text_;
    module_ = module;
    module_text_.clear();
    member(module_text_, R"(,"BuildID":)", module ? rsp::to_hex(module->image.build_id) : std::string());
    if (module)
      member(module_text_, R"(,"LoadBias":)", module->image.load_bias);
    else
      module_text_ += R"(,"LoadBias":null)";
    return module_text_;
  }

  std::string_view flags_text(const memmap::Vma& vma) {
    if (!vma.details) return R"(,"VmFlags":null)";
    for (const auto& [flags, text] : flags_)
      if (flags == vma.details->flags) return text;
    std::string text;
    member(text, R"(,"VmFlags":)", vma.details->flags.text());
    return flags_.emplace_back(vma.details->flags, std::move(text)).second;
  }

  const memmap::Module* module_ = nullptr;
  std::string module_text_;
  std::vector<std::pair<memmap::VmFlags, std::string>> flags_;  // a process has a handful
};

// Where what is of this stop alone ends.
std::size_t append_head(std::string& out, const inspect::TargetMap& map) {
  member(out, R"({"pid":)", map.pid);
  member(out, R"(,"stop_id":)", map.stop_id);
  member(out, R"(,"running":)", map.running);
  const std::size_t lasting = out.size();
  member(out, R"(,"arch":)", map.architecture);
  member(out, R"(,"page_size":)", map.page_size);
  member(out, R"(,"source":)", memmap::to_string(map.map.source()));
  return lasting;
}

void append_delve(std::string& out, const memmap::DelveEntry& entry) {
  member(out, R"({"Addr":)", entry.addr);
  member(out, R"(,"Size":)", entry.size);
  member(out, R"(,"Read":)", entry.read);
  member(out, R"(,"Write":)", entry.write);
  member(out, R"(,"Exec":)", entry.exec);
  member(out, R"(,"Filename":)", entry.filename, JsonStyle::go);
  member(out, R"(,"Offset":)", entry.offset);
  out += '}';
}

}  // namespace

bool MapFilter::matches(const memmap::Vma& vma) const {
  if (address && !vma.range.contains(memmap::untagged({*address}))) return false;
  for (const char letter : permissions) {
    const bool has = letter == 'r'   ? vma.readable
                     : letter == 'w' ? vma.writable
                     : letter == 'x' ? vma.executable
                     : letter == 's' ? vma.shared
                     : letter == 'p' ? !vma.shared
                                     : true;
    if (!has) return false;
  }
  return vma.path.find(path) != std::string::npos;
}

MapDocument map_document(const inspect::TargetMap& map, const MapFilter& filter,
                         const PopulatedBytes& populated) {
  const auto& vmas = map.map.vmas();
  const auto owners = module_of_vma(map);
  std::string out;
  out.reserve(256 + 360 * vmas.size());
  const std::size_t lasting = append_head(out, map);
  out += R"(,"entries":[)";
  bool first = true;
  EntryWriter writer;
  for (std::size_t at = 0; at < vmas.size(); ++at) {
    if (!filter.matches(vmas[at])) continue;
    if (!std::exchange(first, false)) out += ',';
    const std::string_view label = at < map.labels.size() ? std::string_view(map.labels[at]) : "";
    writer.append(out, vmas[at], label, owners[at], populated(vmas[at].range));
  }
  out += "]}\n";
  return {std::move(out), lasting};
}

std::string delve_document(const memmap::VmaMap& map, const MapFilter& filter) {
  std::vector<memmap::Vma> wanted;
  for (const auto& vma : map.vmas())
    if (filter.matches(vma)) wanted.push_back(vma);
  // A part of a map that is in order is in order.
  const auto part = memmap::VmaMap::from(std::move(wanted), map.source()).value_or(memmap::VmaMap());
  std::string out = "[";
  for (const auto& entry : memmap::delve_entries(part)) {
    if (out.size() > 1) out += ',';
    append_delve(out, entry);
  }
  out += ']';
  return out;
}

}  // namespace rspbridge::proxy::http
