#include "proxy/symbols/producers.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "proxy/symbols/dwarf_names.hpp"

namespace rspbridge::proxy::symbols {
namespace {

using namespace dwarf;

// GDB compares the first bytes only (producer.c, producer_is_llvm()).
constexpr std::string_view clang = "clang ";
// GDB's amd64 port reads a type of 16 bytes with this name as IEEE quad (i386_floatformat_for_type()).
constexpr std::string_view quad = "_Float128", complex_quad = "complex _Float128";
constexpr std::array<std::string_view, 9> known_quads = {
    "_Float128",  "__float128",   "complex _Float128", "complex(kind=16)", "complex*32",
    "COMPLEX*32", "quad complex", "real(kind=16)",     "real*16"};
constexpr std::uint64_t lang_assembler = 0x8001;  // DW_LANG_Mips_Assembler

/// How much of "GNU C++17 12.2.0 …" names the language and version: that and the blank. 0 if this is no
/// GCC, or one older than 4.5, whose location lists GDB doesn't trust.
std::size_t gcc_version_length(std::string_view text) {
  if (!text.starts_with("GNU ") || text.starts_with("GNU AS ")) return 0;
  const auto version = text.find(' ', 4);
  if (version == std::string_view::npos) return 0;
  unsigned major = 0, minor = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + version + 1, end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return 0;
  if (std::from_chars(first.ptr + 1, end, minor).ec != std::errc{}) return 0;
  if (major < 4 || (major == 4 && minor < 5)) return 0;
  return std::min(text.size(), text.find(' ', version + 1)) + 1;
}

}  // namespace

Producers::Producers(ElfFile& elf, DebugInfo& info, Counts& counts)
    : elf_(elf), info_(info), counts_(counts) {
  for (const Unit& unit : info_.units())
    if (unit.type == ut_compile && unit.language != lang_assembler) add(unit);
}

void Producers::add(const Unit& unit) {
  Cursor in = info_.entries(unit);
  Die root;
  if (in.done()) return;
  info_.read(in, unit, root);
  const Attribute* producer = root.find(at_producer);
  const Attribute* name = root.find(at_name);
  // GCC's link-time units hold no functions with a line, and GDB knows them by their producer.
  if (root.tag() != tag_compile_unit || !producer || (name && info_.text(unit, *name) == "<artificial>"))
    return;
  const std::string_view text = info_.text(unit, *producer);
  if (text.empty()) {  // In another file.
    ++counts_.units_by_guess;
    return;
  }
  User user;
  user.unit = &unit;
  user.slot = info_.string_slot(unit, *producer);
  const auto begin = static_cast<std::uint64_t>(text.data() - elf_.bytes.data());
  user.string = {begin, begin + text.size()};
  user.is_gcc = gcc_version_length(text) != 0;
  add_donor(user, text);
  users_.push_back(user);
}

void Producers::add_donor(const User& user, std::string_view text) {
  if (!user.slot) return;
  const auto [begin, end] = user.string;
  Donor donor;
  donor.section = user.slot->section;
  donor.end = donor.limit = end;
  donor.free = std::min(end, begin + gcc_version_length(text));
  // Another compiler's string is overwritten from its beginning: all its units need "clang ".
  if (text.starts_with(clang)) {
    donor.clang = begin;
    donor.free = begin + clang.size();
  }
  donors_.emplace(begin, donor);
}

void Producers::note_string(const Unit& unit, const Attribute& attribute) {
  using enum FormClass;
  if (donors_.empty() || (attribute.kind != str && attribute.kind != line_str && attribute.kind != strx))
    return;
  const auto slot = info_.string_slot(unit, attribute);
  if (!slot || slot->offset >= slot->section->extent.size()) return;
  const std::uint64_t at = slot->section->extent.begin + slot->offset;
  auto donor = donors_.lower_bound(at);  // The last one that begins before `at`.
  if (donor == donors_.begin()) return;
  --donor;
  if (at < donor->second.end) donor->second.limit = std::min(donor->second.limit, at);
}

void Producers::note_base_type(const Unit& unit, const Die& die) {
  const Attribute *encoding = die.find(at_encoding), *size = die.find(at_byte_size),
                  *name = die.find(at_name);
  if (!encoding || !size || !name) return;
  const bool is_complex = encoding->value == ate_complex_float;
  if (!is_complex && encoding->value != ate_float) return;
  if (size->value != (is_complex ? 32u : 16u)) return;
  const std::string_view text = info_.text(unit, *name);
  if (std::find(known_quads.begin(), known_quads.end(), text) != known_quads.end()) return;
  LongDouble type;
  type.slot = info_.string_slot(unit, *name);
  type.encoding_at = encoding->form == form_data1 ? encoding->at : 0;
  type.size_at = size->form == form_data1 ? size->at : 0;
  type.is_complex = is_complex;
  long_doubles_.push_back(type);
}

void Producers::write(std::uint64_t at, std::string_view text) {
  elf_.bytes.replace(at, text.size(), text);
}

void Producers::point(const DebugInfo::StringSlot& slot, std::uint64_t string) {
  put_uint(elf_.bytes, slot.slot, slot.width, string - slot.section->extent.begin);
}

bool Producers::adopt_line_table(const User& user) {
  const auto [begin, end] = user.string;
  if (!user.slot) {  // An inline string is the unit's own.
    if (end - begin < clang.size()) return false;
    write(begin, clang);
    return true;
  }
  Donor& donor = donors_.at(begin);
  if (donor.clang == 0) {
    if (!donor.has_room(clang.size())) return false;
    write(donor.free, clang);
    donor.clang = donor.free;
    donor.free += clang.size();
  }
  if (donor.clang != begin) point(*user.slot, donor.clang);
  return true;
}

void Producers::write_quads(Donor& donor) {
  const bool any_complex = std::any_of(long_doubles_.begin(), long_doubles_.end(),
                                       [](const LongDouble& type) { return type.is_complex; });
  const bool both = any_complex && donor.has_room(complex_quad.size());
  const std::string_view text = both ? complex_quad : quad;
  if (!donor.has_room(text.size())) return;
  write(donor.free, text);
  put_uint(elf_.bytes, donor.free + text.size(), 1, 0);
  if (both) donor.complex_quad = donor.free;
  donor.quad = donor.free + text.size() - quad.size();
  donor.free = donor.limit = donor.end = donor.free + text.size();
}

bool Producers::rename(const LongDouble& type) {
  if (!type.slot) return false;
  for (const bool write_more : {false, true})
    for (auto& [begin, donor] : donors_) {
      if (donor.section != type.slot->section) continue;
      if (write_more && donor.quad == 0) write_quads(donor);
      const std::uint64_t name = type.is_complex ? donor.complex_quad : donor.quad;
      if (name == 0) continue;
      point(*type.slot, name);
      ++counts_.long_doubles;
      return true;
    }
  return false;
}

// GDB shows a type of no known encoding as `<error type>`. In a function's return type its amd64 port dies of
// one larger than 16 bytes (GDB 13, amd64_return_value()).
void Producers::forget(const LongDouble& type) {
  ++counts_.lost_long_doubles;
  if (type.encoding_at == 0 || type.size_at == 0) return;
  put_uint(elf_.bytes, type.encoding_at, 1, 0);
  put_uint(elf_.bytes, type.size_at, 1, 16);
}

void Producers::apply() {
  for (const User& user : users_) {
    const bool has_it = std::string_view(elf_.bytes).substr(user.string.begin).starts_with(clang);
    if (has_it || (user.is_gcc && user.unit->has_location_list)) continue;
    ++(adopt_line_table(user) ? counts_.units_by_line : counts_.units_by_guess);
  }
  for (const LongDouble& type : long_doubles_) {
    if (!rename(type)) forget(type);
  }
}

}  // namespace rspbridge::proxy::symbols
