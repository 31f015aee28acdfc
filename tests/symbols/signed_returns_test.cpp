// Signed return addresses: the second description that functions get which sign theirs.
#include <random>
#include <regex>
#include <set>

#include "proxy/symbols/add_section.hpp"
#include "proxy/symbols/signed_rules.hpp"
#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/bytes.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

const std::string mask = "0e ffffffffffff0000 1a ";  // DW_OP_const8u, DW_OP_and

struct Row {
  const char* what;
  std::string arm64, amd64;  ///< instructions; the data factor is -8
  bool rewrites = true, signs = false;
};

/// The functions that readelf finds an instruction or rule in, by their addresses ("pc=…").
std::set<std::string> functions_with(const std::string& section, const std::filesystem::path& file,
                                     const std::string& pattern) {
  std::set<std::string> found;
  std::string function;
  bool within = false;
  static const std::regex pc("pc=0*([0-9a-f]+\\.\\.)0*([0-9a-f]+)");
  for (const std::string& line :
       lines_of(run("LC_ALL=C readelf -W --debug-dump=frames '" + file.string() + "'"))) {
    if (line.starts_with("Contents of the ")) within = line.find(section + " section") != std::string::npos;
    if (line.find(" CIE") != std::string::npos) function.clear();
    std::smatch match;
    if (std::regex_search(line, match, pc)) function = match[1].str() + match[2].str();
    if (within && !function.empty() && line.find(pattern) != std::string::npos) found.insert(function);
  }
  return found;
}

const Build& signing(bool clang = false) {
  static const Build gcc{"registers.cpp", "gcc", "-O2 -g -mbranch-protection=standard"},
      other{"registers.cpp", "clang", "-O1 -g -mbranch-protection=pac-ret+leaf+b-key"};
  return clang ? other : gcc;
}

}  // namespace

TEST_CASE("signed returns: a rule for rip stands beside each for x30") {
  const std::vector<Row> rows{
      {"advance", "41 02 10 03 3412 04 78563412", "41 02 10 03 3412 04 78563412"},
      {"sign", "2d 41", "41", true, true},
      {"save x29", "9d 04", "86 04"},
      {"save x30", "9e 03", "8f 03 16 10 0e 11 68 22 06 " + mask},
      {"save x30 far away", "9e 90 01", "8f 90 01 16 10 0f 11 80 77 22 06 " + mask},
      {"save x30 in the long form", "05 1e 03", "8f 03 16 10 0e 11 68 22 06 " + mask},
      {"save x18, which has no part", "92 03", ""},
      {"restore", "de dd d2 06 1e", "cf d0 c6 cf d0"},
      {"the CFA", "0c 1f 20 0d 1d 0e 10", "0c 07 20 0d 06 0e 10"},
      {"states", "0a 0b 00 2e 08", "0a 0b"},
      {"the outermost function", "07 1e", "07 0f"},
      {"the CFA of x18", "0d 12", "", false},
      {"an expression", "10 1e 01 30", "", false},
      {"a vendor's", "3f", "", false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const std::string in = bytes(row.arm64);
    std::string out;
    SignedRules rules(out, -8);
    CHECK(rules.rewrite(Cursor(in, {0, in.size()}, "rules")) == row.rewrites);
    CHECK(rules.signs() == row.signs);
    if (row.rewrites) CHECK(hex(out) == hex(bytes(row.amd64)));
  }
}

TEST_CASE("signed returns: rip is x30 until that is saved") {
  CHECK(hex(unsaved_return_address()) == hex(bytes("16 10 0c 7f 00 " + mask)));
}

TEST_CASE("signed returns: every function that signs, and no other, is described again") {
  for (const bool clang : {false, true}) {
    const auto program = build(signing(clang));
    const auto signs = functions_with(".eh_frame", program, "AARCH64_negate_ra_state");
    REQUIRE(signs.size() > 3);
    const auto made = translated(program);
    CHECK(functions_with(".debug_frame", made, "") == signs);
    CHECK(functions_with(".debug_frame", made, "DW_CFA_val_expression: r16") == signs);
    const auto counted = translate(contents_of(program), "program");
    REQUIRE(counted);
    CHECK(counted->counts.signed_returns == signs.size());
    CHECK(counted->counts.lost_signed_returns == 0);
  }
}

TEST_CASE("signed returns: a file without them keeps its size") {
  const std::string plain = contents_of(build({"registers.cpp", "gcc", std::string("-O2 -g") + without_crt}));
  const auto made = translate(plain, "plain");
  REQUIRE(made);
  CHECK(made->counts.signed_returns == 0);
  CHECK(made->bytes.size() == plain.size());
}

TEST_CASE("signed returns: a section grows, and a new one leaves the others as they are") {
  const ElfFile before = read_elf(contents_of(build(signing())));
  ElfFile once = before;
  add_to_section(once, ".debug_frame", "first");
  ElfFile twice = read_elf(once.bytes);
  add_to_section(twice, ".debug_frame", "second");
  const ElfFile after = read_elf(twice.bytes);
  REQUIRE(after.sections.size() == before.sections.size() + 1);
  for (std::size_t i = 0; i < before.sections.size(); ++i) {
    const Section &was = before.sections[i], &is = after.sections[i];
    CHECK(is.name == was.name);
    CHECK(is.address == was.address);
    if (is.name == ".shstrtab") continue;  // It holds one more name.
    CHECK(is.extent.begin == was.extent.begin);
    CHECK(is.extent.end == was.extent.end);
  }
  const Section* added = after.find(".debug_frame");
  REQUIRE(added);
  CHECK(after.bytes.substr(added->extent.begin, added->extent.size()) == "firstsecond");
}

TEST_CASE("signed returns: broken frames are refused or left out") {
  const std::string whole = contents_of(build(signing()));
  const Section* frames = nullptr;
  const ElfFile elf = read_elf(whole);
  frames = elf.find(".eh_frame");
  REQUIRE(frames);
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    std::string broken = whole;
    for (int flips = 1 + i % 4; flips > 0; --flips)
      broken[frames->extent.begin + random() % frames->extent.size()] = static_cast<char>(random());
    const auto made = translate(broken, "broken");
    if (!made) CHECK(made.error().message.starts_with("broken: "));
  }
}

}  // namespace rspbridge::proxy::symbols::test
