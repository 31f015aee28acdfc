// Documents of every layout, by chance: what is merged is what was there, and ours.
#include <random>

#include "proxy/cli/vscode/jsonc.hpp"
#include "proxy/cli/vscode/merge.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::vscode;
using nlohmann::ordered_json;

namespace {

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  // A launch.json with some entries, of which one may be ours, and its value in `value`.
  std::string document(ordered_json& value) {
    value = ordered_json::object();
    std::string text = chance(2) ? "\xef\xbb\xbf" : "";
    text += blank() + "{";
    std::size_t left = 1 + pick(3);
    const std::size_t array = pick(left);
    for (std::size_t i = 0; left > 0; ++i, --left) {
      const std::string key = i == array ? "configurations" : "key" + std::to_string(i);
      ordered_json member;
      text += blank() + ordered_json(key).dump() + blank() + ":" + blank() +
              (i == array ? list(member) : scalar(member)) + blank();
      value[key] = member;
      if (left > 1 || chance(3)) text += ",";
    }
    return text + blank() + "}" + blank();
  }

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  bool chance(std::size_t of) { return pick(of) == 0; }

  std::string blank() {
    static const std::vector<std::string> kinds = {
        "",     "", " ", "\t", "\n", "\r\n    ", "/* ] */", "// }\n", "// \"\r\n", "\n  /* \",\n */\n  ",
        "/**/ "};
    return kinds[pick(kinds.size())];
  }

  std::string scalar(ordered_json& value) {
    static const std::vector<std::string> kinds = {"1",         "-2.5e3",    "true",        "null",
                                                   "\"// no\"", "\"\\\"]\"", "\"\xc3\xa9\""};
    const std::string& text = kinds[pick(kinds.size())];
    value = ordered_json::parse(text);
    return text;
  }

  std::string entry(ordered_json& value) {
    if (chance(5)) return scalar(value);
    const std::string name = chance(3) ? "ours" : "other";
    ordered_json more;
    const std::string text = "{" + blank() + "\"name\"" + blank() + ":\"" + name + "\"," + blank() +
                             "\"x\":" + scalar(more) + (chance(2) ? "," : "") + blank() + "}";
    value = {{"name", name}, {"x", more}};
    return text;
  }

  std::string list(ordered_json& value) {
    value = ordered_json::array();
    std::string text = "[" + blank();
    for (std::size_t left = pick(4); left > 0; --left) {
      ordered_json one;
      text += entry(one) + blank() + (left > 1 || chance(2) ? "," : "") + blank();
      value.push_back(one);
    }
    return text + "]";
  }

  std::mt19937 random_;
};

bool is_ours(const ordered_json& entry) {
  return entry.is_object() && entry.at("name") == "ours";
}

}  // namespace

TEST_CASE("documents by chance") {
  const ordered_json ours = {{"name", "ours"}, {"list", {1, 2}}};
  for (unsigned seed = 0; seed < 3000; ++seed) {
    ordered_json expected;
    const std::string text = Writer(seed).document(expected);
    INFO("seed " << seed << ":\n" << text);
    const auto before = parse_jsonc(text);
    REQUIRE(before);
    REQUIRE((**before).to_json() == expected);
    auto& array = expected["configurations"];
    bool found = false;
    for (ordered_json& entry : array) {
      if (!is_ours(entry)) continue;
      entry = ours;
      found = true;
    }
    if (!found) array.push_back(ours);
    if (!expected.contains("version")) expected["version"] = launch_file.version;
    const auto merged = merge(launch_file, text, {ours});
    REQUIRE(merged);
    const auto after = parse_jsonc(*merged);
    INFO(*merged);
    REQUIRE(after);
    CHECK((**after).to_json() == expected);
    CHECK(merge(launch_file, *merged, {ours}) == merged);
    if (found) continue;
    // All that was there is there still, in its order: only something was put in. (Blanks between the last
    // thing and a bracket on the same line may go.)
    std::size_t at = 0;
    const auto skip_blanks = [&] {
      while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) ++at;
    };
    for (const char c : *merged) {
      skip_blanks();
      if (at < text.size() && text[at] == c) ++at;
    }
    skip_blanks();
    CHECK(at == text.size());
  }
}
