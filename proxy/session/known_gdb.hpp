// What a GDB's executable tells of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "proxy/near/view/settings.hpp"

namespace rspbridge::proxy {

/// What is found in an executable that may be a GDB.
struct GdbKnowledge {
  bool is_gdb = false;
  bool aarch64 = false;      ///< built with AArch64 support
  bool amd64 = false;        ///< built with x86-64 support
  bool aarch64_sve = false;  ///< takes a description with SVE's registers (GDB 8.2)
};

/// Reads the executable, and never runs it. Nothing if it can't be read.
std::optional<GdbKnowledge> inspect_gdb(const std::filesystem::path& executable);

/// What `--view auto` picks for a process, and a sentence that says why.
struct ViewChoice {
  near::ViewKind kind = near::ViewKind::native;
  std::string why;
  bool worth_saying = true;  ///< false: what a user takes for granted
};
ViewChoice choose_view(std::optional<pid_t> peer);

}  // namespace rspbridge::proxy
