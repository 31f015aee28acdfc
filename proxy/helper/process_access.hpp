// The processes of this machine, by Linux' system calls.
#pragma once

#include <cstdint>
#include <optional>

#include "proxy/far/process_access.hpp"

namespace rspbridge::proxy::helper {

/// By process_vm_readv(2), which the kernel allows to those who may trace the process (ptrace(2)).
class LinuxProcessAccess final : public far::ProcessAccess {
 public:
  std::unique_ptr<File> open(std::int64_t pid, std::string_view name) override;
  std::optional<std::string> memory(std::int64_t pid, std::uint64_t address, std::uint64_t length) override;
};

}  // namespace rspbridge::proxy::helper
