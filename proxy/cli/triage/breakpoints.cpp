#include "proxy/cli/triage/breakpoints.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::cli::triaging {

namespace {

// GDB manual, "Packets", Z1; an ARM64 instruction has 4 bytes.
std::string packet(char first, std::uint64_t address) {
  return std::string(1, first) + "1," + rsp::format_hex(address) + ",4";
}

}  // namespace

void Breakpoints::set(std::uint64_t address) {
  if (!addresses_->insert(address).second) return;
  const auto answered = [addresses = addresses_, address](const std::optional<std::string>& reply) {
    if (reply && std::string_view(*reply) == "OK") return;
    addresses->erase(address);
    spdlog::debug("no hardware breakpoint at 0x{:x}: {}", address, reply.value_or("the stub is gone"));
  };
  session_.ask_ahead(packet('Z', address), link::Effect::changes, answered);
}

void Breakpoints::clear(std::uint64_t address) {
  if (addresses_->erase(address) == 0) return;
  const auto answered = [address](const std::optional<std::string>& reply) {
    if (reply && std::string_view(*reply) != "OK")
      spdlog::debug("the hardware breakpoint at 0x{:x} can't be removed: {}", address, *reply);
  };
  session_.ask_ahead(packet('z', address), link::Effect::changes, answered);
}

void Breakpoints::clear_all() {
  while (!addresses_->empty()) clear(*addresses_->begin());
}

}  // namespace rspbridge::proxy::cli::triaging
