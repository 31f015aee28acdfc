// An x86-64 GDB with the x86_64 view, and a scripted stub without SVE.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "proxy/near/view/symbol_store.hpp"
#include "rsp/escape.hpp"
#include "rsp/register_view.hpp"
#include "tests/support/dialogue.hpp"

namespace rspbridge::tests {

inline const std::string offered_by_stub =
    "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;swbreak+;ConditionalBreakpoints+;no-resumed+";

// AArch64's core and fpu features, as a stub without SVE has them: numbers 0 to 67.
inline std::string stub_description() {
  std::string xml = "<target><architecture>aarch64</architecture><feature name=\"org.gnu.gdb.aarch64.core\">";
  for (int i = 0; i < 31; ++i) xml += "<reg name=\"x" + std::to_string(i) + "\" bitsize=\"64\"/>";
  xml +=
      "<reg name=\"sp\" bitsize=\"64\"/><reg name=\"pc\" bitsize=\"64\"/><reg name=\"cpsr\" bitsize=\"32\"/>";
  xml += "</feature><feature name=\"org.gnu.gdb.aarch64.fpu\">";
  for (int i = 0; i < 32; ++i) xml += "<reg name=\"v" + std::to_string(i) + "\" bitsize=\"128\"/>";
  return xml + "<reg name=\"fpsr\" bitsize=\"32\"/><reg name=\"fpcr\" bitsize=\"32\"/></feature></target>";
}

inline constexpr std::uint64_t pc = 0x400550, sp = 0xfffff000;

inline std::string hex_number(std::uint64_t value, std::size_t bytes = 8) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value & 0xff);
  return rsp::to_hex(text);
}

// The stub's g: x registers hold their number times 0x11, v registers theirs in each byte.
inline std::string stub_g(std::uint64_t at = pc) {
  std::string g;
  for (std::uint64_t i = 0; i < 31; ++i) g += hex_number(i * 0x11);
  g += hex_number(sp) + hex_number(at) + hex_number(0x60000000, 4);
  for (int i = 0; i < 32; ++i) g += rsp::to_hex(std::string(16, static_cast<char>(i)));
  return g + hex_number(0, 4) + hex_number(0, 4);
}

inline rsp::RegisterLayout view_layout(Dialogue& d) {
  d.gdb_sends("qXfer:features:read:target.xml:0,ffff");
  const auto reply = d.gdb_pop();
  REQUIRE(reply);
  REQUIRE(reply->front() == 'l');
  const auto xml = rsp::unescape(reply->substr(1));
  const auto description = rsp::parse_target_description(*xml, [](auto) { return std::nullopt; });
  REQUIRE(description);
  CHECK(description->architecture == "i386:x86-64");
  return *rsp::RegisterLayout::of(*description);
}

struct X86 : Dialogue {
  explicit X86(const std::string& offered = offered_by_stub,
               std::shared_ptr<proxy::near::SymbolStore> symbols = nullptr, std::string picked_because = {}) {
    view.why = std::move(picked_because);
    view.kind = proxy::near::ViewKind::x86_64;
    view.symbols = std::move(symbols);
    open_with(offered);
  }
  void open_with(const std::string& offered) {
    opens();
    pass();
    stub_gets("QStartNoAckMode");
    stub_sends("OK");
    stub_no_ack();
    gdb_connects();
    gdb_sends("qSupported:multiprocess+;swbreak+;hwbreak+");
    stub_gets("qSupported:multiprocess+;swbreak+;hwbreak+");
    stub_sends(offered);
    supported = gdb_pop().value_or("");
    gdb_sends("QStartNoAckMode");
    gdb_gets("OK");
    gdb_no_ack();
    gdb_sends("Hg0");
    stub_gets("Hg0");
    stub_sends("OK");
    gdb_gets("OK");
  }
  /// Answers what the view asks before its first use.
  void describe() {
    gdb_sends("qXfer:features:read:target.xml:0,1");
    stub_gets("qXfer:features:read:target.xml:0,1000");
    stub_sends("l" + rsp::escape(stub_description()));
    gdb_gets("m<");
  }
  std::string supported;
};

inline std::string number(const rsp::RegisterLayout& layout, std::string_view name) {
  const auto* found = layout.find(name);
  REQUIRE(found);
  return rsp::format_hex(found->regnum);
}

}  // namespace rspbridge::tests
