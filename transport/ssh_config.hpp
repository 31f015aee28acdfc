// ssh_config(5): what the configuration files say about one host. OpenSSH's rules and order: the
// first value found wins. libssh's own reader isn't used, because it knows neither IdentitiesOnly,
// ServerAlive*, HostKeyAlias nor several known_hosts files, and matches Host against the HostName.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::transport {

/// Splits a value at blanks; "double quotes" keep blanks; a # at the start of a word ends it.
/// Nothing if a quote is never closed.
std::optional<std::vector<std::string>> split_words(std::string_view text);

/// Whether `name` matches a list of patterns (with * and ?, and ! in front to exclude); ssh_config(5),
/// PATTERNS. Case doesn't matter.
bool matches_patterns(std::string_view name, const std::vector<std::string>& patterns);

/// The settings that apply to one host. Values are as written: neither ~ nor %h is expanded.
class SshConfig {
 public:
  /// `host` as the user gave it; `user` if they gave one.
  SshConfig(std::string host, std::optional<std::string> user);

  /// One -o option, "Keyword=value" or "Keyword value". Throws SshError (bad_config) for a keyword
  /// that ssh_config(5) doesn't have.
  void add_option(std::string_view option);

  /// Reads a file whose relative Includes are looked for in `include_base`. A file that isn't there
  /// is as good as an empty one unless `required`. Throws SshError (bad_config).
  void read(const std::filesystem::path& file, const std::filesystem::path& include_base, bool required);

  /// Whether a "Match final" was met, so that every file is to be read once more after
  /// begin_final_pass().
  bool wants_final_pass() const noexcept { return saw_final_; }
  void begin_final_pass() noexcept { final_pass_ = true; }

  /// The first value of a keyword (lower case), or nothing. Without its quotes, if it is one word.
  std::optional<std::string> value(const std::string& keyword) const;
  /// The first value's words.
  std::vector<std::string> words(const std::string& keyword) const;
  /// Every value of a keyword that may be given several times, such as identityfile.
  std::vector<std::string> all(const std::string& keyword) const;

 private:
  struct Place {
    const std::filesystem::path& file;
    int line;
    const std::filesystem::path& include_base;
    int depth;
  };
  void read_at_depth(const std::filesystem::path& file, const std::filesystem::path& include_base,
                     bool required, int depth);
  void take_line(std::string_view line, const Place& place);
  void include(const std::vector<std::string>& patterns, const Place& place);
  bool matches(const std::vector<std::string>& criteria, const Place& place);
  bool matches_one(const std::string& criterion, const std::string& argument, const Place& place) const;
  std::string effective_host() const;
  std::string effective_user() const;

  std::string host_;
  std::optional<std::string> user_;
  std::map<std::string, std::vector<std::string>> values_;
  bool saw_final_ = false, final_pass_ = false;
  bool active_ = true;  // whether the Host or Match block being read applies
};

}  // namespace rspbridge::transport
