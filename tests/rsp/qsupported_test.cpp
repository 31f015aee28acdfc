#include "rsp/qsupported.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using Map = std::map<std::string, std::string, std::less<>>;

TEST_CASE("feature lists are read") {
  struct Row {
    std::string wire;
    Map expected;
  };
  const std::vector<Row> rows{
      {"", {}},
      {";;", {}},
      {"PacketSize=47ff;QStartNoAckMode+;x-;y?",
       {{"PacketSize", "47ff"}, {"QStartNoAckMode", "+"}, {"x", "-"}, {"y", "?"}}},
      {"qXfer:features:read+;", {{"qXfer:features:read", "+"}}},
      {"xmlRegisters=i386", {{"xmlRegisters", "i386"}}},
      {"memory-tagging+;QPassSignals+", {{"QPassSignals", "+"}, {"memory-tagging", "+"}}},
      {"odd", {{"odd", ""}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"a=", {{"a", ""}}},
      {"a+;a-", {{"a", "-"}}},
      {"=x;+;-", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(Features::parse(row.wire).all() == row.expected);
  }
}

TEST_CASE("features are asked for by name") {
  const auto features = Features::parse("a+;b-;c=d;e");
  CHECK(features.has("a"));
  for (const auto* name : {"b", "c", "e", "f", ""}) CHECK_FALSE(features.has(name));
  CHECK(features.value("c") == "d");
  CHECK(features.value("e") == "");
  CHECK_FALSE(features.value("f"));
}

TEST_CASE("PacketSize is believed when it is sane") {
  struct Row {
    std::string wire;
    std::optional<std::size_t> expected;
  };
  const std::vector<Row> rows{
      {"PacketSize=47ff", 0x47ff},
      {"PacketSize=10", 16},
      {"PacketSize=f", {}},
      {"PacketSize=1000000", 16777216},
      {"PacketSize=1000001", {}},
      {"PacketSize=", {}},
      {"PacketSize=-1", {}},
      {"PacketSize+", {}},
      {"PacketSize=ffffffffffffffff", {}},
      {"x+", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wire);
    CHECK(Features::parse(row.wire).packet_size() == row.expected);
  }
}

TEST_CASE("a flood of features is cut off") {
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += "f" + std::to_string(i) + "+;";
  CHECK(Features::parse(flood).all().size() == Features::max_features);
}
