#include "proxy/symbols/translate.hpp"

#include <algorithm>
#include <exception>
#include <new>

#include "proxy/symbols/dwarf_names.hpp"
#include "proxy/symbols/frames.hpp"
#include "proxy/symbols/locations.hpp"
#include "proxy/symbols/producers.hpp"
#include "proxy/symbols/returns.hpp"
#include "proxy/symbols/signed_returns.hpp"

namespace rspbridge::proxy::symbols {
namespace {

// The sections that are read or changed by what they hold. Those of one file never share bytes.
constexpr std::string_view handled[] = {
    ".eh_frame",       ".debug_frame", ".debug_info",     ".debug_types",       ".debug_abbrev", ".debug_loc",
    ".debug_loclists", ".debug_str",   ".debug_line_str", ".debug_str_offsets", ".symtab",       ".shstrtab"};

void refuse_what_cannot_be(const ElfFile& elf) {
  std::vector<const Section*> found;
  for (const Section& section : elf.sections) {
    if (section.name.ends_with(".dwo"))
      throw Unsupported("this is a .dwo file (-gsplit-dwarf), which isn't translated");
    if (section.extent.size() != 0 &&
        std::find(std::begin(handled), std::end(handled), section.name) != std::end(handled))
      found.push_back(&section);
  }
  std::sort(found.begin(), found.end(),
            [](const Section* a, const Section* b) { return a->extent.begin < b->extent.begin; });
  for (std::size_t i = 1; i < found.size(); ++i)
    if (found[i]->extent.begin < found[i - 1]->extent.end)
      throw Malformed(found[i]->name + " and " + found[i - 1]->name + " share bytes");
  const std::uint64_t table_begin = elf.sections.empty() ? 0 : elf.sections.front().header;
  const std::uint64_t table_end = elf.sections.empty() ? 0 : elf.sections.back().header + 64;
  for (const Section* section : found)
    if (section->extent.begin < 64 ||
        (section->extent.begin < table_end && section->extent.end > table_begin))
      throw Malformed(section->name + " shares bytes with the file's headers");
}

void translate_debug_info(ElfFile& elf, Counts& counts) {
  // Each byte is read a few times; see Budget.
  Budget budget(64 * elf.bytes.size() + (1u << 20));
  DebugInfo info(elf, budget);
  Types types(info);
  Producers producers(elf, info, counts);
  Locations locations(elf, info, types, counts);
  Returns returns(elf, info, types, counts);
  Die die;
  for (Unit& unit : info.units()) {
    for (Cursor in = info.entries(unit); !in.done();) {
      info.read(in, unit, die);
      if (!die.abbrev) continue;
      locations.translate(unit, die);
      for (const Attribute& attribute : die.attributes) producers.note_string(unit, attribute);
      if (die.tag() == dwarf::tag_base_type) producers.note_base_type(unit, die);
      if (die.tag() == dwarf::tag_subprogram || die.tag() == dwarf::tag_subroutine_type)
        returns.note(unit, die);
    }
  }
  producers.apply();
  returns.apply();
}

Translated translate_parts(std::string_view original) {
  Translated made;
  ElfFile elf = read_elf(original);
  inflate_sections(elf, made.counts);
  refuse_what_cannot_be(elf);
  adopt_machine(elf, made.counts);
  cover_plt(elf, translate_frames(elf, made.counts), made.counts);
  translate_debug_info(elf, made.counts);
  describe_signed_returns(elf, original, made.counts);
  keep_crc32(elf.bytes, original);
  made.bytes = std::move(elf.bytes);
  return made;
}

}  // namespace

tl::expected<Translated, Refusal> translate(std::string_view elf, std::string_view name) {
  if (auto refusal = refuse(elf, name)) return tl::unexpected(*std::move(refusal));
  try {
    return translate_parts(elf);
  } catch (const Unsupported& error) {
    return tl::unexpected(Refusal{RefusalKind::unsupported, std::string(name) + ": " + error.what()});
  } catch (const Malformed& error) {
    return tl::unexpected(Refusal{RefusalKind::malformed, std::string(name) + ": " + error.what()});
  } catch (const std::bad_alloc&) {
    return tl::unexpected(
        Refusal{RefusalKind::unsupported, std::string(name) + ": not enough memory to translate it"});
  }
}

}  // namespace rspbridge::proxy::symbols
