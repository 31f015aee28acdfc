// Memory of a core file, and of the files that were mapped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/triage/core_file.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

class CoreMemory final : public Memory {
 public:
  explicit CoreMemory(std::shared_ptr<const OpenCore> core) : core_(std::move(core)) {}

  /// The segments of a file that the process mapped read-only: what the core file leaves out of it is the
  /// same there. `fd` is duplicated.
  void add_image(int fd, std::uint64_t load_bias);

  std::optional<std::string> read(std::uint64_t address, std::size_t length) override;

 private:
  struct FileSegment {
    std::uint64_t begin = 0, end = 0, offset = 0;
    std::size_t file = 0;
  };
  /// Some bytes from `address` on, at least one; empty if there is none.
  std::string some(std::uint64_t address, std::size_t most) const;

  std::shared_ptr<const OpenCore> core_;
  std::vector<memmap::FileDescriptor> files_;
  std::vector<FileSegment> segments_;
};

}  // namespace rspbridge::proxy::triage
