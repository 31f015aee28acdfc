#include <elf.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "proxy/symbols/elf_file.hpp"

namespace rspbridge::proxy::symbols {
namespace {

// More than any real program's debug information; keeps a hostile file from filling the memory.
constexpr std::uint64_t largest_inflated = std::uint64_t{2} << 30;

enum class Method : std::uint8_t { zlib, zstd };

struct Compressed {
  Method method = Method::zlib;
  std::uint64_t size = 0, alignment = 1;  ///< what it becomes
  Extent data;
};

/// Elf64_Chdr, or the "ZLIB" and big-endian size of a .zdebug_ section.
Compressed read_header(const ElfFile& elf, const Section& section) {
  Cursor in = elf.cursor(section);
  Compressed compressed;
  if (section.flags & SHF_COMPRESSED) {
    const std::uint64_t type = in.uint(4);
    if (type != ELFCOMPRESS_ZLIB && type != 2 /* ELFCOMPRESS_ZSTD */) in.fail("an unknown compression");
    compressed.method = type == ELFCOMPRESS_ZLIB ? Method::zlib : Method::zstd;
    in.skip(4);
    compressed.size = in.uint(8);
    compressed.alignment = in.uint(8);
  } else {
    if (in.uint(4) != 0x42494c5a) in.fail("it doesn't begin with ZLIB");
    for (int i = 0; i < 8; ++i) compressed.size = compressed.size << 8 | in.u8();
  }
  compressed.data = {in.position(), in.end()};
  return compressed;
}

/// Several zlib streams may follow one another, as after `ld -r`.
bool inflate_zlib(std::string_view in, char* out, std::uint64_t size) {
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.next_out = reinterpret_cast<Bytef*>(out);
  std::uint64_t in_left = in.size(), out_left = size;
  constexpr std::uint64_t step = std::numeric_limits<uInt>::max();
  int result = Z_OK;
  while (out_left + stream.avail_out > 0) {
    if (stream.avail_in == 0) in_left -= stream.avail_in = static_cast<uInt>(std::min(in_left, step));
    if (stream.avail_out == 0) out_left -= stream.avail_out = static_cast<uInt>(std::min(out_left, step));
    result = ::inflate(&stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END && out_left + stream.avail_out > 0) result = ::inflateReset(&stream);
    if (result != Z_OK) break;
  }
  ::inflateEnd(&stream);
  return (result == Z_OK || result == Z_STREAM_END) && out_left + stream.avail_out == 0;
}

/// Grows as it goes: the size that a hostile header names needn't ever come.
bool inflate_zstd(std::string_view data, std::string& out, std::uint64_t size) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(::ZSTD_createDStream(),
                                                                             &::ZSTD_freeDStream);
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  std::string piece(::ZSTD_DStreamOutSize(), '\0');
  while (out.size() < size) {
    ZSTD_outBuffer made{piece.data(), piece.size(), 0};
    const std::size_t before = in.pos;
    if (::ZSTD_isError(::ZSTD_decompressStream(stream.get(), &made, &in))) return false;
    if (made.pos == 0 && in.pos == before) return false;
    out.append(piece, 0, made.pos);
  }
  return out.size() == size;
}

std::optional<std::string> inflate(const Compressed& compressed, std::string_view in) {
  std::string out;
  if (compressed.method == Method::zstd) {
    if (!inflate_zstd(in, out, compressed.size)) return std::nullopt;
    return out;
  }
  out.resize(compressed.size);
  if (!inflate_zlib(in, out.data(), out.size())) return std::nullopt;
  return out;
}

void point_header(ElfFile& elf, Section& section, const Compressed& compressed) {
  section.flags &= ~std::uint64_t{SHF_COMPRESSED};
  put_uint(elf.bytes, section.header + 8, 8, section.flags);
  put_uint(elf.bytes, section.header + 24, 8, section.extent.begin);
  put_uint(elf.bytes, section.header + 32, 8, section.extent.size());
  put_uint(elf.bytes, section.header + 48, 8, compressed.alignment);
  if (!section.name.starts_with(".zdebug_")) return;
  // ".zdebug_x" becomes "..debug_x", and the name begins one byte later.
  put_uint(elf.bytes, section.name_at + 1, 1, '.');
  Cursor name(elf.bytes, {section.header, section.header + 4}, section.name);
  put_uint(elf.bytes, section.header, 4, name.uint(4) + 1);
  section.name = "." + section.name.substr(2);
  ++section.name_at;
}

}  // namespace

void inflate_sections(ElfFile& elf, Counts& counts) {
  std::uint64_t total = 0;
  for (Section& section : elf.sections) {
    const bool old_style = section.name.starts_with(".zdebug_");
    const bool debug = section.name.starts_with(".debug_");
    if (section.extent.size() == 0 || !(old_style || (debug && (section.flags & SHF_COMPRESSED)))) continue;
    const Compressed compressed = read_header(elf, section);
    // Deflate makes at most 1032 bytes of one; zstd's header is checked by the sum alone.
    if (compressed.method == Method::zlib && compressed.size / 1032 > compressed.data.size())
      throw Malformed(section.name + ": it can't become as large as its header says");
    total += compressed.size;
    if (compressed.size > largest_inflated || total > largest_inflated)
      throw Malformed(section.name + ": more than 2 GiB of compressed debug information");
    const std::uint64_t begin = (elf.bytes.size() + 15) & ~std::uint64_t{15};
    const auto in = std::string_view(elf.bytes).substr(compressed.data.begin, compressed.data.size());
    const auto out = inflate(compressed, in);
    if (!out) throw Malformed(section.name + ": the compressed data is broken");
    elf.bytes.resize(begin);
    elf.bytes += *out;
    section.extent = {begin, begin + compressed.size};
    point_header(elf, section, compressed);
    ++counts.inflated_sections;
  }
}

}  // namespace rspbridge::proxy::symbols
