// Separate debug files that the target doesn't have.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rspbridge::proxy::near {

/// GDB looks for five or six separate debug files a library (GDB manual, "Separate Debug Files"), and on most
/// targets not even their folders exist. What was absent is taken for absent until clear(): nobody installs
/// debug files under a session, and GDB itself asks again only for another library.
class AbsentFiles {
 public:
  /// Whether `path` names a debug file that isn't there.
  bool is_absent(const std::string& path) const;
  /// Whether it is known of this debug file that it is there, or that it isn't.
  bool is_known(const std::string& path) const;
  /// The folders on the way to a debug file of which nothing is known: "/usr/lib/debug",
  /// "/usr/lib/debug/.build-id", … Empty for any other path.
  std::vector<std::string> unknown_folders(const std::string& path) const;
  /// A debug file, or one of unknown_folders(), is there, or is not. Other paths are no concern of this.
  void learn(const std::string& path, bool is_there);
  void clear() { known_.clear(); }

 private:
  std::map<std::string, bool> known_;
};

}  // namespace rspbridge::proxy::near
