// Which functions are marked DW_CC_nocall: readelf decodes the entries, and what they inherit is followed.
#include <map>
#include <optional>
#include <regex>
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

/// The entries of .debug_info by their offsets, as readelf prints them.
std::map<std::string, Entry> entries_of(const std::filesystem::path& file) {
  static const std::regex head(R"( *<(\w+)><(\w+)>: Abbrev Number: \d+ \(DW_TAG_(\w+)\))");
  static const std::regex attribute(
      R"( *<\w+> +DW_AT_(\w+) *: (?:\([^)]*\) )?(?:\(offset: \w+\): )?(.*\S) *)");
  std::map<std::string, Entry> entries;
  std::vector<std::string> parents;
  Entry* entry = nullptr;
  for (const std::string& line :
       lines_of(run("LC_ALL=C readelf -W --debug-dump=info '" + file.string() + "'"))) {
    std::smatch found;
    if (std::regex_match(line, found, head)) {
      parents.resize(std::stoul(found[1], nullptr, 16) + 1);
      entry = &entries[found[2]];
      entry->tag = found[3];
      entry->name = parents.size() > 1 ? parents[parents.size() - 2] : "";
      parents.back() = entry->name;
    } else if (entry && std::regex_match(line, found, attribute)) {
      const std::string name = found[1], value = found[2];
      if (name == "name" && entry->tag != "compile_unit") parents.back() = entry->name += "::" + value;
      if (name == "calling_convention") entry->convention = std::stoi(value, nullptr, 0);
      if (name == "specification" || name == "abstract_origin")
        entry->origin = value.substr(3, value.find('>') - 3);  // "<0x2a>"
      if (name == "low_pc") entry->has_code = true;
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
