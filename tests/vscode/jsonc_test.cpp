#include "proxy/cli/vscode/jsonc.hpp"

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::vscode;

namespace {

Node good(std::string_view text) {
  auto parsed = parse_jsonc(text);
  INFO(text);
  if (!parsed) FAIL(parsed.error());
  REQUIRE(*parsed);
  return **std::move(parsed);
}

}  // namespace

TEST_CASE("comments, trailing commas and what looks like them in strings") {
  const struct {
    const char* text;
    const char* json;
  } cases[] = {
      {R"({})", R"({})"},
      {R"( /* a */ [ 1 , // b
           2, /*c*/ ] // d)",
       "[1,2]"},
      {R"({"a//b": "/* no */", "c": "x\"//y", "d": "\\", })", R"({"a//b":"/* no */","c":"x\"//y","d":"\\"})"},
      {R"({"a": [true,false,null,-1.5e3], "b":{"c":{}}})", R"({"a":[true,false,null,-1500.0],"b":{"c":{}}})"},
      {"\xef\xbb\xbf{\"\\u0041\": 1/**/}", R"({"A":1})"},
      {"\r\n[\r\n\"\xc3\xa9\"\r\n]\r\n", "[\"\xc3\xa9\"]"},
      {"{\"a\":1,\"a\":2}", R"({"a":2})"},
      {"7", "7"},
  };
  for (const auto& one : cases) CHECK(good(one.text).to_json() == nlohmann::ordered_json::parse(one.json));
}

TEST_CASE("each thing is where it is said to be") {
  const std::string_view text = R"(/**/{"a": [1, {"b": 2}], })";
  const Node root = good(text);
  CHECK(text.substr(root.span.begin, root.span.end - root.span.begin) == R"({"a": [1, {"b": 2}], })");
  CHECK(root.trailing_comma);
  const Node* array = root.find("a");
  REQUIRE(array);
  CHECK_FALSE(array->trailing_comma);
  CHECK(text.substr(array->span.begin, array->span.end - array->span.begin) == R"([1, {"b": 2}])");
  REQUIRE(array->members.size() == 2);
  CHECK(text.substr(array->members[1].begin).starts_with(R"({"b")"));
  CHECK(root.find("b") == nullptr);
}

TEST_CASE("a text without a value is no error") {
  for (const char* text : {"", " \t\r\n", "// only this", "/* and */ // this\n", "\xef\xbb\xbf"}) {
    const auto parsed = parse_jsonc(text);
    INFO(text);
    REQUIRE(parsed);
    CHECK_FALSE(*parsed);
  }
}

TEST_CASE("what is wrong is told with its place") {
  const struct {
    std::string text;
    const char* error;
  } cases[] = {
      {"{", "1:2: a name in quotes is missing"},
      {"{\n  \"a\": 1\n  \"b\": 2\n}", "3:3: a comma or } is missing"},
      {"[1 2]", "1:4: a comma or ] is missing"},
      {"[1,,2]", "1:4: this is no JSON value"},
      {"{\"a\" 1}", "1:6: a colon is missing"},
      {"{a: 1}", "1:2: a name in quotes is missing"},
      {"{\"a\":", "1:6: a value is missing"},
      {"[\"x\n\"]", "1:2: this string has no end"},
      {"[\"\\", "1:2: this string has no end"},
      {"[\"\\x\"]", "1:2: this is no JSON value"},
      {"[tru]", "1:2: this is no JSON value"},
      {"['x']", "1:2: this is no JSON value"},
      {"/* a\n[]", "1:1: this comment has no end"},
      {"[]\r\n[]", "2:1: something follows the end"},
      {"\xef\xbb\xbf[x", "1:2: this is no JSON value"},
      {"[\"\xc3\xa9\", x]", "1:7: this is no JSON value"},
      {"[\"\xff\"]", "1:2: this is no JSON value"},
      {std::string(201, '['), "1:201: it is nested too deep"},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_jsonc(one.text);
    INFO(one.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == one.error);
  }
}
