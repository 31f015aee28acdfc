// readelf decodes a file before and after: nothing may differ but the registers, and those by the table.
#include <algorithm>
#include <array>

#include "rsp/x86_64_roles.hpp"
#include "tests/support/catch.hpp"
#include "tests/symbols/programs.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

constexpr int none = -1;

int role_of(int arm64) {
  const rsp::Role* role = rsp::role_of_dwarf(static_cast<std::uint64_t>(arm64));
  return role ? role->amd64_dwarf : none;
}

/// A register that a line of readelf names: "DW_OP_breg19 (x19)", "DW_OP_regx: 64 (v0)", "r29 (x29)",
/// "Return address column: 30".
struct Mention {
  std::size_t begin = 0, end = 0;  ///< of the number and the name
  int number = 0;
};

std::vector<Mention> mentions_in(std::string_view line) {
  constexpr std::array<std::string_view, 7> marks = {
      "DW_OP_reg", "DW_OP_breg", "DW_OP_regx: ", "DW_OP_bregx: ", "regval_type: ", "Return address column: ",
      " r"};
  std::vector<Mention> mentions;
  for (std::size_t at = 0; at < line.size(); ++at)
    for (const std::string_view mark : marks) {
      if (!line.substr(at).starts_with(mark)) continue;
      Mention mention;
      mention.begin = mention.end = at + mark.size();
      while (mention.end < line.size() && line[mention.end] >= '0' && line[mention.end] <= '9')
        mention.number = mention.number * 10 + (line[mention.end++] - '0');
      if (mention.end == mention.begin) continue;
      if (line.substr(mention.end).starts_with(" (")) mention.end = line.find(')', mention.end) + 1;
      mentions.push_back(mention);
    }
  return mentions;
}

std::vector<int> registers_in(std::string_view line) {
  std::vector<int> numbers;
  for (const Mention& mention : mentions_in(line)) numbers.push_back(mention.number);
  return numbers;
}

/// The line without its registers, and without the bytes that encode them: "2 byte block: 90 40 ".
std::string without_registers(std::string line) {
  const auto mentions = mentions_in(line);
  for (auto mention = mentions.rbegin(); mention != mentions.rend(); ++mention)
    line.erase(mention->begin, mention->end - mention->begin);
  const auto block = line.find("byte block:"), expression = line.find('(', block);
  if (block != std::string::npos && expression != std::string::npos) line.erase(block, expression - block);
  return line;
}

bool contains(const std::string& line, std::string_view part) {
  return line.find(part) != std::string::npos;
}

struct Tally {
  int same = 0, renumbered = 0, lost = 0, lost_values = 0, hidden_parameters = 0;
};

void check_expression(const std::string& before, const std::string& after,
                      const std::vector<int>& old_numbers, Tally& tally) {
  const auto numbers = registers_in(after);
  std::vector<int> expected;
  for (const int number : old_numbers)
    if (role_of(number) != none) expected.push_back(role_of(number));
  const bool some_lost = expected.size() != old_numbers.size();
  if (!some_lost && numbers == expected) {
    CHECK(without_registers(before) == without_registers(after));
    ++tally.renumbered;
  } else if (some_lost) {
    CHECK((numbers.empty() || (contains(before, "DW_OP_piece") && numbers == expected)));
    ++tally.lost;
    if (contains(before, "_call_value") || contains(before, "_call_site_value")) ++tally.lost_values;
  } else {
    // A call's parameter whose value is lost loses its place, too.
    CHECK(contains(before, "DW_AT_location"));
    CHECK(numbers.empty());
    ++tally.hidden_parameters;
  }
}

void check_frame_line(const std::string& before, const std::string& after, Tally& tally) {
  std::vector<int> expected;
  for (const int number : registers_in(before))
    expected.push_back(role_of(number) == none ? 56 : role_of(number));
  if (contains(before, "AARCH64_negate_ra_state")) {
    CHECK(contains(after, "DW_CFA_nop"));
  } else if (contains(before, "FDE") && before != after) {
    ++tally.lost;  // The one that is the PLT's now.
  } else {
    CHECK(registers_in(after) == expected);
    CHECK(without_registers(before) == without_registers(after));
    ++(expected.empty() ? tally.same : tally.renumbered);
  }
}

/// What is changed on purpose besides registers.
bool is_other_change(const std::string& before, const std::string& after) {
  return contains(before, "long double") || contains(before, "DW_AT_producer") ||
         contains(after, "_Float128");
}

Tally compare(const std::filesystem::path& original, const std::string& what) {
  const auto dump = [&](const std::filesystem::path& path) {
    // Newer ones complain of what stands behind an invalid opcode.
    auto lines =
        lines_of(run("LC_ALL=C readelf -W --debug-dump=" + what + " '" + path.string() + "' 2>/dev/null"));
    // What signed returns add to the frames stands behind them, and is tested apart.
    lines.erase(std::find_if(lines.begin(), lines.end(),
                             [](const std::string& line) { return contains(line, ".debug_frame section"); }),
                lines.end());
    std::erase_if(lines, [](const std::string& line) {
      return line.starts_with("File: ") || line.starts_with("Contents of");
    });
    return lines;
  };
  const auto before = dump(original), after = dump(translated(original));
  REQUIRE(before.size() == after.size());
  Tally tally;
  for (std::size_t i = 0; i < before.size(); ++i) {
    INFO("before: " << before[i] << "\nafter:  " << after[i]);
    if (what == "frames") {
      check_frame_line(before[i], after[i], tally);
    } else if (contains(after[i], "DW_AT_calling_convention")) {
      ++tally.same;  // Of a function without locals its frame base is given up, too.
    } else if (const auto numbers = registers_in(before[i]);
               !numbers.empty() && contains(before[i], "DW_OP_")) {
      check_expression(before[i], after[i], numbers, tally);
    } else if (before[i] != after[i]) {
      CHECK(is_other_change(before[i], after[i]));
    } else {
      ++tally.same;
    }
  }
  return tally;
}

}  // namespace

TEST_CASE("registers: what readelf decodes is renumbered by the table, and nothing else changes") {
  for (const Build& wanted : builds()) {
    INFO(wanted.source << " " << wanted.compiler << " " << wanted.options);
    const auto program = build(wanted);
    const Tally frames = compare(program, "frames");
    CHECK(frames.renumbered > 3);
    CHECK(frames.lost <= 1);
    const Tally info = compare(program, "info");
    CHECK(info.same > 100);
    CHECK(info.hidden_parameters <= info.lost_values);
    const Tally locations = compare(program, "loc");
    if (wanted.source == "registers.cpp" && contains(wanted.options, "-O2")) {
      CHECK(locations.renumbered > 20);
      CHECK(locations.lost > 0);
    }
  }
}

}  // namespace rspbridge::proxy::symbols::test
