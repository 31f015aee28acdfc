// The names of lazy binding: in the systems' own dynamic linkers, in one that is made up, and in broken ones.
#include "proxy/symbols/resolver.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <tuple>

#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

using Catch::Matchers::ContainsSubstring;

const std::string arm64_linker = "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1";
const std::string x86_64_linker = "/lib64/ld-linux-x86-64.so.2";

std::filesystem::path made_up(const std::string& options = {}) {
  return build({"linker.c", "gcc",
                "-O1 -s -shared -nostdlib -fPIC -fasynchronous-unwind-tables -Wl,--eh-frame-hdr,--build-id "
                "-Wl,-soname,ld-linux-aarch64.so.1 " +
                    options});
}

std::string file_of(const std::string& contents, const std::string& name) {
  const auto path = scratch() / name;
  std::ofstream(path, std::ios::binary) << contents;
  return path.string();
}

std::string named(const std::string& linker) {
  auto made = with_resolver_names(contents_of(linker));
  REQUIRE(made);
  return *std::move(made);
}

// With the file alone: no debug file that this machine has of it.
const std::string gdb = "gdb-multiarch -nx -q -batch -iex 'set debug-file-directory' ";

/// In order.
std::vector<std::string> gdb_symbols(const std::string& file) {
  auto lines =
      lines_of(run(gdb + "-ex 'maint print msymbols' '" + file + "' 2>&1 | grep -o ' [a-zA-Z?] 0x.*'"));
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// "ADDRESS NAME" for every so many bytes of .text, in order.
std::vector<std::string> gdb_names(const std::string& file, std::size_t step) {
  const Section text = *read_elf(contents_of(file)).find(".text");
  const std::string addresses = std::to_string(text.address) + ", " +
                                std::to_string(text.address + text.extent.size()) + ", " +
                                std::to_string(step);
  const auto script = file_of(
      "import gdb\nfor at in range(" + addresses +
          "):\n  print(at, gdb.execute('info symbol %d' % at, False, True).strip().split(' of /')[0])\n",
      "names.py");
  auto lines = lines_of(run(gdb + "-x '" + script + "' '" + file + "' 2>&1"));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("resolver: the systems' linkers have the functions that their code shows") {
  for (const auto& [linker, call, jump] :
       {std::tuple(arm64_linker, "bl\t", "br\tx16"), {x86_64_linker, "call ", "jmp    *%r11"}}) {
    INFO(linker);
    const std::string original = contents_of(linker), made = named(linker);
    const std::string file = file_of(made, "named");
    const auto found = find_resolver(read_elf(original));
    REQUIRE(found);
    CHECK(found->entries.size() == (linker == arm64_linker ? 1 : 3));
    const std::string objdump = linker == arm64_linker ? "aarch64-linux-gnu-objdump" : "objdump";
    for (const Function& entry : found->entries) {
      // Whoever disassembles it knows nothing of how they were found.
      const std::string code = run(objdump + " -d --start-address=" + std::to_string(entry.begin) +
                                   " --stop-address=" + std::to_string(entry.end) + " '" + file + "'");
      CHECK_THAT(code, ContainsSubstring(" <_dl_runtime_resolve>:\n"));
      CHECK_THAT(code,
                 ContainsSubstring(call) && ContainsSubstring("<_dl_fixup>") && ContainsSubstring(jump));
    }
    CHECK(build_id(made) == build_id(original));
    // What is loaded, and where the program headers say so, is as it was: the section headers alone change.
    const std::uint64_t headers = read_sections(original).front().header;
    const bool same = std::string_view(made).substr(64, headers - 64) ==
                          std::string_view(original).substr(64, headers - 64) &&
                      made.substr(0, 40) == original.substr(0, 40);
    CHECK(same);
    CHECK_THAT(run("LC_ALL=C readelf -SsW '" + file + "'"), !ContainsSubstring("arning"));
    CHECK(with_resolver_names(made) == std::nullopt);
  }
}

TEST_CASE("resolver: to GDB every other symbol is what it was") {
  for (const std::string& linker : {arm64_linker, x86_64_linker}) {
    INFO(linker);
    std::vector<std::string> before = gdb_symbols(file_of(contents_of(linker), "as-it-is"));
    std::vector<std::string> after = gdb_symbols(file_of(named(linker), "named"));
    std::vector<std::string> added;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
    CHECK(std::all_of(added.begin(), added.end(), [](const std::string& line) {
      return line.starts_with(" t ") && (line.find(" _dl_runtime_resolve ") != std::string::npos ||
                                         line.find(" _dl_fixup ") != std::string::npos);
    }));
    std::erase_if(after, [&](const std::string& line) {
      return std::find(added.begin(), added.end(), line) != added.end();
    });
    CHECK(after == before);
    CHECK(added.size() == (linker == arm64_linker ? 2 : 4));
  }
}

TEST_CASE("resolver: to GDB every address but the functions' first has the name that it had") {
  for (const std::string& linker : {arm64_linker, x86_64_linker}) {
    INFO(linker);
    const auto found = find_resolver(read_elf(contents_of(linker)));
    REQUIRE(found);
    const std::string as_it_is = file_of(contents_of(linker), "as-it-is"),
                      file = file_of(named(linker), "named");
    const std::size_t step = linker == arm64_linker ? 4 : 1;
    std::vector<std::string> before = gdb_names(as_it_is, step), after = gdb_names(file, step);
    std::vector<std::string> added;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
    std::vector<std::string> expected{std::to_string(found->fixup.begin) + " _dl_fixup in section .text"};
    for (const Function& entry : found->entries)
      expected.push_back(std::to_string(entry.begin) + " _dl_runtime_resolve in section .text");
    std::sort(expected.begin(), expected.end());
    REQUIRE(before.size() > 5000);
    REQUIRE(after.size() == before.size());
    REQUIRE(added.size() == expected.size());
    CHECK(added == expected);
  }
}

TEST_CASE("resolver: a separate debug file is found all the same") {
  const std::string file = file_of(named(arm64_linker), "ld.so");
  run("aarch64-linux-gnu-objcopy --only-keep-debug --add-symbol from_debug_file=.text:16,function,local '" +
      file + "' '" + file + ".debug' && aarch64-linux-gnu-objcopy --remove-section=.gnu_debuglink '" + file +
      "' && aarch64-linux-gnu-objcopy --add-gnu-debuglink='" + file + ".debug' '" + file + "'");
  CHECK_THAT(run("gdb-multiarch -nx -q -batch -ex 'info address from_debug_file' '" + file + "' 2>&1"),
             ContainsSubstring("from_debug_file\" is at"));
}

TEST_CASE("resolver: translated linkers have it, too") {
  const auto translation = translate(contents_of(arm64_linker), "ld.so");
  REQUIRE(translation);
  const auto made = with_resolver_names(translation->bytes);
  REQUIRE(made);
  CHECK(find_resolver(read_elf(*made)) == find_resolver(read_elf(contents_of(arm64_linker))));
}

TEST_CASE("resolver: nothing where there is any doubt") {
  const auto found = find_resolver(read_elf(contents_of(made_up())));
  REQUIRE(found);
  CHECK(found->entries.size() == 1);
  CHECK(with_resolver_names(contents_of(made_up())));
  const auto [options, what] = GENERATE(
      table<std::string, std::string>({{"-DSECOND", "two entries that call two functions"},
                                       {"-DCHANGE='add x0, x0, 1'", "what is called isn't what is jumped to"},
                                       {"-DCHANGE='cbz x0, .'", "a branch"},
                                       {"-DCHANGE='mov x16, x0 ; bl other'", "a second call"},
                                       {"-DMAP='ldr x0, [x16]'", "no link map"},
                                       {"-DPOP='ldp x17, x30, [sp, 16]'", "what PLT[0] pushed stays"},
                                       {"-Wl,-soname,libother.so.1", "another library"},
                                       {"-Wl,--no-eh-frame-hdr", "no table of functions"}}));
  INFO(what);
  CHECK_FALSE(with_resolver_names(contents_of(made_up(options))));
}

TEST_CASE("resolver: other files stay as they are") {
  for (const char* name : {"libc.so.6", "libm.so.6", "libstdc++.so.6"})
    CHECK_FALSE(with_resolver_names(contents_of(std::filesystem::path("/usr/aarch64-linux-gnu/lib") / name)));
  CHECK_FALSE(with_resolver_names(""));
  CHECK_FALSE(
      with_resolver_names("\x7f"
                          "ELF"));
}

TEST_CASE("resolver: linkers that end early or are broken are served as they are, or named rightly") {
  std::mt19937 random(20261126);
  for (const std::string& linker : {arm64_linker, x86_64_linker}) {
    const std::string file = contents_of(linker);
    for (std::size_t i = 0; i < 61; ++i)
      CHECK_FALSE(with_resolver_names(file.substr(0, file.size() * i / 61)));
    const std::vector<Section> sections = read_sections(file);
    int whole = 0;
    for (int round = 0; round < 600; ++round) {
      std::string broken = file;
      for (auto hits = 1 + random() % 6; hits > 0; --hits) {
        const Section& section = sections[random() % sections.size()];
        const Extent target = random() % 2 == 0 || section.extent.size() == 0
                                  ? Extent{section.header, section.header + 64}
                                  : section.extent;
        broken[target.begin + random() % target.size()] = static_cast<char>(random());
      }
      const auto made = with_resolver_names(broken);
      if (made) CHECK(made->size() > broken.size());
      whole += made.has_value();
    }
    CHECK(whole > 60);
    CHECK(whole < 600);
  }
}

}  // namespace rspbridge::proxy::symbols::test
