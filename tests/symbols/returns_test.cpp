// Which functions are marked DW_CC_nocall: readelf decodes the entries, and what they inherit is followed.
#include <map>
#include <optional>
#include <set>

#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

struct Entry {
  std::string tag, name;  ///< the name with those of its parents
  std::optional<int> convention;
  std::string origin;  ///< offset of the entry that it completes
  bool has_code = false;
};

/// What stands between two marks of a line, if they are there.
std::string between(std::string_view line, std::string_view first, std::string_view second) {
  const auto begin = line.find(first);
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin + first.size());
  return std::string(line.substr(0, line.find(second)));
}

/// Reads one attribute: "    <2d>   DW_AT_name        : (strp) (offset: 0xb1): two_floats".
void add_attribute(Entry& entry, const std::string& line) {
  const std::string name = between(between(line, "DW_AT_", ": "), "", " ");
  std::string value = between(line, ": ", "\n");
  while (value.starts_with('(')) {  // "(strp) ", "(offset: 0xb1): "
    value.erase(0, value.find(')') + 1);
    value.erase(0, value.find_first_not_of(": "));
  }
  while (value.ends_with(' ') || value.ends_with('\t')) value.pop_back();
  if (name == "name" && entry.tag != "compile_unit") entry.name += "::" + value;
  if (name == "calling_convention") entry.convention = std::stoi(value, nullptr, 0);
  if (name == "specification" || name == "abstract_origin") entry.origin = between(value, "<0x", ">");
  if (name == "low_pc") entry.has_code = true;
}

/// The entries of .debug_info by their offsets, as readelf prints them.
std::map<std::string, Entry> entries_of(const std::filesystem::path& file) {
  std::map<std::string, Entry> entries;
  std::vector<Entry*> parents;
  for (const std::string& line :
       lines_of(run("LC_ALL=C readelf -W --debug-dump=info '" + file.string() + "'"))) {
    const bool attribute = line.find("DW_AT_") != std::string::npos;
    const std::string tag = between(line, "(DW_TAG_", ")");
    if (!attribute && !tag.empty()) {  // " <1><2a>: Abbrev Number: 3 (DW_TAG_subprogram)"
      parents.resize(std::stoul(between(line, "<", ">")) + 1);
      Entry& entry = entries[between(line, "><", ">")];
      entry.tag = tag;
      if (parents.size() > 1) entry.name = parents[parents.size() - 2]->name;
      parents.back() = &entry;
    } else if (attribute && !parents.empty()) {
      add_attribute(*parents.back(), line);
    }
  }
  return entries;
}

/// The calling convention of every function with code, by name.
std::map<std::string, int> conventions_of(const std::filesystem::path& file) {
  const auto entries = entries_of(file);
  std::map<std::string, int> conventions;
  for (const auto& [offset, entry] : entries) {
    if (entry.tag != "subprogram" || !entry.has_code) continue;
    const Entry* at = &entry;
    while (!at->convention && entries.contains(at->origin)) at = &entries.at(at->origin);
    const int convention = at->convention.value_or(1);
    while (entries.contains(at->origin)) at = &entries.at(at->origin);
    conventions[at->name] = convention;
  }
  return conventions;
}

}  // namespace

TEST_CASE("returns: those that amd64 does otherwise are marked, and no others") {
  // Of namespace `apart` these return as on amd64.
  static const std::set<std::string> same = {"::apart::Class::plain",          "::apart::Copied::Copied",
                                             "::apart::Destroyed::~Destroyed", "::apart::Virtual::get",
                                             "::apart::Holder::Holder",        "::apart::Virtual::Virtual"};
  for (const char* compiler : {"gcc", "clang"})
    for (const char* options :
         {"-O0 -gdwarf-4", "-O0 -gdwarf-5", "-O1 -g", "-O2 -gdwarf-4", "-O0 -g -gz=zlib"}) {
      const auto original = build({"returns.cpp", compiler, options});
      const auto conventions = conventions_of(translated(original));
      INFO(compiler << " " << options);
      std::size_t alike = 0, apart = 0;
      for (const auto& [name, convention] : conventions) {
        INFO(name);
        const bool is_apart = name.starts_with("::apart::") && !same.contains(name);
        if (name.starts_with("::alike::") || same.contains(name)) CHECK(convention == 1);
        if (is_apart) CHECK(convention == 3);
        ++(is_apart ? apart : alike);
      }
      CHECK(alike >= 20);
      CHECK(apart >= 20);
      CHECK(translate(contents_of(original), "app")->counts.functions_unmarked == 0);
    }
}

}  // namespace rspbridge::proxy::symbols::test
