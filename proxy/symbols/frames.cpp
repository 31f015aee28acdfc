#include "proxy/symbols/frames.hpp"

#include <optional>
#include <unordered_map>

#include "proxy/symbols/frame_rules.hpp"
#include "proxy/symbols/registers.hpp"

namespace rspbridge::proxy::symbols {
namespace {

/// What a CIE says about its FDEs.
struct Cie {
  bool sized_augmentation = false;  ///< 'z'
  std::uint8_t encoding = 0;        ///< 'R': how addresses are encoded (DW_EH_PE_…)
  unsigned address_size = 8, segment_size = 0;
  bool plain = false;  ///< its only rule is that the CFA is the stack pointer
};

struct Entry {
  std::uint64_t begin = 0;  ///< of its length field
  std::uint64_t id = 0, id_at = 0;
  bool is_cie = false;
  Extent body{};  ///< after the id
};

class Frames {
 public:
  Frames(ElfFile& elf, const Section& section, bool eh, Counts& counts)
      : file_(elf.bytes), section_(section), eh_(eh), counts_(counts) {}
  void run();
  std::vector<Fde> found;  ///< in the section's order

 private:
  std::optional<Entry> next(Cursor& in) const;
  void cie(const Entry& entry);
  void fde(const Entry& entry);
  void note(Cursor in, const Cie& cie);
  bool only_nops(Cursor in) const;
  void return_address(Cursor& in, std::uint8_t version);
  void augmentation(Cursor& in, std::string_view letters, Cie& cie);
  unsigned encoded_size(Cursor& in, std::uint8_t encoding, unsigned address_size) const;
  void skip_encoded(Cursor& in, std::uint8_t encoding, unsigned address_size) const;
  std::uint64_t order(std::uint64_t at, std::string_view letters);
  Cursor cursor(Extent extent) const { return Cursor(file_, extent, section_.name); }

  std::string& file_;
  const Section& section_;
  bool eh_;
  Counts& counts_;
  std::unordered_map<std::uint64_t, Cie> cies_;  // by their offset in the file
};

std::optional<Entry> Frames::next(Cursor& in) const {
  Entry entry;
  entry.begin = in.position();
  std::uint64_t length = in.uint(4);
  if (length == 0) return std::nullopt;  // .eh_frame's terminator; GDB reads on, too.
  const bool wide = length == 0xffffffff;
  if (wide && eh_) in.fail("a 64-bit entry, which isn't supported");
  if (wide) length = in.uint(8);
  Cursor body = in.take(length);
  entry.id_at = body.position();
  entry.id = body.uint(wide ? 8 : 4);
  const std::uint64_t cie_id = eh_ ? 0 : wide ? ~std::uint64_t{0} : 0xffffffff;
  entry.is_cie = entry.id == cie_id;
  entry.body = {body.position(), body.end()};
  return entry;
}

void Frames::run() {
  // CIEs first: an FDE may come before its own.
  for (const bool cies : {true, false}) {
    Cursor in = cursor(section_.extent);
    while (!in.done())
      if (const auto entry = next(in); entry && entry->is_cie == cies) cies ? cie(*entry) : fde(*entry);
  }
}

void Frames::return_address(Cursor& in, std::uint8_t version) {
  const std::uint64_t at = in.position();
  const std::uint64_t arm64 = version == 1 ? in.u8() : in.uleb();
  const std::uint8_t number = amd64_register(arm64);
  if (number == no_register) in.fail("the return address is in a register without a part on amd64");
  put_uleb(file_, at, in.position() - at, number);
  ++counts_.cfi_registers;
}

// GDB stops reading the letters at one that it doesn't know: those without data go to the end. They are
// 'B' (signed with the B key) and 'G' (MTE-tagged frame). Returns how many it knows.
std::uint64_t Frames::order(std::uint64_t at, std::string_view letters) {
  std::string known, unknown;
  for (const char letter : letters) (letter == 'B' || letter == 'G' ? unknown : known) += letter;
  file_.replace(at, letters.size(), known + unknown);
  return known.size();
}

unsigned Frames::encoded_size(Cursor& in, std::uint8_t encoding, unsigned address_size) const {
  if ((encoding & 0x70) == 0x50) in.fail("an aligned pointer encoding, which isn't supported");
  switch (encoding & 0x0f) {
    case 0x00:
    case 0x08:
      return address_size;
    case 0x01:
    case 0x09:
      return 0;
    case 0x02:
    case 0x0a:
      return 2;
    case 0x03:
    case 0x0b:
      return 4;
    case 0x04:
    case 0x0c:
      return 8;
    default:
      in.fail("an unknown pointer encoding");
  }
}

void Frames::skip_encoded(Cursor& in, std::uint8_t encoding, unsigned address_size) const {
  const unsigned size = encoded_size(in, encoding, address_size);
  if (size == 0)
    in.uleb();
  else
    in.skip(size);
}

void Frames::augmentation(Cursor& in, std::string_view letters, Cie& cie) {
  Cursor data = in.take(in.uleb());
  for (const char letter : letters) switch (letter) {
      case 'R':
        cie.encoding = data.u8();
        break;
      case 'L':
        data.skip(1);
        break;
      case 'P': {
        const std::uint8_t encoding = data.u8();
        skip_encoded(data, encoding, cie.address_size);
        break;
      }
      case 'S':
        break;
      default:
        in.fail("an unknown letter in a CIE's augmentation");
    }
}

void Frames::cie(const Entry& entry) {
  Cursor in = cursor(entry.body);
  Cie cie;
  const std::uint8_t version = in.u8();
  if (version != 1 && version != 3 && version != 4) in.fail("an unknown version of CIE");
  const std::uint64_t letters_at = in.position();
  std::string_view letters = in.text();
  letters = std::string_view(file_).substr(letters_at, order(letters_at, letters));
  if (version == 4) {
    cie.address_size = in.u8();
    cie.segment_size = in.u8();
    if (cie.address_size != 8 || cie.segment_size != 0) in.fail("addresses aren't of 8 bytes");
  }
  in.uleb();
  in.sleb();
  return_address(in, version);
  cie.sized_augmentation = letters.starts_with('z');
  if (cie.sized_augmentation)
    augmentation(in, letters.substr(1), cie);
  else if (!letters.empty())
    in.fail("an augmentation that doesn't begin with z");
  translate_frame_rules(file_, in, encoded_size(in, cie.encoding, 8), counts_);
  // DW_CFA_def_cfa: rsp, 0.
  cie.plain = in.left() >= 3 && in.uint(3) == 0x00070c && only_nops(in);
  cies_.emplace(entry.begin, cie);
}

void Frames::fde(const Entry& entry) {
  Cursor in = cursor(entry.body);
  const auto cie = cies_.find(eh_ ? entry.id_at - entry.id : section_.extent.begin + entry.id);
  if (cie == cies_.end()) in.fail("an FDE has no CIE");
  const unsigned address_size = cie->second.address_size;
  note(in, cie->second);
  skip_encoded(in, cie->second.encoding, address_size);
  skip_encoded(in, cie->second.encoding & 0x0f, address_size);
  if (cie->second.sized_augmentation) in.skip(in.uleb());
  translate_frame_rules(file_, in, encoded_size(in, cie->second.encoding, address_size), counts_);
}

bool Frames::only_nops(Cursor in) const {
  while (!in.done())
    if (in.u8() != 0) return false;
  return true;
}

void Frames::note(Cursor in, const Cie& cie) {
  constexpr std::uint8_t pc_relative_sdata4 = 0x1b;
  if (!eh_ || cie.encoding != pc_relative_sdata4) return;
  Fde fde;
  fde.at = in.position();
  fde.address = section_.address + (fde.at - section_.extent.begin);
  fde.begin = fde.address + static_cast<std::uint64_t>(static_cast<std::int32_t>(in.uint(4)));
  fde.end = fde.begin + in.uint(4);
  if (cie.sized_augmentation) in.skip(in.uleb());
  fde.plain = cie.plain && only_nops(in);
  found.push_back(fde);
}

}  // namespace

std::vector<Fde> translate_frames(ElfFile& elf, Counts& counts) {
  std::vector<Fde> found;
  if (const Section* section = elf.find(".eh_frame")) {
    Frames frames(elf, *section, true, counts);
    frames.run();
    found = std::move(frames.found);
  }
  if (const Section* section = elf.find(".debug_frame")) Frames(elf, *section, false, counts).run();
  return found;
}

}  // namespace rspbridge::proxy::symbols
