#include "proxy/cli/vscode/merge.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::vscode;
using nlohmann::ordered_json;

namespace {

const ordered_json ours = {{"name", "ours"}, {"list", {1, 2}}};

std::string merged(const std::string& text, const std::vector<ordered_json>& entries = {ours}) {
  auto result = merge(launch_file, text, entries);
  INFO(text);
  if (!result) FAIL(result.error());
  // Once more changes nothing.
  auto again = merge(launch_file, *result, entries);
  REQUIRE(again);
  CHECK(*again == *result);
  return *std::move(result);
}

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return result;
}

}  // namespace

TEST_CASE("a new file") {
  const std::string expected = R"({
    "version": "0.2.0",
    "configurations": [
        {
            "name": "ours",
            "list": [
                1,
                2
            ]
        }
    ]
}
)";
  CHECK(merged("") == expected);
  CHECK(merged("\xef\xbb\xbf") == "\xef\xbb\xbf" + expected);
  CHECK(merged("// mine\n") == "// mine\n" + expected);
  CHECK(merged("// mine") == "// mine\n" + expected);
}

TEST_CASE("an entry is added at the end, and all else stays byte for byte") {
  const struct {
    const char *before, *after;
  } cases[] = {
      // VS Code's own layout; comments in every place.
      {R"({
  // "configurations": [ { "name": "ours" } ]
  "version": "0.2.0", /* " */
  "configurations": [ // [
    {"name": "other", "args": ["// ours", "/*"]} /* last */ // of all
    // end ]
  ] // behind
}
)",
       R"({
  // "configurations": [ { "name": "ours" } ]
  "version": "0.2.0", /* " */
  "configurations": [ // [
    {"name": "other", "args": ["// ours", "/*"]}, /* last */ // of all
    // end ]
    {
      "name": "ours",
      "list": [
        1,
        2
      ]
    }
  ] // behind
}
)"},
      // Trailing commas are kept, and got.
      {"{\n\t\"version\": \"0.2.0\",\n\t\"configurations\": [\n\t\t{\"name\": \"other\"},\n\t],\n}",
       "{\n\t\"version\": \"0.2.0\",\n\t\"configurations\": [\n\t\t{\"name\": "
       "\"other\"},\n\t\t{\n\t\t\t\"name\": "
       "\"ours\",\n\t\t\t\"list\": [\n\t\t\t\t1,\n\t\t\t\t2\n\t\t\t]\n\t\t},\n\t],\n}"},
      {"{\n  \"version\": \"0.2.0\",\n  \"configurations\": []\n}\n",
       "{\n  \"version\": \"0.2.0\",\n  \"configurations\": [\n    {\n      \"name\": \"ours\",\n      "
       "\"list\": "
       "[\n        1,\n        2\n      ]\n    }\n  ]\n}\n"},
      {"{\"version\":\"0.2.0\",\"configurations\":[{\"name\":\"other\"}]}",
       "{\"version\":\"0.2.0\",\"configurations\":[{\"name\":\"other\"},\n    {\n        \"name\": "
       "\"ours\",\n        "
       "\"list\": [\n            1,\n            2\n        ]\n    }\n]}"},
      // What the file lacks comes in.
      {"{\n  \"inputs\": [] // mine\n}\n",
       "{\n  \"inputs\": [], // mine\n  \"version\": \"0.2.0\",\n  \"configurations\": [\n    {\n      "
       "\"name\": "
       "\"ours\",\n      \"list\": [\n        1,\n        2\n      ]\n    }\n  ]\n}\n"},
  };
  for (const auto& one : cases) {
    CHECK(merged(one.before) == one.after);
    CHECK(merged(with_crlf(one.before)).find("\n\n") == std::string::npos);
  }
  CHECK(merged(with_crlf(cases[0].before)) == with_crlf(cases[0].after));
  CHECK(merged(with_crlf(cases[1].before)) == with_crlf(cases[1].after));
  CHECK(merged(with_crlf(cases[4].before)) == with_crlf(cases[4].after));
}

TEST_CASE("an older entry of that name is replaced where it is") {
  const std::string before = R"({
    "version": "0.2.0",
    "configurations": [
        {"name": "first"},
        {"name": "ours", "old": true /* gone */}, // kept
        {"name": "ours2"}, {"type": "x"}, 7
    ]
})";
  std::string after = before;
  const std::string old = R"({"name": "ours", "old": true /* gone */})";
  after.replace(after.find(old), old.size(), R"({
            "name": "ours",
            "list": [
                1,
                2
            ]
        })");
  CHECK(merged(before) == after);
}

TEST_CASE("an equal entry stays as it is written") {
  const std::string text =
      R"({"version":"0.2.0","configurations":[{ "name": "ours", /* why */ "list": [1,2,], },]})";
  CHECK(merged(text) == text);
}

TEST_CASE("several entries, and both of the same name") {
  const ordered_json other = {{"name", "other"}};
  const std::string text = merged(
      R"({"version":"0.2.0","configurations":[{"name":"other","x":1},{"name":"other"}]})", {ours, other});
  const auto found = entries(launch_file, text);
  REQUIRE(found);
  CHECK(*found == std::vector<ordered_json>{other, other, ours});
}

TEST_CASE("what isn't understood is left, with the place") {
  const struct {
    const char *text, *error;
  } cases[] = {
      {"[]", "1:1: this is no object"},
      {"7", "1:1: this is no object"},
      {"{\n  \"configurations\": {}\n}", "2:21: \"configurations\" is no array"},
      {"{\"configurations\": 1}", "1:20: \"configurations\" is no array"},
      {"{\"version\": \"0.1.0\"}", "1:13: the version isn't \"0.2.0\""},
      {"{\"version\": [], \"configurations\": []}", "1:13: the version isn't \"0.2.0\""},
      {"{\"configurations\": [}", "1:21: this is no JSON value"},
      {"<<<<<<< HEAD\n{}", "1:1: this is no JSON value"},
  };
  for (const auto& one : cases) {
    const auto result = merge(launch_file, one.text, {ours});
    INFO(one.text);
    REQUIRE_FALSE(result);
    CHECK(result.error() == one.error);
    CHECK_FALSE(entries(launch_file, one.text));
  }
}
