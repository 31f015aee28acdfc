// A stock x86-64 GDB reads translated files: without a warning, and it takes them for what they should be.
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

constexpr const char* architecture =
    "The target architecture is set to \"auto\" (currently \"i386:x86-64\").\n";

/// What GDB says of a file. The folder it runs in is the tests' own, should it dump a core.
std::string gdb(const std::filesystem::path& file, const std::vector<std::string>& commands) {
  std::string line = "cd '" + scratch().string() +
                     "' && HOME=/nonexistent gdb -nx -q -batch -iex 'set debuginfod enabled off'";
  for (const std::string& command : commands) line += " -ex '" + command + "'";
  return run(line + " '" + file.string() + "'");
}

/// Which of the functions GDB takes for ones of DW_CC_nocall, which is 3. The function's own convention is
/// printed last, after those of its types.
std::vector<std::string> marked_among(const std::filesystem::path& file,
                                      const std::vector<std::string>& functions) {
  std::vector<std::string> commands, marked;
  for (const std::string& name : functions) {
    commands.push_back("echo @\\n");
    commands.push_back("maint print type " + name);
  }
  std::string said = gdb(file, commands);
  INFO(said);
  for (const std::string& name : functions) {
    said.erase(0, said.find("@\n") + 2);
    const auto at = said.find("\ncalling_convention ");
    REQUIRE(at < said.find("@\n"));
    if (said[at + 20] == '3') marked.push_back(name);
  }
  return marked;
}

}  // namespace

TEST_CASE("gdb: loads every translated file without a word, as x86-64") {
  for (const Build& wanted : builds()) {
    INFO(wanted.source << " " << wanted.compiler << " " << wanted.options);
    const auto file = translated(build(wanted));
    const std::string function = wanted.source == "registers.cpp" ? "floats" : "main";
    const std::string said =
        gdb(file, {"show architecture", "maint expand-symtabs", "info scope " + function});
    CHECK_THAT(said, StartsWith(architecture));
    CHECK_THAT(said, !ContainsSubstring("warning") && !ContainsSubstring("rror") &&
                         !ContainsSubstring("bad_register"));
  }
}

TEST_CASE("gdb: libraries of the system load without a word, too") {
  for (const char* name : {"libc.so.6", "ld-linux-aarch64.so.1", "libstdc++.so.6", "libm.so.6"}) {
    const auto copy = scratch() / name;
    std::filesystem::copy_file(std::filesystem::path("/usr/aarch64-linux-gnu/lib") / name, copy,
                               std::filesystem::copy_options::overwrite_existing);
    const std::string said = gdb(translated(copy), {"show architecture"});
    CHECK(said == architecture);
  }
}

TEST_CASE("gdb: knows which functions return a value where amd64 doesn't") {
  for (const char* compiler : {"gcc", "clang"})
    for (const char* options : {"-O0 -gdwarf-4", "-O0 -gdwarf-5"}) {
      const auto file = translated(build({"returns.cpp", compiler, options}));
      INFO(compiler << " " << options);
      // Not all functions: of a type with a static member GDB 13 can't print this.
      const std::vector<std::string> apart = {"apart::two_floats", "apart::long_double", "apart::big",
                                              "apart::Class::nothing"};
      std::vector<std::string> all = {"alike::i", "alike::d", "alike::ints", "apart::Class::plain"};
      all.insert(all.end(), apart.begin(), apart.end());
      CHECK(marked_among(file, all) == apart);
    }
}

TEST_CASE("gdb: takes long double for IEEE quad") {
  for (const char* compiler : {"gcc", "clang"})
    for (const char* options : {"-O0 -gdwarf-4", "-O0 -gdwarf-5", "-O2 -g"}) {
      const auto file = translated(build({"plain.c", compiler, options}));
      const std::string said =
          gdb(file, {"maint print type half", "ptype turned", "ptype double", "info line main"});
      CHECK_THAT(said, ContainsSubstring("floatformat_ieee_quad"));
      CHECK_THAT(said, ContainsSubstring("type = complex _Float128 (complex _Float128)"));
      CHECK_THAT(said, ContainsSubstring("type = double"));
    }
}

}  // namespace rspbridge::proxy::symbols::test
