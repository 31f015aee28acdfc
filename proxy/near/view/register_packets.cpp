// g, G, p and P in a view.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::near {
namespace {

// A register that the stub's g leaves out ends ours, too: GDB then asks for it, and those behind it, by p.
std::string as_far_as_known(const Registers& registers, const rsp::RegisterValues& shown) {
  std::string all = shown.format();
  for (const rsp::LayoutRegister& reg : shown.layout().registers())
    for (const std::uint32_t source : registers.view()->sources(reg.regnum))
      if (registers.left_out(source)) return all.substr(0, 2 * reg.offset);
  return all;
}

// What a write of GDB's is worth a refusal for, beside what the view itself refuses.
std::optional<std::string> note_write(View& view, const rsp::LayoutRegister& reg, std::string_view bytes) {
  return view.is_x86_64() ? view.calls().note_register(reg.name, rsp::little_endian(bytes)) : std::nullopt;
}

// GDB shows the text for P, and drops it for G.
std::string refused(View& view, const std::string& sentence) {
  view.client().warn("GDB's write of a register is refused: " + sentence);
  return "E.rspbridge: " + sentence;
}

}  // namespace

Task<std::string> view_read_registers(View& view, const PacketRow&, std::string) {
  Registers& registers = view.registers();
  auto loading = registers.load();
  auto failed = co_await loading;
  if (failed) co_return *failed;
  auto fetching = registers.fetch({});
  failed = co_await fetching;
  if (failed) co_return *failed;
  rsp::RegisterValues shown = registers.view()->read(registers.values());
  registers.shown = shown;
  co_return as_far_as_known(registers, shown);
}

Task<std::string> view_read_register(View& view, const PacketRow&, std::string request) {
  Registers& registers = view.registers();
  auto loading = registers.load();
  auto failed = co_await loading;
  if (failed) co_return *failed;
  const auto number = rsp::parse_hex(std::string_view(request).substr(1));
  const rsp::LayoutRegister* reg = number && *number <= UINT32_MAX
                                       ? registers.view()->layout().find(static_cast<std::uint32_t>(*number))
                                       : nullptr;
  if (!reg) co_return "E01";
  auto fetching = registers.fetch(registers.view()->sources(reg->regnum));
  failed = co_await fetching;
  if (failed) co_return *failed;
  co_return registers.view()->read_one(reg->regnum, registers.values()).value_or("E01");
}

Task<std::string> view_write_register(View& view, const PacketRow&, std::string request) {
  Registers& registers = view.registers();
  auto loading = registers.load();
  auto failed = co_await loading;
  if (failed) co_return *failed;
  const auto words = rsp::cut(std::string_view(request).substr(1), '=');
  const auto number = words ? rsp::parse_hex(words->first) : std::nullopt;
  const auto bytes = words ? rsp::from_hex(words->second) : std::nullopt;
  const rsp::LayoutRegister* reg = number && *number <= UINT32_MAX
                                       ? registers.view()->layout().find(static_cast<std::uint32_t>(*number))
                                       : nullptr;
  if (!reg || !bytes) co_return "E01";
  auto call = note_write(view, *reg, *bytes);
  if (call) co_return refused(view, call->substr(call->find(':') + 2));
  auto fetching = registers.fetch(registers.view()->sources(reg->regnum));
  failed = co_await fetching;
  if (failed) co_return *failed;
  auto writes = registers.view()->write(reg->regnum, *bytes, registers.values());
  if (!writes) co_return refused(view, writes.error());
  auto storing = registers.store(*std::move(writes));
  failed = co_await storing;
  co_return failed.value_or("OK");
}

Task<std::string> view_write_registers(View& view, const PacketRow&, std::string request) {
  Registers& registers = view.registers();
  auto loading = registers.load();
  auto failed = co_await loading;
  if (failed) co_return *failed;
  const rsp::CompiledView& plan = *registers.view();
  auto wanted = rsp::RegisterValues::parse(plan.layout(), std::string_view(request).substr(1));
  if (!wanted) co_return refused(view, wanted.error());
  auto fetching = registers.fetch({});
  failed = co_await fetching;
  if (failed) co_return *failed;
  const rsp::RegisterValues shown = registers.shown ? *registers.shown : plan.read(registers.values());
  for (const rsp::LayoutRegister& reg : plan.layout().registers()) {
    const auto value = wanted->get(reg.regnum);
    auto call = value && value != shown.get(reg.regnum) ? note_write(view, reg, *value) : std::nullopt;
    if (call) co_return refused(view, call->substr(call->find(':') + 2));
  }
  auto writes = plan.difference(shown, *wanted, registers.values());
  if (!writes) co_return refused(view, writes.error());
  auto storing = registers.store(*std::move(writes));
  failed = co_await storing;
  registers.shown.reset();
  co_return failed.value_or("OK");
}

}  // namespace rspbridge::proxy::near
