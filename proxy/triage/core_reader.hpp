// A stopped process from a core file (core(5), elf(5)).
#pragma once

#include <filesystem>
#include <string>

#include <tl/expected.hpp>

#include "proxy/triage/file_source.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage {

/// Reads an ARM64 core file, the kernel's or that of rspbridge or GDB. Of one that is cut short it takes what
/// is there, and says so in the notes. The error is a sentence: it can't be read, is no core file, is one of
/// another machine, or tells of no thread.
tl::expected<Stopped, std::string> read_core(const std::filesystem::path& path, FileSource& files);

}  // namespace rspbridge::proxy::triage
