// ELF images, in the target's memory or in a file (elf(5)). Only ELF64, little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memmap/address.hpp"

namespace rspbridge::memmap {

/// Reads exactly `length` bytes at `address`, of the target's memory or at an offset of a file; nothing if
/// not all of them can be read.
using ByteReader = std::function<std::optional<std::string>(std::uint64_t address, std::size_t length)>;

/// A reader of `bytes`, where address 0 is the first. They must outlive it.
ByteReader reader_of(std::string_view bytes);

/// One program header; the names are elf(5)'s. Nothing of it is validated.
struct ProgramHeader {
  std::uint32_t type = 0, flags = 0;
  std::uint64_t offset = 0, vaddr = 0, filesz = 0, memsz = 0, align = 0;
};

/// How the bytes lie: as in the file, or as the segments are mapped.
enum class ElfLayout { file, memory };

/// What the headers and notes of an image tell.
struct ElfImage {
  std::uint16_t type = 0;       ///< ET_EXEC, ET_DYN, …
  std::uint16_t machine = 0;    ///< EM_AARCH64, …
  std::uint64_t entry = 0;      ///< link-time address
  std::uint64_t load_bias = 0;  ///< to add to link-time addresses, modulo 2^64; 0 for the layout of a file
  std::vector<ProgramHeader> headers;
  std::string build_id;               ///< NT_GNU_BUILD_ID, the raw bytes; empty if there is none
  std::optional<AddressRange> relro;  ///< PT_GNU_RELRO with the bias added, not rounded to pages
  std::optional<std::string> soname;  ///< only if it was asked for
};

/// The most that is read of a hostile image.
constexpr std::size_t max_program_headers = 128, max_notes_size = 16 * 1024, max_build_id_size = 64;

/// Reads the image whose ELF header is at `address`. The first read is of `first_read` bytes, at least 64; it
/// is the only one if all the rest lies within, as it mostly does in 4,096 bytes. Nothing if it is no ELF64
/// image of this byte order, if its program headers are more than max_program_headers or can't be read. Notes
/// and a soname that can't be read are left out. With `with_soname`, the dynamic section is read, too.
std::optional<ElfImage> read_elf_image(const ByteReader& read, std::uint64_t address, ElfLayout layout,
                                       std::size_t first_read = 4096, bool with_soname = false);

/// The program headers alone: `count` of them in `bytes`. Nothing if these are too few bytes or too many
/// headers.
std::optional<std::vector<ProgramHeader>> parse_program_headers(std::string_view bytes, std::size_t count);

}  // namespace rspbridge::memmap
