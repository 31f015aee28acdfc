// A small view with each kind of register, for tests of what a view does.
#pragma once

#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "rsp/register_view.hpp"
#include "rsp/view_shape.hpp"
#include "tests/rsp/view_stubs.hpp"
#include "tests/support/catch.hpp"

namespace rspbridge::rsp::testing {

// The stub's registers: a:0, b:1, cpsr:2, wide:3. What the view makes of them, by number:
// 0 whole and 1 again of a; 2 wider than b; 3 low and 4 whole of wide; 5 eflags; 6 a constant;
// 7 one that ignores writes; 8 unavailable; 9 optional.
inline TargetDescription stub() {
  return described({{"a", 64}, {"b", 32}, {"cpsr", 32}, {"wide", 128}});
}

inline ViewDefinition definition() {
  const Source flags{.kind = Source::Kind::flags, .names = {"cpsr"}};
  const Source constant{.kind = Source::Kind::constant, .bytes = "\x01\x02"};
  const Source ignoring{.kind = Source::Kind::constant, .bytes = "\xff\xff", .ignores_writes = true};
  return define_view("test", "aarch64", "",
                     {{"f",
                       "",
                       {{"whole", 64, "int", "", copy_of({"none", "a"})},
                        {"again", 64, "int", "", copy_of({"a"})},
                        {"wider", 64, "int", "", copy_of({"b"})},
                        {"low", 32, "int", "", copy_of({"wide"})},
                        {"wide", 128, "int", "", copy_of({"wide"})},
                        {"eflags", 32, "int", "", flags},
                        {"constant", 16, "int", "", constant},
                        {"ignoring", 16, "int", "", ignoring},
                        {"unavailable", 16, "int", ""},
                        {"optional", 16, "int", "", copy_if_any({"none"})}}}});
}

inline CompiledView view() {
  auto compiled = CompiledView::compile(definition(), stub());
  REQUIRE(compiled);
  return *compiled;
}

// a = 0x..10.., b, cpsr = N and C and a bit of its own, wide.
inline const std::string stub_g =
    "0102030405060708"
    "11121314"
    "000010a0"
    "202122232425262728292a2b2c2d2e2f";

inline RegisterValues stub_values(const std::string& g = stub_g) {
  auto values = RegisterValues::parse(*RegisterLayout::of(stub()), g);
  REQUIRE(values);
  return *values;
}

/// "regnum=hex ..." or the error.
inline std::string line(const tl::expected<std::vector<StubWrite>, std::string>& writes) {
  if (!writes) return writes.error();
  std::string out;
  for (const auto& write : *writes) out += std::to_string(write.regnum) + "=" + to_hex(write.bytes) + " ";
  return out;
}

}  // namespace rspbridge::rsp::testing
