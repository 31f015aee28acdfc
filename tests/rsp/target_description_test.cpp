#include "rsp/target_description.hpp"

#include <map>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;

namespace {

using Annexes = std::map<std::string, std::string, std::less<>>;

FetchAnnex from(const Annexes& annexes) {
  return [&annexes](std::string_view href) -> std::optional<std::string> {
    const auto found = annexes.find(href);
    return found == annexes.end() ? std::nullopt : std::optional(found->second);
  };
}

/// The registers as "feature/name:regnum", or the error.
std::string summary(const std::string& document, const Annexes& annexes = {},
                    const DescriptionLimits& limits = {}) {
  const auto parsed = parse_target_description(document, from(annexes), limits);
  if (!parsed) return parsed.error();
  std::string out;
  for (const auto& feature : parsed->features) {
    for (const auto& reg : feature.registers) {
      out += (out.empty() ? "" : " ") + feature.name + "/" + reg.name + ":" + std::to_string(reg.regnum);
    }
  }
  return out;
}

std::string with_register(const std::string& attributes) {
  return "<target><feature name=\"f\"><reg " + attributes + "/></feature></target>";
}

/// A feature f`n` of one register r`n`.
std::string feature(int n) {
  const auto id = std::to_string(n);
  return "<feature name=\"f" + id + "\"><reg name=\"r" + id + "\" bitsize=\"64\"/></feature>";
}

std::string include(const std::string& href) {
  return "<xi:include href=\"" + href + "\"/>";
}
std::string target(const std::string& inside) {
  return "<target>" + inside + "</target>";
}

}  // namespace

TEST_CASE("a description as gdbserver sends it is read") {
  const std::string document = R"(<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
  <architecture>aarch64</architecture>
  <osabi> GNU/Linux
  </osabi>
  <compatible>arm</compatible>
  <feature name="org.gnu.gdb.aarch64.core">
    <flags id="cpsr_flags" size="4"><field name="SP" start="0" end="0"/></flags>
    <reg name="x0" bitsize="64" type="int"/>
    <reg name="sp" bitsize="64" type="data_ptr" regnum="31"/>
    <reg name="pc" bitsize="64" type="code_ptr"/>
    <reg name="cpsr" bitsize="32" type="cpsr_flags" group="general" save-restore="no"/>
  </feature>
  <feature name="org.gnu.gdb.aarch64.fpu">
    <vector id="v2d" type="ieee_double" count="2"/>
    <reg name="v0" bitsize="128" type="v2d"/>
    <reg name="fpsr" bitsize="0x20" regnum="0x42"/>
  </feature>
</target>)";
  const auto parsed = parse_target_description(document, {});
  REQUIRE(parsed);
  CHECK(parsed->architecture == "aarch64");
  CHECK(parsed->osabi == "GNU/Linux");
  CHECK(summary(document) ==
        "org.gnu.gdb.aarch64.core/x0:0 org.gnu.gdb.aarch64.core/sp:31 org.gnu.gdb.aarch64.core/pc:32 "
        "org.gnu.gdb.aarch64.core/cpsr:33 org.gnu.gdb.aarch64.fpu/v0:34 org.gnu.gdb.aarch64.fpu/fpsr:66");
  const auto* core = parsed->feature("org.gnu.gdb.aarch64.core");
  REQUIRE(core != nullptr);
  const auto& cpsr = core->registers.back();
  CHECK(cpsr.bitsize == 32);
  CHECK(cpsr.type == "cpsr_flags");
  CHECK(cpsr.group == "general");
  CHECK_FALSE(cpsr.save_restore);
  CHECK(core->registers.front().save_restore);
  CHECK(parsed->features.at(1).registers.at(1).type == "int");
  CHECK(parsed->features.at(1).registers.at(1).bitsize == 32);
  CHECK(parsed->feature("x") == nullptr);
}

TEST_CASE("included documents stand where their xi:include does") {
  const Annexes annexes{
      {"core.xml", "<?xml version=\"1.0\"?><!DOCTYPE feature SYSTEM \"gdb-target.dtd\">" + feature(1)},
      {"fpu.xml", feature(2)},
      {"all.xml", target(include("core.xml") + include("fpu.xml"))},
      {"arch.xml", "<architecture>aarch64</architecture>"},
      {"reg.xml", "<reg name=\"in\" bitsize=\"8\"/>"}};
  CHECK(summary(target(include("core.xml") + include("fpu.xml") + feature(3)), annexes) ==
        "f1/r1:0 f2/r2:1 f3/r3:2");
  CHECK(summary(target(include("fpu.xml") + include("core.xml")), annexes) == "f2/r2:0 f1/r1:1");
  CHECK(summary(target(feature(0) + include("all.xml")), annexes) == "f0/r0:0 f1/r1:1 f2/r2:2");
  CHECK(summary(include("all.xml"), annexes) == "f1/r1:0 f2/r2:1");
  CHECK(summary(target("<feature name=\"f\">" + include("reg.xml") + "</feature>"), annexes) == "f/in:0");
  CHECK(parse_target_description(target(include("arch.xml")), from(annexes))->architecture == "aarch64");
  const std::string fallback = "<xi:include href=\"core.xml\"><xi:fallback>" + feature(9) + include("x") +
                               "</xi:fallback></xi:include>";
  CHECK(summary(target(fallback + feature(2)), annexes) == "f1/r1:0 f2/r2:1");
}

TEST_CASE("what isn't known is left out, with all it holds") {
  CHECK(summary(target("<new>" + feature(1) + "</new>" + feature(2))) == "f2/r2:0");
  CHECK(summary("<target><feature name=\"f\"><x><reg name=\"a\" bitsize=\"8\"/></x></feature></target>") ==
        "");
  CHECK(summary(target("<reg name=\"a\" bitsize=\"8\"/>")) == "");
  CHECK(summary(with_register("name=\"a\" bitsize=\"8\" altname=\"b\"")) == "f/a:0");
}

TEST_CASE("a bad description is refused with document, line and reason") {
  struct Row {
    std::string document, expected;
  };
  const std::vector<Row> rows{
      {"", "target.xml:1: no element found"},
      {"<target>\n</targe>", "target.xml:2: mismatched tag"},
      {"<target/>x", "target.xml:1: junk after document element"},
      {"<feature name=\"f\"/>", "target.xml:1: the root element is <feature>, not <target>"},
      {target("\n\n<feature/>"), "target.xml:3: a feature without a name"},
      {target("<feature name=\"\"/>"), "target.xml:1: a feature without a name"},
      {with_register("bitsize=\"8\""), "target.xml:1: a register without a name"},
      {with_register("name=\"\" bitsize=\"8\""), "target.xml:1: a register without a name"},
      {with_register("name=\"a\""), "target.xml:1: register \"a\": no bitsize"},
      {with_register("name=\"a\" bitsize=\"0\""), "target.xml:1: register \"a\": bitsize 0"},
      {with_register("name=\"a\" bitsize=\"-8\""),
       "target.xml:1: register \"a\": bitsize \"-8\" is no number"},
      {with_register("name=\"a\" bitsize=\"\""), "target.xml:1: register \"a\": bitsize \"\" is no number"},
      {with_register("name=\"a\" bitsize=\"0x\""),
       "target.xml:1: register \"a\": bitsize \"0x\" is no number"},
      {with_register("name=\"a\" bitsize=\"8 \""),
       "target.xml:1: register \"a\": bitsize \"8 \" is no number"},
      {with_register("name=\"a\" bitsize=\"524289\""),
       "target.xml:1: register \"a\": bitsize \"524289\" is above 524288"},
      {with_register("name=\"a\" bitsize=\"18446744073709551616\""),
       "target.xml:1: register \"a\": bitsize \"18446744073709551616\" is no number"},
      {with_register("name=\"a\" bitsize=\"8\" regnum=\"x\""),
       "target.xml:1: register \"a\": regnum \"x\" is no number"},
      {with_register("name=\"a\" bitsize=\"8\" regnum=\"65536\""),
       "target.xml:1: register \"a\": regnum 65536 is above 65535"},
      {with_register("name=\"a\" bitsize=\"8\" regnum=\"4294967296\""),
       "target.xml:1: register \"a\": regnum 4294967296 is above 65535"},
      {with_register("name=\"a\" bitsize=\"8\" regnum=\"65535\"/>\n<reg name=\"b\" bitsize=\"8\""),
       "target.xml:2: register \"b\": regnum 65536 is above 65535"},
      {with_register("name=\"a\" bitsize=\"8\" regnum=\"1\"/><reg name=\"b\" bitsize=\"8\" regnum=\"1\""),
       "target.xml:1: register \"b\": regnum 1 is taken"},
      {with_register("name=\"" + std::string(257, 'a') + "\" bitsize=\"8\""),
       "target.xml:1: register \"" + std::string(64, 'a') + "...\": name, type or group is too long"},
      {"<!DOCTYPE target [\n<!ENTITY a \"b\">]><target/>",
       "target.xml:2: entity declarations are refused (\"a\")"},
      {"<!DOCTYPE target [<!ENTITY % a SYSTEM \"/etc/passwd\">]><target/>",
       "target.xml:1: entity declarations are refused (\"a\")"},
      {"<!DOCTYPE target SYSTEM \"x.dtd\"><target>&a;</target>", "target.xml:1: undeclared entity \"a\""},
      {"<target>&a;</target>", "target.xml:1: undefined entity"},
      {target("<xi:include/>"), "target.xml:1: xi:include without href"},
      {target(include("")), "target.xml:1: xi:include without href"},
      {target("\n" + include("a.xml")),
       "target.xml:2: xi:include of \"a.xml\": the stub has no such document"},
      {target(include("target.xml")),
       "target.xml:1: xi:include of \"target.xml\": the document includes itself"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.document);
    CHECK(summary(row.document) == row.expected);
  }
}

TEST_CASE("errors in included documents name the document") {
  const Annexes annexes{{"bad.xml", "\n<feature/>"},
                        {"far/\x01", "x"},
                        {"mid.xml", target("\n" + include("bad.xml"))},
                        {"cut.xml", "<feature name=\"f\">"},
                        {"entity.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>"}};
  CHECK(summary(target(include("bad.xml")), annexes) == "bad.xml:2: a feature without a name");
  CHECK(summary(target(include("mid.xml")), annexes) == "bad.xml:2: a feature without a name");
  CHECK(summary(target(include("cut.xml")), annexes) == "cut.xml:1: no element found");
  CHECK(summary(target(include("entity.xml")), annexes) ==
        "entity.xml:1: entity declarations are refused (\"b\")");
}

TEST_CASE("inclusion is bounded in depth and number, and never goes round") {
  const Annexes round{{"a.xml", target(include("b.xml"))}, {"b.xml", target(include("a.xml"))}};
  CHECK(summary(target(include("a.xml")), round) ==
        "b.xml:1: xi:include of \"a.xml\": the document includes itself");

  Annexes chain;
  for (int i = 0; i < 10; ++i) chain[std::to_string(i)] = target(include(std::to_string(i + 1)));
  CHECK(summary(target(include("2")), {{"2", target(include("3"))}, {"3", target(feature(1))}}) == "f1/r1:0");
  CHECK(summary(target(include("0")), chain) == "7:1: xi:include of \"8\": nested more than 8 deep");

  std::string wide;
  for (int i = 0; i < 33; ++i) wide += include("empty");
  CHECK(summary(target(wide), {{"empty", "<target/>"}}) ==
        "target.xml:1: xi:include of \"empty\": more than 32 documents are included");
}

TEST_CASE("descriptions are bounded in bytes, registers and features") {
  DescriptionLimits limits;
  limits.max_bytes = 200;
  CHECK(summary(target(std::string(200, ' ')), {}, limits) ==
        "target.xml: the description is longer than 200 bytes");
  CHECK(summary(target(include("a")), {{"a", "<a>" + std::string(190, ' ') + "</a>"}}, limits) ==
        "a: the description is longer than 200 bytes");
  limits = {};
  limits.max_registers = 2;
  CHECK(summary(target(feature(1) + feature(2)), {}, limits) == "f1/r1:0 f2/r2:1");
  CHECK(summary(with_register(
                    "name=\"a\" bitsize=\"8\"/><reg name=\"b\" bitsize=\"8\"/><reg name=\"c\" bitsize=\"8\""),
                {}, limits) == "target.xml:1: more than 2 registers");
  CHECK(summary(target("<feature name=\"a\"/><feature name=\"b\"/><feature name=\"c\"/>"), {}, limits) ==
        "target.xml:1: more than 2 features");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  CHECK(summary("<target>" + deep) == "target.xml:1: elements nested more than 64 deep");
}

TEST_CASE("a default attribute of a DTD can't multiply the document") {
  const std::string document = "<!DOCTYPE target [<!ATTLIST reg type CDATA \"" + std::string(100000, 't') +
                               "\">]>" + with_register("name=\"a\" bitsize=\"8\"");
  CHECK(summary(document) == "target.xml:1: register \"a\": name, type or group is too long");
}

TEST_CASE("the includes of a document are listed") {
  using List = std::vector<std::string>;
  CHECK(included_annexes("<target/>").value() == List{});
  CHECK(
      included_annexes(target(include("b.xml") + feature(1) + include("a.xml") + include("b.xml"))).value() ==
      List{"b.xml", "a.xml", "b.xml"});
  CHECK(included_annexes("<!DOCTYPE target SYSTEM \"gdb-target.dtd\">" + feature(1)).value() == List{});
  CHECK(included_annexes("<target>").error() == "the document:1: no element found");
  CHECK(included_annexes("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>").error() ==
        "the document:1: entity declarations are refused (\"b\")");
  std::string wide;
  for (int i = 0; i < 33; ++i) wide += include("a");
  CHECK(included_annexes(target(wide)).error() == "the document:1: more than 32 documents are included");
  CHECK_FALSE(included_annexes(std::string((std::size_t{1} << 20) + 1, ' ')));
}
