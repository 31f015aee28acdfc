// What the verb triage is told.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace rspbridge::proxy::cli::triaging {

struct Options {
  std::filesystem::path core;   ///< --core: no target
  std::filesystem::path batch;  ///< --batch: a file with an input a line
  unsigned jobs = 1;            ///< of a batch, at once
  std::optional<std::chrono::milliseconds> timeout;
  std::string json;  ///< a file, or - for stdout; of a batch a folder
  std::filesystem::path html, core_out, input_file, sysroot;
  bool casr = false;  ///< --format casr
};

}  // namespace rspbridge::proxy::cli::triaging
