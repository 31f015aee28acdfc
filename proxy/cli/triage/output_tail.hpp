// The end of what a program wrote.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rspbridge::proxy::cli::triaging {

/// Keeps the last bytes, 64 KiB at most.
class OutputTail {
 public:
  static constexpr std::size_t most = std::size_t{64} << 10;  ///< bytes

  void add(std::string_view bytes) {
    total_ += bytes.size();
    text_ += bytes;
    if (text_.size() > 2 * most) text_.erase(0, text_.size() - most);
  }
  std::string text() const { return text_.size() > most ? text_.substr(text_.size() - most) : text_; }
  std::uint64_t total() const noexcept { return total_; }

 private:
  std::string text_;
  std::uint64_t total_ = 0;
};

}  // namespace rspbridge::proxy::cli::triaging
