#include "proxy/near/view/syscalls.hpp"

#include <seccomp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};
using Name = std::unique_ptr<char, Free>;

// libseccomp gives negative numbers to calls that an architecture doesn't have.
std::optional<std::uint64_t> translate(std::uint64_t number, std::uint32_t from, std::uint32_t to) {
  if (number > 0xffff) return std::nullopt;
  const Name name(seccomp_syscall_resolve_num_arch(from, static_cast<int>(number)));
  if (!name) return std::nullopt;
  const int found = seccomp_syscall_resolve_name_arch(to, name.get());
  return found < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(found));
}

std::string described(std::uint64_t amd64) {
  const Name name(
      amd64 > 0xffff ? nullptr : seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, static_cast<int>(amd64)));
  return name ? "'" + std::string(name.get()) + "'" : "number " + std::to_string(amd64);
}

}  // namespace

std::string amd64_syscall(std::string_view arm64) {
  constexpr std::uint64_t no_such_call = 0x80000000;
  const auto number = rsp::parse_hex(arm64);
  if (!number) return std::string(arm64);
  return rsp::format_hex(
      translate(*number, SCMP_ARCH_AARCH64, SCMP_ARCH_X86_64).value_or(no_such_call | *number));
}

CaughtSyscalls arm64_syscalls(std::string_view request) {
  const auto semicolon = request.find(';');
  std::string packet(request.substr(0, semicolon));
  std::string_view rest = semicolon == std::string_view::npos ? "" : request.substr(semicolon + 1);
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const auto number = rsp::parse_hex(one);
    if (!number) return {{}, "E.rspbridge: '" + std::string(one) + "' is no system call number"};
    const auto arm64 = translate(*number, SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64);
    if (!arm64) return {{}, "E.rspbridge: ARM64 has no system call " + described(*number)};
    packet += ";" + rsp::format_hex(*arm64);
  }
  return {std::move(packet), {}};
}

Task<std::string> view_catch_syscalls(View& view, const PacketRow& row, std::string request) {
  CaughtSyscalls caught = arm64_syscalls(request);
  if (!caught.refusal.empty()) {
    view.client().warn("GDB can't catch that: " + caught.refusal.substr(13));
    co_return caught.refusal;
  }
  auto asked = view.client().pass(row, std::move(caught.packet));
  std::string reply = co_await asked;
  co_return reply;
}

}  // namespace rspbridge::proxy::near
