// What passed on both legs: the last of it for HTTP, all of it for --record.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace rspbridge::proxy {

/// Keeps the last packets of both legs, and writes all of them to a file if there is one, one line a packet:
///   `0.012345 gdb  -> $vCont;c#a8`     seconds since the start, the leg, the direction, the bytes
/// `->` is towards the target.
class Recorder {
 public:
  enum class Leg : unsigned char { gdb, stub };
  enum class Direction : unsigned char { to_target, to_host };

  /// One packet, or what came between packets (acknowledgements, ^C), or what of a packet was read at once.
  struct Packet {
    double seconds = 0;  ///< since the recorder was made
    Leg leg = Leg::gdb;
    Direction direction = Direction::to_target;
    std::string bytes;       ///< at most kept_bytes
    std::size_t length = 0;  ///< of all of it
  };
  static constexpr std::size_t kept_packets = 1000, kept_bytes = 1024;

  Recorder() = default;
  /// Replaces `file`, mode 0600. Throws std::system_error if it can't be written.
  void write_to(const std::filesystem::path& file);

  /// `bytes` may hold several packets, or part of one: they are cut at packet ends. A file that can't be
  /// written any more (a full disk) ends there, with a warning; the last packets are kept all the same.
  void record(Leg leg, Direction direction, std::string_view bytes);

  /// The last kept_packets, oldest first.
  const std::deque<Packet>& recent() const noexcept { return recent_; }
  /// How many there were in all.
  std::size_t count() const noexcept { return count_; }

 private:
  void take(Leg leg, Direction direction, std::string_view bytes);
  void flush();

  std::deque<Packet> recent_;
  std::size_t count_ = 0;
  std::filesystem::path file_;
  std::ofstream out_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// "gdb" or "stub".
std::string_view name_of(Recorder::Leg leg) noexcept;

/// Bytes that don't print become `\xNN`, a backslash `\\`.
std::string printable(std::string_view bytes);

}  // namespace rspbridge::proxy
