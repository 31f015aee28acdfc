// Aligned columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/cli/look/terminal.hpp"

namespace rspbridge::proxy::cli::look {

enum class Style : std::uint8_t { plain, faint, strong, accent };

struct Cell {
  std::string text;  ///< printable
  Style style = Style::plain;
};

struct Column {
  std::string_view title;
  enum Align : std::uint8_t { left, right } align = left;
  /// What becomes of the column where the table is too wide: shown all the same (0), or left out, the
  /// largest number first.
  unsigned dispensable = 0;
  /// Long texts lose their beginning where the table is still too wide: for one column, such as that of
  /// paths.
  bool shrinks = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// Title and rows, a line each. Fits the terminal's width, unless the columns that must be shown don't.
  std::string text(const Terminal& terminal) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// `text` with the colours of its style, where there are colours.
std::string styled(std::string_view text, Style style, const Terminal& terminal);

/// A bar of `columns` columns, `part` of `whole` of it filled. It is empty and full only if `part` is none
/// and all: the least and the last are always seen.
std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns, bool utf8);

/// Bytes for people: "0", "512", "4K", "1.9M", in units of 1024 and at most three digits and a point.
std::string human_size(std::uint64_t bytes);

}  // namespace rspbridge::proxy::cli::look
