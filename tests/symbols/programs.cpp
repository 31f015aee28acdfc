#include "tests/symbols/programs.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "proxy/symbols/translate.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/temp_dir.hpp"

namespace rspbridge::proxy::symbols::test {
namespace fs = std::filesystem;

std::string run(const std::string& command) {
  FILE* pipe = ::popen(("{ " + command + "; } 2>&1 </dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 1 << 16> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  INFO(command << "\n" << output);
  REQUIRE(status == 0);
  return output;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string contents_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

const fs::path& scratch() {
  static const transport::test::TempDir directory;
  return directory.path();
}

fs::path build(const Build& wanted) {
  static std::map<std::string, fs::path> built;
  const bool c = wanted.source.ends_with(".c");
  // The linker of the cross compiler, whichever compiled.
  const std::string compiler =
      wanted.compiler == "gcc"
          ? std::string("aarch64-linux-gnu-") + (c ? "gcc" : "g++")
          : std::string("clang --target=aarch64-linux-gnu -fuse-ld=$(command -v aarch64-linux-gnu-ld) ") +
                (c ? "" : "--driver-mode=g++");
  const fs::path source = fs::path(__FILE__).parent_path() / "programs" / wanted.source;
  const std::string command = compiler + " " + wanted.options + " '" + source.string() + "' -lm";
  fs::path& path = built[command];
  if (path.empty()) {
    const fs::path made = scratch() / ("program" + std::to_string(built.size()));
    run(command + " -o '" + made.string() + "'");
    path = made;
  }
  return path;
}

fs::path translated(const fs::path& original) {
  const auto result = translate(contents_of(original), original.filename().string());
  INFO((result ? std::string() : result.error().message));
  REQUIRE(result);
  fs::path path = original;
  path += ".x86_64";
  std::ofstream(path, std::ios::binary) << result->bytes;
  return path;
}

const std::vector<Build>& builds() {
  static const std::vector<Build> all = [] {
    std::vector<Build> list;
    for (const char* compiler : {"gcc", "clang"})
      for (const char* level : {"-O0", "-O2"})
        for (const char* version : {"-gdwarf-4", "-gdwarf-5"})
          list.push_back({"registers.cpp", compiler, std::string(level) + " " + version});
    for (const char* options :
         {"-O2 -g -gz=zlib", "-O2 -g -static", "-O2 -g -mbranch-protection=pac-ret+leaf+b-key",
          "-O2 -g -mbranch-protection=standard", "-O2 -g -fdebug-types-section", "-O2 -g -gdwarf64",
          "-O2 -g -gdwarf-3", "-O2 -g -fno-asynchronous-unwind-tables", "-O1 -g3 -no-pie",
          "-Os -g -fPIC -shared"})
      list.push_back({"registers.cpp", "gcc", options});
    list.push_back({"registers.cpp", "clang", "-O1 -g -gz=zlib"});
    list.push_back({"plain.c", "gcc", "-O2 -g"});
    list.push_back({"plain.c", "clang", "-O2 -g"});
    list.push_back({"returns.cpp", "gcc", "-O0 -g"});
    list.push_back({"returns.cpp", "clang", "-O2 -g"});
    return list;
  }();
  return all;
}

}  // namespace rspbridge::proxy::symbols::test
