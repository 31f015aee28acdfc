// --record: both legs, readable.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace rspbridge::proxy {

/// Writes what passes on both legs to a file, one line a packet:
///   `0.012345 gdb  -> $vCont;c#a8`     seconds since the start, the leg, the direction, the bytes
/// `->` is towards the target. Bytes that don't print are written `\xNN`, a backslash `\\`.
class Recorder {
 public:
  /// Replaces `file`, mode 0600. Throws std::system_error if it can't be written.
  explicit Recorder(const std::filesystem::path& file);

  enum class Leg : unsigned char { gdb, stub };
  enum class Direction : unsigned char { to_target, to_host };
  /// `bytes` may hold several packets, or part of one: they are cut at packet ends.
  void record(Leg leg, Direction direction, std::string_view bytes);

 private:
  void line(Leg leg, Direction direction, std::string_view bytes);

  std::ofstream out_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace rspbridge::proxy
