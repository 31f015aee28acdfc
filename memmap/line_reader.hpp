// The fields of one line of /proc/PID/maps or smaps, from left to right.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace rspbridge::memmap {

/// Takes fields off the front of a line. Any failure makes the whole line unreadable: `ok()` is false from
/// then on, and what was taken is meaningless. Views the line; owns nothing.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  /// A number without sign or prefix, in `base`; a failure if there is none or it doesn't fit.
  template <typename Number>
  Number number(int base) {
    Number value{};
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc{})
      ok_ = false;
    else
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  /// Exactly `c`.
  void expect(char c) {
    if (rest_.starts_with(c))
      rest_.remove_prefix(1);
    else
      ok_ = false;
  }
  /// True for `set`, false for `unset`; a failure for anything else.
  bool flag(char set, char unset = '-') {
    char c = next();
    if (c != set && c != unset) ok_ = false;
    return c == set;
  }
  void skip_blanks() { rest_ = rest_after_blanks(); }
  /// What is left, without the blanks before it.
  std::string_view rest_after_blanks() const {
    auto start = rest_.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view{} : rest_.substr(start);
  }
  bool ok() const { return ok_; }

 private:
  char next() {
    if (rest_.empty()) {
      ok_ = false;
      return 0;
    }
    char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace rspbridge::memmap
