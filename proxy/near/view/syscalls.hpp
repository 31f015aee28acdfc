// System call numbers of the two architectures, by libseccomp's names.
#pragma once

#include <string>
#include <string_view>

namespace rspbridge::proxy::near {

/// amd64's number for an ARM64 one, both in hex as stop replies have them. A call that amd64 doesn't have
/// gets a number that no call has: 0x80000000 and its own.
std::string amd64_syscall(std::string_view arm64);

/// The packet for the stub (`QCatchSyscalls:1;…` in hex, GDB manual, "General Query Packets"), or the
/// reply that refuses it, since ARM64 doesn't have one of the calls.
struct CaughtSyscalls {
  std::string packet, refusal;
};
CaughtSyscalls arm64_syscalls(std::string_view request);

}  // namespace rspbridge::proxy::near
