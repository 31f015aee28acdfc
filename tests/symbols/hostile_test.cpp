// Broken files: each is translated or refused with a sentence, never more. The address sanitizer's build
// makes this the test of every bound.
#include <algorithm>
#include <random>

#include "proxy/symbols/elf_file.hpp"
#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

/// True if it was translated.
bool survives(const std::string& file) {
  const auto made = translate(file, "hostile");
  if (made) {
    CHECK(made->bytes.size() >= file.size());
    CHECK(!is_arm64_elf(made->bytes));
  } else {
    CHECK(made.error().message.starts_with("hostile: "));
  }
  static_cast<void>(build_id(file));
  return made.has_value();
}

std::vector<std::string> files() {
  std::vector<std::string> all;
  for (const Build& wanted : {Build{"registers.cpp", "gcc", "-O2 -gdwarf-5"},
                              {"registers.cpp", "clang", "-O2 -gdwarf-5"},
                              {"plain.c", "gcc", "-O2 -gdwarf-4"},
                              {"registers.cpp", "gcc", "-O2 -g -gz=zlib"}})
    all.push_back(contents_of(build(wanted)));
  return all;
}

}  // namespace

TEST_CASE("hostile: files that end early") {
  for (const std::string& file : files())
    for (std::size_t i = 0; i < 97; ++i) CHECK(!survives(file.substr(0, file.size() * i / 97)));
}

TEST_CASE("hostile: bytes that are wrong") {
  std::mt19937 random(20240607);
  for (const std::string& file : files()) {
    // Most of a file is code and tables that nothing looks at: the sections that are read get most of the
    // hits.
    std::vector<Extent> targets{{0, 64}};
    for (const Section& section : read_sections(file)) {
      targets.push_back({section.header, section.header + 64});
      if (section.name.find("debug") != std::string::npos || section.name == ".eh_frame")
        targets.insert(targets.end(), 4, section.extent);
    }
    std::erase_if(targets, [](const Extent& extent) { return extent.size() == 0; });
    int translated_ones = 0;
    for (int round = 0; round < 400; ++round) {
      std::string broken = file;
      for (auto hits = 1 + random() % 6; hits > 0; --hits) {
        const Extent& target = targets[random() % targets.size()];
        broken[target.begin + random() % target.size()] = static_cast<char>(random());
      }
      translated_ones += survives(broken);
    }
    CHECK(translated_ones > 0);
    CHECK(translated_ones < 400);
  }
}

TEST_CASE("hostile: sections that share bytes") {
  std::string file = files().front();
  std::uint64_t info = 0, abbrev = 0;
  for (const Section& section : read_sections(file)) {
    if (section.name == ".debug_info") info = section.header;
    if (section.name == ".debug_abbrev") abbrev = section.header;
  }
  REQUIRE((info != 0 && abbrev != 0));
  file.replace(abbrev + 24, 8, file.substr(info + 24, 8));
  const auto made = translate(file, "hostile");
  REQUIRE(!made);
  CHECK(made.error().kind == RefusalKind::malformed);
  CHECK_THAT(made.error().message, Catch::Matchers::ContainsSubstring("share bytes"));
}

TEST_CASE("hostile: a compressed section that says it is enormous") {
  std::string file = files().back();
  for (const Section& section : read_sections(file))
    if (section.name == ".debug_info") put_uint(file, section.extent.begin + 8, 8, std::uint64_t{1} << 40);
  const auto made = translate(file, "hostile");
  REQUIRE(!made);
  CHECK_THAT(made.error().message,
             Catch::Matchers::ContainsSubstring(".debug_info: it can't become as large"));
}

TEST_CASE("hostile: abbreviations with a million attributes don't take forever") {
  std::string file = files().front();
  for (const Section& section : read_sections(file)) {
    // One abbreviation, an entry a byte, and every attribute DW_FORM_flag_present.
    if (section.name == ".debug_abbrev") {
      const auto [begin, end] = section.extent;
      file[begin] = 1, file[begin + 1] = 0x11, file[begin + 2] = 0;
      for (std::uint64_t at = begin + 3; at + 3 < end; at += 2) file[at] = 0x2, file[at + 1] = 0x19;
      for (std::uint64_t at = begin + 3 + (end - begin - 6) / 2 * 2; at < end; ++at) file[at] = 0;
    }
    if (section.name == ".debug_info")
      for (std::uint64_t at = section.extent.begin + 12; at < section.extent.end; ++at) file[at] = 1;
  }
  survives(file);
}

}  // namespace rspbridge::proxy::symbols::test
