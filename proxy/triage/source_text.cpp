#include "proxy/triage/source_text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace rspbridge::proxy::triage {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::uintmax_t{16} << 20;  // bytes
constexpr std::size_t longest_line = 400;                          // bytes

constexpr std::array<std::string_view, 23> endings{
    ".c",   ".cc",  ".cpp", ".cxx", ".c++", ".h",  ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".tcc",
    ".inc", ".def", ".s",   ".S",   ".asm", ".rs", ".go", ".d",   ".f90", ".zig", ".m"};

// Headers of the C++ library have none.
bool is_named_as_source(const fs::path& path) {
  const std::string ending = path.extension().string();
  if (ending.empty()) return path.string().find("/include/c++/") != std::string::npos;
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

}  // namespace

tl::expected<SourceText, std::string> read_source(const std::string& file, int line, int context) {
  const fs::path path(file);
  const auto refuse = [&](const std::string& why) {
    return tl::unexpected("'" + file + "' isn't shown: " + why + ".");
  };
  if (!path.is_absolute()) return refuse("its path isn't absolute");
  if (!is_named_as_source(path)) return refuse("that is no name of a source file");
  std::error_code problem;
  const fs::path real = fs::canonical(path, problem);
  if (problem) return refuse(problem.message() + " on this machine");
  if (!is_named_as_source(real)) return refuse("it leads to what isn't named as a source file");
  if (!fs::is_regular_file(real, problem)) return refuse("it is no regular file");
  if (fs::file_size(real, problem) > largest_file || problem) return refuse("it is larger than 16 MiB");
  std::ifstream in(real, std::ios::binary);
  if (!in) return refuse("it can't be read on this machine");
  SourceText text;
  text.first = std::max(1, line - context);
  std::string one;
  for (int number = 1; number <= line + context && std::getline(in, one); ++number) {
    if (number < text.first) continue;
    if (one.find('\0') != std::string::npos) return refuse("it is no text");
    text.lines.push_back(one.substr(0, longest_line));
  }
  if (text.first + static_cast<int>(text.lines.size()) <= line)
    return refuse("it has fewer lines than the program was compiled from");
  return text;
}

}  // namespace rspbridge::proxy::triage
