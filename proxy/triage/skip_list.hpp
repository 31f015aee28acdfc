// Frames that say nothing of where a crash comes from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::triage {

/// The list of proxy/triage/skipped_frames.txt, which scripts/triage reads, too.
class SkipList {
 public:
  /// `text`: one glob a line, for a function's name; one that begins with `/` is for a module's path. `^`
  /// before a function's glob: what that function called is skipped, too.
  explicit SkipList(std::string_view text);
  /// That which this program was built with.
  static const SkipList& built_in();

  /// Either may be empty.
  bool skips(std::string_view function, std::string_view module_path) const;

  /// Whether all that `function` called, directly or not, is to be skipped: a crash is being handled there.
  bool skips_callees_of(std::string_view function) const;

 private:
  std::vector<std::string> functions_, modules_, handling_;
};

/// Whether `text` is what `glob` says: `*` is any text, `?` any one character.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace rspbridge::proxy::triage
