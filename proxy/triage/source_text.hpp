// Lines of a source file of this machine.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace rspbridge::proxy::triage {

struct SourceText {
  int first = 1;  ///< number of the first of the lines
  std::vector<std::string> lines;
};

/// The lines around `line` (which counts from 1), `context` before and behind at most; else a sentence why
/// not. The name comes from the target's debug information, so it may be anything: only regular files of at
/// most 16 MiB with an absolute path and a name as source files have it, before and behind symbolic links,
/// are opened.
tl::expected<SourceText, std::string> read_source(const std::string& file, int line, int context);

}  // namespace rspbridge::proxy::triage
