// A core file's parts, read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "memmap/elf_image.hpp"
#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::triage {

struct CoreFileNote {
  std::string owner;
  std::uint32_t type = 0;
  std::string descriptor;
};

struct OpenCore {
  memmap::FileDescriptor file;
  std::uint64_t size = 0;                      ///< bytes that are there
  std::vector<memmap::ProgramHeader> headers;  ///< all of them
  std::vector<CoreFileNote> notes;
  bool truncated = false;  ///< it ends before what the headers promise
};

/// The error is a sentence that names the file.
tl::expected<OpenCore, std::string> open_core(const std::filesystem::path& path);

}  // namespace rspbridge::proxy::triage
