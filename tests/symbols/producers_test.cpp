// What GDB sees of DW_AT_producer and of the name of long double.
#include <algorithm>
#include <fstream>

#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

using Catch::Matchers::ContainsSubstring;

std::vector<std::string> info_lines(const std::filesystem::path& file, std::string_view part) {
  auto lines = lines_of(run("LC_ALL=C readelf -W --debug-dump=info '" + file.string() + "'"));
  std::erase_if(lines, [&](const std::string& line) { return line.find(part) == std::string::npos; });
  return lines;
}

/// Compiles small sources one by one with the options of each, and links them.
std::filesystem::path link(const std::string& name,
                           const std::vector<std::pair<std::string, std::string>>& sources,
                           const std::string& options = "") {
  std::string objects;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto path = scratch() / (name + std::to_string(i));
    std::ofstream(path.string() + ".c") << sources[i].second;
    run(sources[i].first + " -c '" + path.string() + ".c' -o '" + path.string() + ".o'");
    objects += " '" + path.string() + ".o'";
  }
  const auto program = scratch() / name;
  run("aarch64-linux-gnu-gcc" + objects + " " + options + " -o '" + program.string() + "'");
  return program;
}

constexpr const char* with_lists =
    "int g(int); int main(int c, char** v) { int s = 0; for (; c; --c) s += g(c); return s + !v; }";
constexpr const char* without_lists = "int g(int x) { return x + 1; }";
constexpr const char* gcc = "aarch64-linux-gnu-gcc -O2 -g";
constexpr const char* clang = "clang --target=aarch64-linux-gnu -O0 -g";

}  // namespace

TEST_CASE("producers: only units without location lists become clang's, though they share GCC's string") {
  const std::string tiny = "void t(void) {}";
  const auto program = link("shared", {{gcc, with_lists}, {gcc, tiny}, {gcc, without_lists}});
  const auto before = info_lines(program, "DW_AT_producer");
  REQUIRE(before.size() == 3);
  CHECK(before[0].substr(before[0].find("GNU")) == before[1].substr(before[1].find("GNU")));
  const auto after = info_lines(translated(program), "DW_AT_producer");
  REQUIRE(after.size() == 3);
  CHECK_THAT(after[0], ContainsSubstring(": GNU C17 1"));
  CHECK_THAT(after[1], ContainsSubstring(": clang "));
  const auto made = translate(contents_of(program), "app");
  CHECK(made->counts.units_by_line >= 1);
  CHECK(made->counts.units_by_guess == 0);
}

TEST_CASE("producers: clang under another name is clang, too") {
  for (const char* version : {" -gdwarf-4", " -gdwarf-5"}) {
    const auto program = link("named", {{std::string(clang) + version, with_lists}, {gcc, without_lists}});
    for (const std::string& line : info_lines(translated(program), "DW_AT_producer")) {
      INFO(line);
      CHECK((line.find(": clang ") != std::string::npos || line.find(": GNU C17 1") != std::string::npos));
    }
  }
}

TEST_CASE("producers: assembler keeps its own") {
  const auto source = scratch() / "asm.s";
  std::ofstream(source) << ".text\n.globl main\nmain: mov w0, 0\nret\n";
  const auto program = scratch() / "asm";
  run("aarch64-linux-gnu-gcc -g '" + source.string() + "' -o '" + program.string() + "'");
  CHECK(info_lines(program, "DW_AT_producer") == info_lines(translated(program), "DW_AT_producer"));
}

TEST_CASE("producers: long double gets a new name, double keeps its own") {
  const std::string types =
      "long double a = 1; double b; _Complex long double c; _Float128 d; int main(void) { return a > b; }";
  for (const char* compiler :
       {"aarch64-linux-gnu-gcc -g -O0 -gdwarf-5", "aarch64-linux-gnu-gcc -g -O2 -gdwarf-4"}) {
    const auto program = link("types", {{compiler, types}});
    CHECK(info_lines(program, "long double").size() >= 2);
    const auto after = translated(program);
    CHECK(info_lines(after, "long double").empty());
    CHECK(std::ranges::count_if(info_lines(after, "DW_AT_name"), [](const std::string& line) {
            return line.ends_with(": double") || line.ends_with(": double ");
          }) == 1);
    CHECK(info_lines(after, ": complex _Float128").size() >= 1);
    CHECK(translate(contents_of(program), "app")->counts.lost_long_doubles == 0);
  }
}

TEST_CASE("producers: where there is no room for a name, long double is no type that GDB shows") {
  // A producer that is all version.
  const auto program =
      link("room", {{gcc, "long double a; _Complex long double b; int main(void) { return 0; }"}});
  std::string bytes = contents_of(program);
  const auto at = bytes.find("GNU C17 ");
  REQUIRE(at != std::string::npos);
  const auto end = bytes.find('\0', at), room = bytes.find(' ', at + 8) + 4;
  REQUIRE(room < end);
  bytes.replace(room, end - room, std::string(end - room, '\0'));
  const auto made = translate(bytes, "app");
  REQUIRE(made);
  CHECK(made->counts.lost_long_doubles == 2);
  CHECK(made->counts.long_doubles == 0);
  const auto out = scratch() / "room.x86_64";
  std::ofstream(out, std::ios::binary) << made->bytes;
  CHECK(info_lines(out, "DW_AT_encoding").size() >= 3);
  CHECK(info_lines(out, "(void)").size() == 2);
}

}  // namespace rspbridge::proxy::symbols::test
