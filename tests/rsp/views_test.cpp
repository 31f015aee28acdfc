// The views core and x86_64.
#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "rsp/register_view.hpp"
#include "rsp/x86_64_roles.hpp"
#include "tests/rsp/view_stubs.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using testing::add_feature;
using testing::bytes_of;
using testing::described;
using testing::gdbserver_description;

namespace {

CompiledView compiled(const tl::expected<ViewDefinition, std::string>& definition,
                      const TargetDescription& stub) {
  INFO((definition ? "" : definition.error()));
  REQUIRE(definition);
  auto view = CompiledView::compile(*definition, stub);
  INFO((view ? "" : view.error()));
  REQUIRE(view);
  return *view;
}

/// What the view shows of one register, in hex.
std::string shown(const CompiledView& view, const std::string& name, const RegisterValues& stub) {
  const auto* reg = view.layout().find(name);
  return reg == nullptr ? "no such register" : *view.read_one(reg->regnum, stub);
}

std::string feature_names(const CompiledView& view) {
  std::string out;
  const auto parsed = parse_target_description(view.target_xml(), {});
  REQUIRE(parsed);
  for (const auto& feature : parsed->features) {
    out += feature.name.substr(feature.name.rfind('.') + 1) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("core has what every GDB for AArch64 knows") {
  struct Row {
    TargetDescription stub;
    ViewFacts facts;
    std::string features;
  };
  auto with_pauth = gdbserver_description();
  add_feature(with_pauth, "org.gnu.gdb.aarch64.pauth", {{"pauth_dmask"}, {"pauth_cmask"}});
  auto with_more = gdbserver_description("z", 256);
  add_feature(with_more, "org.gnu.gdb.aarch64.mte", {{"tag_ctl"}});
  add_feature(with_more, "org.gnu.gdb.aarch64.tls", {{"tpidr"}, {"tpidr2"}});
  auto no_fpu = gdbserver_description();
  no_fpu.features.pop_back();
  const std::vector<Row> rows{
      {gdbserver_description(), {}, "core fpu "},
      {gdbserver_description(), {true, 1}, "core fpu pauth "},
      {with_pauth, {}, "core fpu pauth "},
      {with_more, {}, "core fpu tls "},
      {with_more, {true, 1}, "core fpu pauth tls "},
      {no_fpu, {}, "core "},
      {gdbserver_description("z", 2048), {}, "core fpu "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.features);
    const auto view = compiled(core_view(row.stub, row.facts), row.stub);
    CHECK(feature_names(view) == row.features);
    CHECK(view.layout().find("x30")->regnum == 30);
    CHECK(view.layout().find("cpsr")->offset == 264);
  }
}

TEST_CASE("core takes v from the low half of z, and pauth's masks from where they are known") {
  const auto sve = gdbserver_description("z", 256);
  const auto values = testing::patterned(*RegisterLayout::of(sve));
  const auto view = compiled(core_view(sve, {true, 0x7f000000000000}), sve);
  const auto z3 = *values.get(37);
  CHECK(shown(view, "v3", values) == to_hex(z3.substr(0, 16)));
  CHECK(shown(view, "pauth_cmask", values) == "0000000000007f00");
  CHECK(shown(view, "pauth_dmask", values) == "0000000000007f00");
  const auto writes = view.write(view.layout().find("v3")->regnum, std::string(16, 'n'), values);
  REQUIRE(writes);
  CHECK(*writes == std::vector<StubWrite>{{37, std::string(16, 'n') + z3.substr(16)}});

  auto own = gdbserver_description();
  add_feature(own, "org.gnu.gdb.aarch64.pauth_v2", {{"pauth_dmask"}, {"pauth_cmask"}});
  const auto own_values = testing::patterned(*RegisterLayout::of(own));
  CHECK(shown(compiled(core_view(own, {true, 1}), own), "pauth_cmask", own_values) ==
        *own_values.get_hex(69));
}

TEST_CASE("what a stub says of itself is quoted in the view") {
  auto stub = gdbserver_description();
  stub.osabi = "<&\">";
  add_feature(stub, "org.gnu.gdb.aarch64.tls", {{"tpidr"}, {"a\"<&>b"}});
  stub.features.back().registers.back().type = "own_type";
  const auto view = compiled(core_view(stub, {}), stub);
  const auto parsed = parse_target_description(view.target_xml(), {});
  REQUIRE(parsed);
  CHECK(parsed->osabi == "<&\">");
  CHECK(parsed->features.back().registers.back().name == "a\"<&>b");
  CHECK(parsed->features.back().registers.back().type == "int");
  CHECK(view.layout().find("a\"<&>b") != nullptr);
}

TEST_CASE("x86_64 shows each register in its role") {
  auto stub = gdbserver_description();
  add_feature(stub, "org.gnu.gdb.aarch64.tls", {{"tpidr"}});
  const auto values = testing::patterned(*RegisterLayout::of(stub));
  const auto view = compiled(x86_64_view(stub), stub);
  CHECK(feature_names(view) == "core sse linux segments aarch64 ");
  for (const auto& role : x86_64_roles) {
    CAPTURE(role.amd64);
    const auto* source = view.stub_layout().find(role.arm64);
    REQUIRE(source != nullptr);
    CHECK(view.layout().find(role.amd64)->size == role.bits / 8);
    CHECK(shown(view, std::string(role.amd64), values) ==
          to_hex(values.get(source->regnum)->substr(0, role.bits / 8)));
  }
  struct Row {
    std::string name, expected;
  };
  const std::vector<Row> rows{
      {"rip", *values.get_hex(32)},
      {"a64_pc", *values.get_hex(32)},
      {"a64_sp", *values.get_hex(31)},
      {"x17", *values.get_hex(17)},
      {"v31", *values.get_hex(65)},
      {"fpsr", *values.get_hex(66)},
      {"fs_base", *values.get_hex(68)},
      {"tpidr", *values.get_hex(68)},
      {"gs_base", "xxxxxxxxxxxxxxxx"},
      {"mxcsr", "xxxxxxxx"},
      {"fctrl", "xxxxxxxx"},
      {"fop", "xxxxxxxx"},
      {"orig_rax", "ffffffffffffffff"},
      {"st0", "0000000000000000ff7f"},
      {"st7", "0000000000000000ff7f"},
      {"cpsr", *values.get_hex(33)},
      {"sp", "no such register"},
      {"pc", "no such register"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(shown(view, row.name, values) == row.expected);
  }
}

TEST_CASE("x86_64 makes do without what a stub leaves out") {
  auto lldb = gdbserver_description();
  lldb.features.front().registers[29].name = "fp";
  lldb.features.front().registers[30].name = "lr";
  lldb.features.pop_back();
  const auto values = testing::patterned(*RegisterLayout::of(lldb));
  const auto view = compiled(x86_64_view(lldb), lldb);
  CHECK(shown(view, "rbp", values) == *values.get_hex(29));
  CHECK(shown(view, "x30", values) == *values.get_hex(30));
  CHECK(shown(view, "xmm0", values) == std::string(32, 'x'));
  CHECK(shown(view, "v0", values) == std::string(32, 'x'));
  CHECK(shown(view, "fs_base", values) == std::string(16, 'x'));
  CHECK(shown(view, "tpidr", values) == "no such register");
}

TEST_CASE("GDB's own writes of orig_rax do nothing") {
  const auto stub = gdbserver_description();
  const auto view = compiled(x86_64_view(stub), stub);
  const auto values = testing::patterned(*RegisterLayout::of(stub));
  for (const std::uint64_t value : {~std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{59}}) {
    const auto writes = view.write(view.layout().find("orig_rax")->regnum, bytes_of(value), values);
    REQUIRE(writes);
    CHECK(writes->empty());
  }
}

TEST_CASE("a view that doesn't fit the stub is refused in words") {
  auto arm = gdbserver_description();
  arm.architecture = "arm\n";
  CHECK(core_view(arm, {}).error() ==
        "the view core is for aarch64, and the stub's architecture is \"arm\\x0a\"");
  CHECK(x86_64_view(arm).error() ==
        "the view x86_64 is for aarch64, and the stub's architecture is \"arm\\x0a\"");
  const auto few = described({{"x0"}, {"x1"}, {"evil\n"}});
  CHECK(CompiledView::compile(*core_view(few, {}), few).error() ==
        "the view core needs registers that the stub doesn't have: x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, "
        "x12, x13, x14, x15, x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30, sp, "
        "pc, cpsr; it has x0, x1, evil\\x0a");
  CHECK(CompiledView::compile(*x86_64_view(few), few)
            .error()
            .starts_with(
                "the view x86_64 needs registers that the stub doesn't have: x19, x2, x3, x4, x29, sp, x5"));
  const TargetDescription none{"aarch64", "", {}};
  CHECK(CompiledView::compile(*core_view(none, {}), none).error().ends_with("pc, cpsr; it has none"));
}
