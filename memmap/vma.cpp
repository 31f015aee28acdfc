#include "memmap/vma.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rspbridge::memmap {
namespace {

// Takes fields off the front of a line; any failure makes the whole line unreadable.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

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
  void expect(char c) {
    if (rest_.starts_with(c))
      rest_.remove_prefix(1);
    else
      ok_ = false;
  }
  char next() {
    if (rest_.empty()) {
      ok_ = false;
      return 0;
    }
    char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool flag(char set, char unset = '-') {
    char c = next();
    if (c != set && c != unset) ok_ = false;
    return c == set;
  }
  std::string_view rest_after_blanks() const {
    auto start = rest_.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view{} : rest_.substr(start);
  }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Vma> parse_line(std::string_view line) {
  LineReader in(line);
  Vma vma;
  vma.range.begin.value = in.number<std::uint64_t>(16);
  in.expect('-');
  vma.range.end.value = in.number<std::uint64_t>(16);
  in.expect(' ');
  vma.readable = in.flag('r');
  vma.writable = in.flag('w');
  vma.executable = in.flag('x');
  vma.shared = in.flag('s', 'p');
  in.expect(' ');
  vma.offset = in.number<std::uint64_t>(16);
  in.expect(' ');
  vma.device_major = in.number<std::uint32_t>(16);
  in.expect(':');
  vma.device_minor = in.number<std::uint32_t>(16);
  in.expect(' ');
  vma.inode = in.number<std::uint64_t>(10);
  if (!in.ok() || vma.range.end <= vma.range.begin) return std::nullopt;
  vma.path = in.rest_after_blanks();
  return vma;
}

}  // namespace

bool Vma::is_plain_memory() const noexcept {
  if (!readable || shared) return false;
  return !path.starts_with("/dev/") && !path.starts_with("[vvar") && path != "[vsyscall]";
}

std::optional<VmaMap> VmaMap::parse_maps(std::string_view text) {
  VmaMap map;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto vma = parse_line(text.substr(0, end));
    if (!vma || (!map.vmas_.empty() && vma->range.begin < map.vmas_.back().range.end)) return std::nullopt;
    map.vmas_.push_back(*std::move(vma));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return map;
}

const Vma* VmaMap::find(VirtAddr address) const noexcept {
  auto after = std::upper_bound(vmas_.begin(), vmas_.end(), address,
                                [](VirtAddr a, const Vma& vma) { return a < vma.range.begin; });
  if (after == vmas_.begin()) return nullptr;
  const Vma& vma = *std::prev(after);
  return vma.range.contains(address) ? &vma : nullptr;
}

}  // namespace rspbridge::memmap
