// A user's own view.
#include <string>
#include <vector>

#include "rsp/register_view.hpp"
#include "tests/rsp/view_stubs.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using testing::described;
using testing::gdbserver_description;

TEST_CASE("a user's own view shows registers of the same name") {
  const std::string document = R"(<target><architecture>aarch64</architecture><feature name="f">
    <reg name="pc" bitsize="64" regnum="5"/><reg name="x1" bitsize="32"/><reg name="x0" bitsize="128"/>
    </feature></target>)";
  const auto stub = gdbserver_description();
  const auto values = testing::patterned(*RegisterLayout::of(stub));
  const auto definition = file_view(document, "my.xml");
  REQUIRE(definition);
  const auto compiled = CompiledView::compile(*definition, stub);
  REQUIRE(compiled);
  CHECK(compiled->target_xml() == document);
  CHECK(compiled->read(values).format() ==
        *values.get_hex(32) + values.get_hex(1)->substr(0, 8) + *values.get_hex(0) + "0000000000000000");
}

TEST_CASE("a user's own view that is wrong is refused by name") {
  const auto of = [](const std::string& inside) {
    return "<target><architecture>a</architecture><feature name=\"f\">" + inside + "</feature></target>";
  };
  std::string many;
  for (int i = 0; i < 4097; ++i) many += "<reg name=\"r" + std::to_string(i) + "\" bitsize=\"8\"/>";
  struct Row {
    std::string document, expected;
  };
  const std::vector<Row> rows{
      {"", "my.xml: the document:1: no element found"},
      {of("<reg>"), "my.xml: the document:1: mismatched tag"},
      {"<feature name=\"f\"/>", "my.xml: target.xml:1: the root element is <feature>, not <target>"},
      {"<target/>", "my.xml: it names no <architecture>"},
      {of(""), "my.xml: it has no registers"},
      {of(many), "my.xml: target.xml:1: more than 4096 registers"},
      {of("<reg name=\"a\" bitsize=\"0\"/>"), "my.xml: target.xml:1: register \"a\": bitsize 0"},
      {of("<xi:include href=\"core.xml\"/>"),
       "my.xml: it includes \"core.xml\", and a view must be one document"},
      {of("<reg name=\"a\" bitsize=\"8\"/><reg name=\"a\" bitsize=\"8\"/>"),
       "the view my.xml: two registers \"a\""},
      {of("<reg name=\"a\" bitsize=\"12\"/>"),
       "the view my.xml: register \"a\": 12 bits are no whole number of bytes"},
      {of("<reg name=\"x0\" bitsize=\"8\"/><reg name=\"X1\" bitsize=\"8\"/><reg name=\"q\" bitsize=\"8\"/>"),
       "the view my.xml needs registers that the stub doesn't have: X1, q; it has x0, x1"},
  };
  const auto stub = described({{"x0"}, {"x1"}});
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    const auto definition = file_view(row.document, "my.xml");
    if (!definition) {
      CHECK(definition.error() == row.expected);
      continue;
    }
    const auto view = CompiledView::compile(*definition, stub);
    REQUIRE_FALSE(view);
    CHECK(view.error() == row.expected);
  }
}
