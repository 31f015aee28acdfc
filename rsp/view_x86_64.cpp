// The view `x86_64`: an amd64 machine, by rsp/x86_64_roles.hpp, with ARM64's own registers beside it.
#include <algorithm>
#include <array>
#include <utility>

#include "rsp/view_shape.hpp"
#include "rsp/x86_64_roles.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::string_view core_types = R"(    <flags id="i386_eflags" size="4">
      <field name="CF" start="0" end="0"/>
      <field name="" start="1" end="1"/>
      <field name="PF" start="2" end="2"/>
      <field name="AF" start="4" end="4"/>
      <field name="ZF" start="6" end="6"/>
      <field name="SF" start="7" end="7"/>
      <field name="TF" start="8" end="8"/>
      <field name="IF" start="9" end="9"/>
      <field name="DF" start="10" end="10"/>
      <field name="OF" start="11" end="11"/>
    </flags>
)";

constexpr std::string_view sse_types = R"(    <vector id="v4f" type="ieee_single" count="4"/>
    <vector id="v2d" type="ieee_double" count="2"/>
    <vector id="v16i8" type="int8" count="16"/>
    <vector id="v8i16" type="int16" count="8"/>
    <vector id="v4i32" type="int32" count="4"/>
    <vector id="v2i64" type="int64" count="2"/>
    <union id="vec128">
      <field name="v4_float" type="v4f"/>
      <field name="v2_double" type="v2d"/>
      <field name="v16_int8" type="v16i8"/>
      <field name="v8_int16" type="v8i16"/>
      <field name="v4_int32" type="v4i32"/>
      <field name="v2_int64" type="v2i64"/>
      <field name="uint128" type="uint128"/>
    </union>
)";

/// The thread pointer's names: gdbserver's, qemu's.
const std::vector<std::string> thread_pointer{"tpidr", "TPIDR_EL0"};

/// The amd64 register by its role; unavailable if it has none.
ViewRegister in_role(std::string_view amd64, std::uint32_t bits_without_role, std::string_view type) {
  const auto role = std::ranges::find(x86_64_roles, amd64, &Role::amd64);
  if (role == x86_64_roles.end()) return {std::string(amd64), bits_without_role, std::string(type)};
  const bool vector = role->arm64.starts_with('v');
  auto names = stub_names(role->arm64);
  return {std::string(amd64), role->bits, std::string(type), "",
          vector ? copy_if_any(std::move(names)) : copy_of(std::move(names))};
}

/// GDB takes registers by name; the order is its own.
ViewFeature core() {
  constexpr std::array<std::string_view, 16> general{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                                                     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  constexpr std::array<std::string_view, 6> segments{"cs", "ss", "ds", "es", "fs", "gs"};
  constexpr std::array<std::string_view, 8> x87{"fctrl", "fstat", "ftag",  "fiseg",
                                                "fioff", "foseg", "fooff", "fop"};
  // Not unavailable: GDB reads a long double that a function returned out of st0 without asking whether it
  // has a value, and prints 0. An exponent of ones without the integer bit is no number in any
  // format of the x87, and GDB says so.
  const Source no_float{.kind = Source::Kind::constant, .bytes = std::string(8, '\0') + "\xff\x7f"};
  ViewFeature out{"org.gnu.gdb.i386.core", core_types, {}};
  for (const auto name : general) {
    out.registers.push_back(in_role(name, 64, name == "rbp" || name == "rsp" ? "data_ptr" : "int64"));
  }
  out.registers.push_back({"rip", 64, "code_ptr", "", copy_of({"pc"})});
  out.registers.push_back(
      {"eflags", 32, "i386_eflags", "", {.kind = Source::Kind::flags, .names = {"cpsr"}}});
  for (const auto name : segments) {
    out.registers.push_back(in_role(name, 32, "int64"));
  }
  for (int i = 0; i < 8; ++i) {
    out.registers.push_back({"st" + std::to_string(i), 80, "i387_ext", "", no_float});
  }
  for (const auto name : x87) out.registers.push_back({std::string(name), 32, "int", "float"});
  return out;
}

ViewFeature sse() {
  ViewFeature out{"org.gnu.gdb.i386.sse", sse_types, {}};
  for (int i = 0; i < 16; ++i) {
    auto reg = in_role("xmm" + std::to_string(i), 128, "vec128");
    if (reg.bits == 64) reg.type = "int64";
    out.registers.push_back(std::move(reg));
  }
  out.registers.push_back({"mxcsr", 32, "int", "vector"});
  return out;
}

/// GDB writes -1 to orig_rax whenever it sets the pc or calls a function (amd64_linux_write_pc).
ViewFeature linux_specific() {
  const Source no_syscall{
      .kind = Source::Kind::constant, .bytes = std::string(8, '\xff'), .ignores_writes = true};
  return {"org.gnu.gdb.i386.linux", "", {{"orig_rax", 64, "int", "system", no_syscall}}};
}

ViewFeature segments() {
  return {"org.gnu.gdb.i386.segments",
          "",
          {{"fs_base", 64, "int", "", copy_if_any(thread_pointer)}, {"gs_base", 64, "int"}}};
}

/// ARM64's own. Names that GDB takes for amd64's are prefixed. GDB's amd64 code minds no group: its
/// `info registers` has all of these.
ViewFeature aarch64(const TargetDescription& stub, std::string_view types) {
  ViewFeature out{"org.rspbridge.aarch64", types,
                  numbered("x", 31, {"", 64, "int64", "general", copy_of({})})};
  out.registers.push_back({"a64_sp", 64, "data_ptr", "general", copy_of({"sp"})});
  out.registers.push_back({"a64_pc", 64, "code_ptr", "general", copy_of({"pc"})});
  out.registers.push_back({"cpsr", 32, "cpsr_flags", "general", copy_of({"cpsr"})});
  for (auto& reg : numbered("v", 32, {"", 128, "aarch64v", "vector", copy_if_any({})})) {
    out.registers.push_back(std::move(reg));
  }
  out.registers.push_back({"fpsr", 32, "fpsr_flags", "float", copy_if_any({"fpsr"})});
  out.registers.push_back({"fpcr", 32, "fpcr_flags", "float", copy_if_any({"fpcr"})});
  if (has_any(stub, thread_pointer)) {
    out.registers.push_back({"tpidr", 64, "data_ptr", "system", copy_of(thread_pointer)});
  }
  return out;
}

}  // namespace

tl::expected<ViewDefinition, std::string> x86_64_view(const TargetDescription& stub) {
  constexpr std::string_view name = "x86_64";
  if (auto fits = require_aarch64(name, stub); !fits) return tl::unexpected(std::move(fits.error()));
  const auto types = std::string(aarch64_core_types) + std::string(aarch64_vector_types);
  return define_view(std::string(name), "i386:x86-64", "GNU/Linux",
                     {core(), sse(), linux_specific(), segments(), aarch64(stub, types)});
}

}  // namespace rspbridge::rsp
