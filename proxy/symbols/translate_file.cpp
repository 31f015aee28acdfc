#include <sys/stat.h>

#include <system_error>

#include "proxy/symbols/files.hpp"
#include "proxy/symbols/translate.hpp"

namespace rspbridge::proxy::symbols {
namespace fs = std::filesystem;

std::string summary(const Counts& counts) {
  std::string text;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + std::string(what);
  };
  add(counts.cfi_registers, "registers in frame rules");
  add(counts.registers, "registers in locations");
  add(counts.lost_locations + counts.lost_cfi, "locations that can't be shown");
  add(counts.functions_marked, "functions whose return value can't be shown");
  add(counts.functions_unmarked, "functions whose return value GDB will show WRONGLY");
  add(counts.units_by_guess, "units in which GDB guesses where a prologue ends");
  add(counts.long_doubles, "long double types renamed");
  add(counts.lost_long_doubles, "long double types that can't be shown");
  add(counts.minidebuginfo, "minidebuginfo hidden");
  add(counts.signed_returns, "functions whose return address is signed");
  add(counts.lost_signed_returns, "functions whose signed return address GDB can't follow");
  add(counts.inflated_sections, "sections decompressed");
  return text.empty() ? "only the file's header" : text;
}

tl::expected<std::string, std::string> translate_file(const fs::path& in, const fs::path& out) {
  std::error_code error;
  if (fs::equivalent(in, out, error))
    return tl::unexpected(out.string() + ": the output is the input itself");
  if (fs::is_directory(out, error)) return tl::unexpected(out.string() + ": this is a folder");
  struct ::stat status {};
  const auto original = read_file(in);
  if (!original) return tl::unexpected(original.error());
  if (::stat(in.c_str(), &status) != 0)
    return tl::unexpected(in.string() + ": " + std::generic_category().message(errno));
  const auto translated = translate(*original, in.string());
  if (!translated) return tl::unexpected(translated.error().message);
  if (auto written = write_file(out, translated->bytes, status.st_mode & 0777); !written)
    return tl::unexpected(written.error());
  return in.string() + " -> " + out.string() + ": " + summary(translated->counts);
}

}  // namespace rspbridge::proxy::symbols
