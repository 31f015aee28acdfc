// The one way in which the translator reads a symbol file: every read is checked against an extent.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rspbridge::proxy::symbols {

/// A file that isn't what it says it is. Thrown by the readers, caught by translate() alone, which puts
/// the file's name before the sentence.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that is as it should be, but of a kind that isn't translated.
class Unsupported : public Malformed {
 public:
  using Malformed::Malformed;
};

/// A part of a file: offsets from its first byte; `end` is one past the last.
struct Extent {
  std::uint64_t begin = 0, end = 0;

  std::uint64_t size() const noexcept { return end - begin; }
  bool contains(std::uint64_t offset) const noexcept { return offset >= begin && offset < end; }
};

/// Reads little-endian values from one part of a file, in order. Doesn't own the file, whose bytes may
/// change in place meanwhile.
class Cursor {
 public:
  /// `name` is what errors call the part; it outlives the cursor. Throws Malformed if the part isn't
  /// within `file`.
  Cursor(std::string_view file, Extent part, std::string_view name);

  std::uint64_t position() const noexcept { return at_; }  ///< offset in the file
  std::uint64_t end() const noexcept { return end_; }
  std::uint64_t left() const noexcept { return end_ - at_; }
  bool done() const noexcept { return at_ == end_; }
  std::string_view name() const noexcept { return name_; }

  /// An unsigned integer of 1 to 8 bytes.
  std::uint64_t uint(unsigned width);
  std::uint8_t u8() { return static_cast<std::uint8_t>(uint(1)); }
  /// LEB128 (DWARF 5, section 7.6). Bits past the 64th must be padding.
  std::uint64_t uleb();
  std::int64_t sleb();
  /// A string with its NUL; the view is without it.
  std::string_view text();
  void skip(std::uint64_t count);
  /// Goes to a file offset; throws Malformed unless it is within the part or its end.
  void seek(std::uint64_t position);
  /// The next `size` bytes as a cursor of their own; this one goes past them.
  Cursor take(std::uint64_t size);

  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::string_view file_;
  std::string_view name_;
  std::uint64_t begin_, at_, end_;
};

/// Writes `width` bytes (1 to 8), little-endian. Throws Malformed if they aren't within `file`.
void put_uint(std::string& file, std::uint64_t at, unsigned width, std::uint64_t value);

/// Writes an unsigned LEB128 of exactly `width` bytes, padded where it is shorter. Throws Malformed if
/// `value` needs more, or if the bytes aren't within `file`.
void put_uleb(std::string& file, std::uint64_t at, std::uint64_t width, std::uint64_t value);

/// How much may still be read. Hostile files make their parts overlap, so that reading each is more than
/// reading the file; honest ones stay far below.
class Budget {
 public:
  explicit Budget(std::uint64_t bytes) : left_(bytes) {}
  /// Throws Malformed when there isn't as much left.
  void spend(std::uint64_t bytes);

 private:
  std::uint64_t left_;
};

}  // namespace rspbridge::proxy::symbols
