// ARM64 programs, compiled when a test asks for them, and what other tools say of a file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::symbols::test {

/// Runs a command of the shell; what it writes to stdout and stderr. Fails the test unless it exits with 0.
std::string run(const std::string& command);

std::vector<std::string> lines_of(std::string_view text);

std::string contents_of(const std::filesystem::path& path);

/// A folder for this run of the tests.
const std::filesystem::path& scratch();

/// One way to build a program of tests/symbols/programs.
struct Build {
  std::string source;    ///< "registers.cpp"
  std::string compiler;  ///< "gcc" or "clang"
  std::string options;   ///< "-O2 -gdwarf-5"
};

/// Builds it, once in a run.
std::filesystem::path build(const Build& wanted);

/// Translates a file; fails the test if it is refused. The path of the result, which is kept in scratch().
std::filesystem::path translated(const std::filesystem::path& original);

/// Options that leave out glibc's startup files, which sign return addresses where a distribution wants that.
inline constexpr const char* without_crt = " -nostartfiles -Wl,--entry=main";

/// Ways that compilers differ in what they write, each for every kind of register.
const std::vector<Build>& builds();

}  // namespace rspbridge::proxy::symbols::test
