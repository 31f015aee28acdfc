// The sessions of this user: a file each in the sessions' folder.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proxy/registry/ready_file.hpp"

namespace rspbridge::proxy::registry {

struct Listing {
  std::vector<Ready> sessions;        ///< that run; in the order of their names
  std::vector<std::string> problems;  ///< a sentence for each file that is no session's
};

/// Reads every SESSION.json in `folder`. What a session left behind that is no more (nobody holds its file's
/// lock) is removed, its socket too; what never was a session's file stays, and is told of. Throws
/// std::filesystem::filesystem_error if `folder` can't be read.
Listing list_sessions(const std::filesystem::path& folder);

/// Leaves SESSION.json in the sessions' folder as long as what it returns lives, and removes what dead
/// sessions left there. Nothing if that fails, which the log tells: sessions can do without.
std::unique_ptr<ReadyFile> register_session(const Ready& ready);

}  // namespace rspbridge::proxy::registry
