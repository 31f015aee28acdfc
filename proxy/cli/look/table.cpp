#include "proxy/cli/look/table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace rspbridge::proxy::cli::look {
namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t least_shrunk = 8;

constexpr std::array<std::string_view, 4> style_begins = {"", "\x1b[2m", "\x1b[1m", "\x1b[36m"};
constexpr std::string_view style_ends = "\x1b[0m";

// Which columns are shown, and how wide.
struct Layout {
  std::vector<std::size_t> shown;   // indices of columns
  std::vector<std::size_t> widths;  // of all columns

  std::size_t width() const {
    std::size_t sum = shown.empty() ? 0 : (shown.size() - 1) * gap.size();
    for (const std::size_t at : shown) sum += widths[at];
    return sum;
  }
};

Layout natural_layout(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows) {
  Layout layout;
  for (std::size_t at = 0; at < columns.size(); ++at) {
    std::size_t widest = display_width(columns[at].title);
    for (const auto& row : rows) widest = std::max(widest, display_width(row[at].text));
    layout.shown.push_back(at);
    layout.widths.push_back(widest);
  }
  return layout;
}

void fit(Layout& layout, const std::vector<Column>& columns, std::size_t width) {
  const auto rank = [&](std::size_t left, std::size_t right) {
    return columns[left].dispensable < columns[right].dispensable;
  };
  while (layout.width() > width) {
    const auto worst = std::max_element(layout.shown.begin(), layout.shown.end(), rank);
    if (columns[*worst].dispensable == 0) break;
    layout.shown.erase(worst);
  }
  for (const std::size_t at : layout.shown) {
    if (!columns[at].shrinks || layout.width() <= width) continue;
    const std::size_t excess = layout.width() - width;
    layout.widths[at] = std::max(std::min(layout.widths[at], least_shrunk),
                                 layout.widths[at] > excess ? layout.widths[at] - excess : 0);
  }
}

// The end of a text is what tells one path from another.
std::string shortened(const std::string& text, const Column& column, std::size_t width, bool utf8) {
  if (!column.shrinks || display_width(text) <= width) return text;
  const std::string_view mark = utf8 ? "…" : "...";
  return std::string(mark) + std::string(display_tail(text, width - display_width(mark)));
}

}  // namespace

std::string styled(std::string_view text, Style style, const Terminal& terminal) {
  if (!terminal.colour || style == Style::plain || text.empty()) return std::string(text);
  return fmt::format("{}{}{}", style_begins[static_cast<std::size_t>(style)], text, style_ends);
}

std::string Table::text(const Terminal& terminal) const {
  Layout layout = natural_layout(columns_, rows_);
  if (terminal.width) fit(layout, columns_, *terminal.width);
  std::string out;
  const auto append_row = [&](const auto& cell_of) {
    std::size_t owed = 0;  // blanks that are written only if something follows
    for (const std::size_t at : layout.shown) {
      const Cell cell = cell_of(at);
      const std::string text = shortened(cell.text, columns_[at], layout.widths[at], terminal.utf8);
      const std::size_t width = display_width(text);
      const std::size_t padding = layout.widths[at] > width ? layout.widths[at] - width : 0;
      const bool right = columns_[at].align == Column::right;
      owed += right ? padding : 0;
      if (!text.empty()) out.append(std::exchange(owed, 0), ' ');
      out += styled(text, cell.style, terminal);
      owed += (right ? 0 : padding) + gap.size();
    }
    out += '\n';
  };
  append_row([&](std::size_t at) { return Cell{std::string(columns_[at].title), Style::strong}; });
  for (const auto& row : rows_) append_row([&](std::size_t at) { return row[at]; });
  return out;
}

std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns, bool utf8) {
  constexpr std::array<std::string_view, 9> eighths = {"·", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  constexpr std::array<std::string_view, 3> halves = {".", "-", "#"};
  const std::size_t fine = utf8 ? eighths.size() - 1 : halves.size() - 1;
  const std::size_t steps = columns * fine;
  std::size_t filled = 0;
  if (part >= whole && part > 0)
    filled = steps;
  else if (part > 0)
    filled = std::clamp(static_cast<std::size_t>(static_cast<double>(part) / static_cast<double>(whole) *
                                                 static_cast<double>(steps)),
                        std::size_t{1}, steps - 1);
  std::string out;
  for (std::size_t at = 0; at < columns; ++at) {
    const std::size_t here = std::min(filled, fine);
    out += utf8 ? eighths[here] : halves[here];
    filled -= here;
  }
  return out;
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::string_view units = "KMGTPE";
  if (bytes < 1024) return std::to_string(bytes);
  std::size_t unit = 0;
  std::uint64_t whole = bytes >> 10, rest = bytes & 1023;
  while (whole >= 1024) {
    rest = whole & 1023;
    whole >>= 10;
    ++unit;
  }
  const auto tenths = rest * 10 / 1024;
  if (whole < 10 && tenths != 0) return fmt::format("{}.{}{}", whole, tenths, units[unit]);
  return fmt::format("{}{}", whole, units[unit]);
}

}  // namespace rspbridge::proxy::cli::look
