#include "proxy/symbols/signed_returns.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "proxy/symbols/add_section.hpp"
#include "proxy/symbols/signed_rules.hpp"

namespace rspbridge::proxy::symbols {
namespace {

constexpr std::uint8_t pcrel_sdata4 = 0x1b;  // DW_EH_PE_pcrel | DW_EH_PE_sdata4
constexpr std::uint32_t cie_id = 0xffffffff;

struct Cie {
  std::uint64_t code_factor = 1;
  std::int64_t data_factor = 1;
  Extent rules{};
  std::optional<std::uint64_t> written{};  ///< where it is in the new section
};

/// Reads .eh_frame as it was (Linux Standard Base, "Exception Frames") and writes .debug_frame (DWARF 5,
/// section 6.4).
class Describer {
 public:
  Describer(std::string_view file, const Section& section, std::uint64_t base, Counts& counts)
      : file_(file), section_(section), base_(base), counts_(counts) {}
  void run();
  std::string written;  ///< what is to stand in .debug_frame, from `base` on

 private:
  std::optional<Cie> read_cie(Cursor in) const;
  void fde(Cursor in, std::uint64_t cie_at);
  void add_entry(std::string body);
  bool write(Cie& cie);

  std::string_view file_;
  const Section& section_;
  std::uint64_t base_;
  Counts& counts_;
  std::map<std::uint64_t, std::optional<Cie>> cies_;  // by where they are in the file
};

void Describer::run() {
  Cursor in(file_, section_.extent, section_.name);
  while (!in.done()) {
    const std::uint64_t begin = in.position(), length = in.uint(4);
    if (length == 0) continue;
    if (length == 0xffffffff) in.fail("a 64-bit entry, which isn't supported");
    Cursor body = in.take(length);
    const std::uint64_t id_at = body.position(), id = body.uint(4);
    if (id == 0)
      cies_[begin] = read_cie(body);
    else if (id <= id_at)
      fde(body, id_at - id);
  }
}

/// Nothing for one that GCC and Clang don't write for ARM64 code, or that is of a signal frame.
std::optional<Cie> Describer::read_cie(Cursor in) const {
  Cie cie;
  const std::uint8_t version = in.u8();
  const std::string_view letters = in.text();
  if ((version != 1 && version != 3) || !letters.starts_with('z')) return std::nullopt;
  cie.code_factor = in.uleb();
  cie.data_factor = in.sleb();
  if ((version == 1 ? in.u8() : in.uleb()) != 30) return std::nullopt;
  Cursor data = in.take(in.uleb());
  std::uint8_t encoding = 0;
  for (const char letter : letters.substr(1)) switch (letter) {
      case 'R':
        encoding = data.u8();
        break;
      case 'L':
        data.skip(1);
        break;
      case 'P': {  // The personality routine's address, of 4 or 8 bytes.
        const std::uint8_t how = data.u8() & 0x07;
        if (how != 0 && how != 3 && how != 4) return std::nullopt;
        data.skip(how == 3 ? 4 : 8);
        break;
      }
      case 'B':
        break;
      default:
        return std::nullopt;
    }
  cie.rules = {in.position(), in.end()};
  return encoding == pcrel_sdata4 ? std::optional(cie) : std::nullopt;
}

void Describer::add_entry(std::string body) {
  while ((body.size() + 4) % 8 != 0) body += '\0';  // DW_CFA_nop
  add_uint(written, body.size(), 4);
  written += body;
}

/// Gives the CIE its counterpart in the new section, unless it has one. False if it can't be rewritten.
bool Describer::write(Cie& cie) {
  if (cie.written) return true;
  std::string body;
  add_uint(body, cie_id, 4);
  body += '\1';  // version
  body += '\0';  // no augmentation
  add_uleb(body, cie.code_factor);
  add_sleb(body, cie.data_factor);
  add_uint(body, amd64_return_address, 1);
  body += unsaved_return_address();
  if (!SignedRules(body, cie.data_factor).rewrite(Cursor(file_, cie.rules, section_.name))) return false;
  cie.written = base_ + written.size();
  add_entry(std::move(body));
  return true;
}

void Describer::fde(Cursor in, std::uint64_t cie_at) {
  const auto found = cies_.find(cie_at);
  if (found == cies_.end() || !found->second) return;
  Cie& cie = *found->second;
  const std::uint64_t field = section_.address + (in.position() - section_.extent.begin);
  const auto distance = static_cast<std::int32_t>(in.uint(4));
  const std::uint64_t begin = field + static_cast<std::uint64_t>(std::int64_t{distance}), size = in.uint(4);
  in.skip(in.uleb());
  std::string rewritten;
  SignedRules rules(rewritten, cie.data_factor);
  const bool whole = rules.rewrite(in);
  if (!rules.signs()) return;
  if (!whole || !write(cie)) {
    ++counts_.lost_signed_returns;
    return;
  }
  std::string body;
  add_uint(body, *cie.written, 4);
  add_uint(body, begin, 8);
  add_uint(body, size, 8);
  add_entry(body + rewritten);
  ++counts_.signed_returns;
}

}  // namespace

void describe_signed_returns(ElfFile& elf, std::string_view original, Counts& counts) {
  for (const Section& section : read_sections(original)) {
    if (section.name != ".eh_frame" || section.extent.size() == 0) continue;
    const Section* present = elf.find(".debug_frame");
    Describer describer(original, section, present ? present->extent.size() : 0, counts);
    describer.run();
    if (!describer.written.empty()) add_to_section(elf, ".debug_frame", describer.written);
    return;
  }
}

}  // namespace rspbridge::proxy::symbols
