// qSupported (GDB manual, "General Query Packets").
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

/// A feature list: `name+`, `name-`, `name?` are kept as "+", "-", "?"; `name=value` as the value.
class Features {
 public:
  /// What follows this many different features is ignored.
  static constexpr std::size_t max_features = 1024;

  /// Reads a stub's reply, or the part of GDB's request after `qSupported:`. Entries that are none
  /// of the four forms are kept with an empty value, as GDB ignores what it doesn't know. Of two
  /// entries with one name the later counts.
  static Features parse(std::string_view list);

  bool has(std::string_view name) const;  ///< `name+`
  /// What is kept for `name` ("+" for `name+`), or nothing.
  std::optional<std::string> value(std::string_view name) const;
  /// The stub's PacketSize in bytes, if it gave a sane one (16 to 16 MiB).
  std::optional<std::size_t> packet_size() const;
  const std::map<std::string, std::string, std::less<>>& all() const noexcept { return map_; }

 private:
  std::map<std::string, std::string, std::less<>> map_;
};

}  // namespace rspbridge::rsp
