#include "proxy/symbols/bytes.hpp"

#include "rsp/text.hpp"

namespace rspbridge::proxy::symbols {
namespace {

void require_within(const std::string& file, std::uint64_t at, std::uint64_t count) {
  if (at > file.size() || count > file.size() - at) throw Malformed("a change falls outside the file");
}

}  // namespace

Cursor::Cursor(std::string_view file, Extent part, std::string_view name)
    : file_(file), name_(name), begin_(part.begin), at_(part.begin), end_(part.end) {
  if (part.begin > part.end || part.end > file.size()) fail("the section isn't within the file");
}

void Cursor::fail(std::string_view what) const {
  throw Malformed(std::string(name_) + ", offset " + rsp::hex_number(at_ - begin_) + ": " +
                  std::string(what));
}

std::uint64_t Cursor::uint(unsigned width) {
  if (width > left()) fail("a value runs past the end");
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(file_[at_ + i])} << (8 * i);
  at_ += width;
  return value;
}

std::uint64_t Cursor::uleb() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8();
    const std::uint64_t bits = byte & 0x7f;
    if (shift < 64) value |= bits << shift;
    if (bits != 0 && (shift > 63 || (shift == 63 && bits > 1))) fail("a LEB128 has more than 64 bits");
    if (byte < 0x80) return value;
    if (shift > 1024) fail("a LEB128 never ends");
  }
}

std::int64_t Cursor::sleb() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8();
    if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) {
      if ((byte & 0x40) != 0 && shift + 7 < 64) value |= ~std::uint64_t{0} << (shift + 7);
      return static_cast<std::int64_t>(value);
    }
    if (shift > 1024) fail("a LEB128 never ends");
  }
}

std::string_view Cursor::text() {
  const auto rest = file_.substr(at_, left());
  const auto length = rest.find('\0');
  if (length == std::string_view::npos) fail("a string has no end");
  at_ += length + 1;
  return rest.substr(0, length);
}

void Cursor::skip(std::uint64_t count) {
  if (count > left()) fail("a value runs past the end");
  at_ += count;
}

void Cursor::seek(std::uint64_t position) {
  if (position < begin_ || position > end_) fail("a reference leaves the section");
  at_ = position;
}

Cursor Cursor::take(std::uint64_t size) {
  Cursor part = *this;
  skip(size);
  part.end_ = at_;
  return part;
}

void put_uint(std::string& file, std::uint64_t at, unsigned width, std::uint64_t value) {
  require_within(file, at, width);
  for (unsigned i = 0; i < width; ++i) file[at + i] = static_cast<char>(value >> (8 * i));
}

void put_uleb(std::string& file, std::uint64_t at, std::uint64_t width, std::uint64_t value) {
  require_within(file, at, width);
  if (width == 0) throw Malformed("a LEB128 of no bytes");
  for (std::uint64_t i = 0; i < width; ++i) {
    const bool last = i + 1 == width;
    file[at + i] = static_cast<char>((value & 0x7f) | (last ? 0 : 0x80));
    value >>= 7;
  }
  if (value != 0) throw Malformed("a number doesn't fit where another stood");
}

void Budget::spend(std::uint64_t bytes) {
  if (bytes > left_) throw Malformed("its parts overlap so often that reading them would take too long");
  left_ -= bytes;
}

}  // namespace rspbridge::proxy::symbols
