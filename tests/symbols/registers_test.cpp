// readelf decodes a file before and after: nothing may differ but the registers, and those by the table.
#include <algorithm>
#include <map>
#include <optional>
#include <regex>

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

/// The numbers of the registers that a line names, in order: "DW_OP_breg19 (x19)", "DW_OP_regx: 64 (v0)",
/// "r29 (x29)", "Return address column: 30".
std::vector<int> registers_in(const std::string& line) {
  static const std::regex named(
      R"((?:DW_OP_b?reg|DW_OP_b?regx: |regval_type: |Return address column: |: r(?=\d)| in r(?=\d))(\d+)\b)");
  std::vector<int> numbers;
  for (std::sregex_iterator at(line.begin(), line.end(), named), end; at != end; ++at)
    numbers.push_back(std::stoi((*at)[1].str()));
  return numbers;
}

/// The line without its registers, and without the bytes that encode them.
std::string without_registers(std::string line) {
  static const std::regex bytes(R"(\d+ byte block:( [0-9a-f]+)+)");
  static const std::regex named(
      R"((DW_OP_b?reg|DW_OP_b?regx: |regval_type: |Return address column: |: r(?=\d)| in r(?=\d))\d+( \([^)]*\))?)");
  line = std::regex_replace(line, bytes, "block");
  return std::regex_replace(line, named, "$1");
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
    auto lines = lines_of(run("LC_ALL=C readelf -W --debug-dump=" + what + " '" + path.string() + "'"));
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
