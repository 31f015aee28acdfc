// Turns an ARM64 ELF file into one that a stock x86-64 GDB reads rightly in the x86_64 view: the same
// file, with the registers in its call frame information and its DWARF renumbered by
// rsp/x86_64_roles.hpp. Sizes and offsets stay, so the program headers, the line table and every index hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rspbridge::proxy::symbols {

/// Changes whenever the same input would give another output; part of the cache's key.
inline constexpr unsigned translator_version = 2;

/// What was done to a file, and what couldn't be.
struct Counts {
  std::uint64_t cfi_registers = 0;       ///< registers renumbered in .eh_frame and .debug_frame
  std::uint64_t lost_cfi = 0;            ///< rules that name a register without a part: its value is unknown
  std::uint64_t plt_frames = 0;          ///< 1: GDB can unwind from the PLT
  std::uint64_t registers = 0;           ///< registers renumbered in DWARF expressions
  std::uint64_t lost_locations = 0;      ///< locations (or pieces) that now say "optimized out"
  std::uint64_t functions_marked = 0;    ///< returns that differ on amd64, so that GDB won't show them
  std::uint64_t functions_unmarked = 0;  ///< such returns that couldn't be marked: GDB shows a wrong value
  std::uint64_t units_by_line = 0;       ///< units whose prologues GDB now finds by the line table
  std::uint64_t units_by_guess = 0;      ///< units where it still guesses at amd64 code
  std::uint64_t long_doubles = 0;        ///< types renamed so that GDB reads them as IEEE quad
  std::uint64_t lost_long_doubles = 0;   ///< those that now are `<error type>`, for lack of room for the name
  std::uint64_t mapping_symbols = 0;     ///< $x and $d, hidden
  std::uint64_t minidebuginfo = 0;       ///< 1: .gnu_debugdata, names of local functions, is hidden
  std::uint64_t signed_returns = 0;      ///< functions whose signed return address GDB now strips
  std::uint64_t lost_signed_returns = 0;  ///< those where it can't
  std::uint64_t inflated_sections = 0;    ///< compressed sections written out at the file's end

  bool operator==(const Counts&) const = default;
};

/// The counts that a user should know, in one line.
std::string summary(const Counts& counts);

struct Translated {
  std::string bytes;  ///< as long as the input, or longer: see inflated_sections, signed_returns
  Counts counts;
};

enum class RefusalKind : std::uint8_t {
  not_aarch64,  ///< no ELF file, or one of another machine: nothing to translate
  unsupported,  ///< an ARM64 file of a kind that isn't translated
  malformed,    ///< the file contradicts itself
};

struct Refusal {
  RefusalKind kind;
  std::string message;  ///< a sentence with the file's name
};

/// Translates `elf`, which messages call `name`. Nothing half-translated comes out. The result has the
/// input's CRC-32, so that GDB's .gnu_debuglink check holds. The time is linear in the file's size.
tl::expected<Translated, Refusal> translate(std::string_view elf, std::string_view name);

/// Whether a file that begins so is one for translate(). Needs its first 20 bytes.
bool is_arm64_elf(std::string_view first_bytes);

/// The build-id (NT_GNU_BUILD_ID) in hex. `elf` may be only the beginning of the file: then it is found
/// through PT_NOTE if the note lies within. Nothing if there is none.
std::optional<std::string> build_id(std::string_view elf);

/// Translates the file `in` to `out`: one line for people, or why not. `out` is replaced atomically and
/// has the mode of `in`; it may not be the same file.
tl::expected<std::string, std::string> translate_file(const std::filesystem::path& in,
                                                      const std::filesystem::path& out);

}  // namespace rspbridge::proxy::symbols
