#include "proxy/triage/core_memory.hpp"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "memmap/elf_image.hpp"

namespace rspbridge::proxy::triage {
namespace {

// As many bytes as are there.
std::string bytes_at(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  ssize_t n = -1;
  do n = ::pread(fd, bytes.data(), length, static_cast<off_t>(offset));
  while (n < 0 && errno == EINTR);
  bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return bytes;
}

}  // namespace

void CoreMemory::add_image(int fd, std::uint64_t load_bias) {
  const auto read = [fd](std::uint64_t offset, std::size_t length) -> std::optional<std::string> {
    auto bytes = bytes_at(fd, offset, length);
    return bytes.size() == length ? std::optional(std::move(bytes)) : std::nullopt;
  };
  const auto image = memmap::read_elf_image(read, 0, memmap::ElfLayout::file, 64);
  if (!image) return;
  files_.emplace_back(::dup(fd));
  for (const memmap::ProgramHeader& one : image->headers)
    if (one.type == PT_LOAD && (one.flags & PF_W) == 0)
      segments_.push_back(
          {one.vaddr + load_bias, one.vaddr + load_bias + one.filesz, one.offset, files_.size() - 1});
}

std::string CoreMemory::some(std::uint64_t address, std::size_t most) const {
  for (const memmap::ProgramHeader& one : core_->headers) {
    if (one.type != PT_LOAD || address < one.vaddr || address - one.vaddr >= one.filesz) continue;
    const std::uint64_t in = address - one.vaddr;
    auto bytes = bytes_at(core_->file.get(), one.offset + in, std::min<std::uint64_t>(most, one.filesz - in));
    if (!bytes.empty()) return bytes;
  }
  for (const FileSegment& one : segments_)
    if (one.begin <= address && address < one.end)
      return bytes_at(files_[one.file].get(), one.offset + (address - one.begin),
                      std::min<std::uint64_t>(most, one.end - address));
  return {};
}

std::optional<std::string> CoreMemory::read(std::uint64_t address, std::size_t length) {
  address = memmap::untagged({address}).value;
  std::string bytes;
  while (bytes.size() < length) {
    const std::string part = some(address + bytes.size(), length - bytes.size());
    if (part.empty()) return std::nullopt;
    bytes += part;
  }
  return length == 0 ? std::nullopt : std::optional(std::move(bytes));
}

}  // namespace rspbridge::proxy::triage
