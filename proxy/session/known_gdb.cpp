#include "proxy/session/known_gdb.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "memmap/vma.hpp"

namespace rspbridge::proxy {
namespace {

// Texts that stand in every GDB that can do something, and in none that can't.
struct Mark {
  std::string_view text;
  bool GdbKnowledge::*means;
};
constexpr std::array<Mark, 4> marks = {{
    {"GNU gdb ", &GdbKnowledge::is_gdb},
    {"aarch64:ilp32", &GdbKnowledge::aarch64},
    {"i386:x86-64", &GdbKnowledge::amd64},
    {"org.gnu.gdb.aarch64.sve", &GdbKnowledge::aarch64_sve},
}};
constexpr std::size_t longest_mark = 32;
constexpr std::size_t block = std::size_t{1} << 20;

/// A program that was started by naming the dynamic loader (`ld.so gdb …`) has that as its executable. The
/// GDB among the files whose code it has mapped, through its own root folder; nothing if there is none.
std::optional<std::pair<std::filesystem::path, GdbKnowledge>> loaded_gdb(
    const std::filesystem::path& process) {
  std::ifstream maps(process / "maps");
  std::set<std::string> seen;
  for (std::string line; std::getline(maps, line);) {
    const auto vma = memmap::parse_vma_line(line);
    if (!vma || !vma->executable || !vma->path.starts_with('/') || !seen.insert(vma->path).second) continue;
    const auto found = inspect_gdb(process / "root" / vma->path.substr(1));
    if (found && found->is_gdb) return std::pair(std::filesystem::path(vma->path), *found);
  }
  return std::nullopt;
}

bool is_loader(const std::filesystem::path& executable) {
  const std::string name = executable.filename();
  return name.starts_with("ld-") || name.starts_with("ld.so");
}

}  // namespace

std::optional<GdbKnowledge> inspect_gdb(const std::filesystem::path& executable) {
  std::ifstream in(executable, std::ios::binary);
  if (!in) return std::nullopt;
  GdbKnowledge found;
  std::vector<char> window;
  std::vector<char> buffer(block);
  while (in.read(buffer.data(), block), in.gcount() > 0) {
    window.insert(window.end(), buffer.begin(), buffer.begin() + in.gcount());
    for (const Mark& mark : marks)
      if (!(found.*mark.means))
        found.*mark.means = std::search(window.begin(), window.end(),
                                        std::boyer_moore_horspool_searcher(mark.text.begin(),
                                                                           mark.text.end())) != window.end();
    // A mark may lie across two blocks.
    if (window.size() > longest_mark) window.erase(window.begin(), window.end() - longest_mark);
  }
  return found;
}

ViewChoice choose_view(std::optional<pid_t> peer) {
  using near::ViewKind;
  if (!peer) return {ViewKind::native, "the connecting process can't be seen"};
  const std::filesystem::path process = "/proc/" + std::to_string(*peer);
  std::error_code hidden;
  auto executable = std::filesystem::read_symlink(process / "exe", hidden);
  auto gdb = hidden ? std::nullopt : inspect_gdb(process / "exe");
  if (gdb && !gdb->is_gdb && is_loader(executable))
    if (auto loaded = loaded_gdb(process)) std::tie(executable, gdb) = *std::move(loaded);
  if (!gdb) return {ViewKind::native, "process " + std::to_string(*peer) + " can't be looked into"};
  const std::string name = executable.string();
  if (!gdb->is_gdb) return {ViewKind::native, name + " isn't a GDB"};
  if (gdb->aarch64 && gdb->aarch64_sve) return {ViewKind::native, name + " knows aarch64", false};
  if (gdb->aarch64) return {ViewKind::core, name + " knows aarch64, but not SVE"};
  if (gdb->amd64) return {ViewKind::x86_64, name + " knows x86-64 and not aarch64"};
  return {ViewKind::native, name + " knows neither aarch64 nor x86-64"};
}

}  // namespace rspbridge::proxy
