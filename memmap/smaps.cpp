#include "memmap/smaps.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "memmap/line_reader.hpp"

namespace rspbridge::memmap {
namespace {

struct SizeField {
  std::string_view key;
  std::uint64_t VmaDetails::*member;
};

constexpr std::array size_fields{
    SizeField{"Rss:", &VmaDetails::rss},
    SizeField{"Pss:", &VmaDetails::pss},
    SizeField{"Private_Clean:", &VmaDetails::private_clean},
    SizeField{"Private_Dirty:", &VmaDetails::private_dirty},
    SizeField{"Anonymous:", &VmaDetails::anonymous},
    SizeField{"KernelPageSize:", &VmaDetails::kernel_page_size},
};
constexpr std::string_view flags_key = "VmFlags:";

// Most lines are of no interest, which their first letter tells.
constexpr std::uint32_t interesting_letters = [] {
  std::uint32_t letters = 1u << (flags_key[0] - 'A');
  for (const auto& field : size_fields) letters |= 1u << (field.key[0] - 'A');
  return letters;
}();

std::optional<std::uint64_t> kibibytes(std::string_view value) {
  LineReader in(value);
  in.skip_blanks();
  const auto number = in.number<std::uint64_t>(10);
  if (!in.ok() || in.rest_after_blanks() != "kB") return std::nullopt;
  if (number > std::numeric_limits<std::uint64_t>::max() / 1024) return std::nullopt;
  return number * 1024;
}

// False if the line is of a known field and can't be read.
bool parse_detail(std::string_view line, VmaDetails& details) {
  if (((interesting_letters >> (line.front() - 'A')) & 1) == 0) return true;
  if (line.starts_with(flags_key)) {
    details.flags = VmFlags::parse(line.substr(flags_key.size()));
    return true;
  }
  for (const auto& field : size_fields) {
    if (!line.starts_with(field.key)) continue;
    const auto size = kibibytes(line.substr(field.key.size()));
    if (size) details.*field.member = *size;
    return size.has_value();
  }
  return true;
}

// Details begin with a capital letter, VMAs with a hexadecimal digit, which the kernel writes small.
bool is_detail(std::string_view line) {
  return !line.empty() && line.front() >= 'A' && line.front() <= 'Z';
}

}  // namespace

std::optional<VmaMap> parse_smaps(std::string_view text) {
  constexpr std::size_t usual_size = 600;  // of a VMA with its details; only a guess for the vector
  std::vector<Vma> vmas;
  vmas.reserve(text.size() / usual_size);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (is_detail(line)) {
      if (vmas.empty() || !parse_detail(line, *vmas.back().details)) return std::nullopt;
    } else {
      auto vma = parse_vma_line(line);
      if (!vma) return std::nullopt;
      vma->details.emplace();
      vmas.push_back(*std::move(vma));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return VmaMap::from(std::move(vmas), MapSource::smaps);
}

}  // namespace rspbridge::memmap
