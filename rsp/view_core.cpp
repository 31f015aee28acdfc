// The view `core`: the features of AArch64 that every GDB for it knows.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "rsp/view_shape.hpp"

namespace rspbridge::rsp {
namespace {

ViewFeature core() {
  ViewFeature out{"org.gnu.gdb.aarch64.core", aarch64_core_types,
                  numbered("x", 31, {"", 64, "int", "", copy_of({})})};
  out.registers.push_back({"sp", 64, "data_ptr", "", copy_of({"sp"})});
  out.registers.push_back({"pc", 64, "code_ptr", "", copy_of({"pc"})});
  out.registers.push_back({"cpsr", 32, "cpsr_flags", "", copy_of({"cpsr"})});
  return out;
}

ViewFeature fpu() {
  const ViewRegister like{"", 128, "aarch64v", "", copy_of({})};
  ViewFeature out{"org.gnu.gdb.aarch64.fpu", aarch64_vector_types, numbered("v", 32, like)};
  out.registers.push_back({"fpsr", 32, "fpsr_flags", "", copy_of({"fpsr"})});
  out.registers.push_back({"fpcr", 32, "fpcr_flags", "", copy_of({"fpcr"})});
  return out;
}

/// GDB takes the masks for the bits of code and data addresses to drop; unwinding fails without them.
ViewFeature pauth(const Source& data, const Source& code) {
  return {"org.gnu.gdb.aarch64.pauth",
          "",
          {{"pauth_dmask", 64, "int", "", data}, {"pauth_cmask", 64, "int", "", code}}};
}

std::string little_endian(std::uint64_t value) {
  std::string out(sizeof value, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(value >> (8 * i));
  return out;
}

/// As the stub has it. A type of the stub's own isn't among the view's types: `int` then.
ViewFeature tls(const Feature& of_stub) {
  constexpr std::array<std::string_view, 4> known_types{"data_ptr", "code_ptr", "int64", "uint64"};
  ViewFeature out{of_stub.name, "", {}};
  for (const auto& reg : of_stub.registers) {
    const bool known = std::ranges::find(known_types, reg.type) != known_types.end();
    out.registers.push_back(
        {reg.name, reg.bitsize, known ? reg.type : "int", reg.group, copy_of({reg.name})});
  }
  return out;
}

}  // namespace

tl::expected<ViewDefinition, std::string> core_view(const TargetDescription& stub, const ViewFacts& facts) {
  constexpr std::string_view name = "core";
  if (auto fits = require_aarch64(name, stub); !fits) return tl::unexpected(std::move(fits.error()));
  std::vector<ViewFeature> features{core()};
  if (has_any(stub, stub_names("v0"))) features.push_back(fpu());
  if (has_any(stub, {"pauth_cmask"})) {
    features.push_back(pauth(copy_of({"pauth_dmask"}), copy_of({"pauth_cmask"})));
  } else if (facts.pac) {
    const Source mask{.kind = Source::Kind::constant, .bytes = little_endian(facts.pac_mask)};
    features.push_back(pauth(mask, mask));
  }
  if (const auto* own = stub.feature("org.gnu.gdb.aarch64.tls")) features.push_back(tls(*own));
  return define_view(std::string(name), "aarch64", stub.osabi, features);
}

}  // namespace rspbridge::rsp
