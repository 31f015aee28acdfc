// The link as a stream of bytes (docs/link.md): a greeting, then numbered frames of compressed records.
// Sans-IO.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/link/link_report.hpp"
#include "proxy/link/zstd_stream.hpp"

namespace rspbridge::proxy::link {

/// Of what follows the greeting, the messages included.
inline constexpr std::uint64_t protocol_version = 1;

enum class Side : std::uint8_t { near, far };

/// One end. Records are strings of bytes; they arrive in order and whole, or the link ends with a sentence.
class FrameStream {
 public:
  static constexpr std::size_t max_plain = std::size_t{256} << 10;  ///< bytes in a frame, before compression
  static constexpr std::size_t max_noise = std::size_t{64} << 10;   ///< bytes before the greeting

  /// The greeting is the first output.
  FrameStream(Side side, std::string program_version);

  /// Bytes that arrived from the other end.
  void feed(std::string_view bytes) { input_.append(bytes); }
  /// The next record of the other end. After an error nothing more.
  std::optional<std::string> next();

  /// Queues a record of at most max_message bytes.
  void send(std::string_view record);
  /// What is to be written to the other end now; empties the queue. All that was sent since the last call
  /// shares a frame, as far as it fits. The caller owns the bytes.
  std::string take_output();
  bool has_output() const noexcept { return !output_.empty() || !plain_out_.empty(); }

  /// The other end has greeted and is of our kind.
  bool greeted() const noexcept { return greeted_; }
  /// Why the link can't go on: a sentence without a full stop; empty as long as it can.
  const std::string& error() const noexcept { return error_; }
  /// Ends the link from this end; the first reason stays.
  void fail(std::string sentence);
  /// What the other end said that was no greeting, fit for a message; a shell's own words, as a rule.
  std::string noise() const;

  const LinkCounters& counters() const noexcept { return counters_; }
  /// Frames that the other end hasn't said to have received.
  std::uint64_t unacknowledged() const noexcept { return counters_.sent.frames - acknowledged_; }
  /// What was fed ends amid a frame: the rest is on its way. To be asked when next() has nothing more.
  bool amid_frame() const noexcept { return greeted_ && !input_.empty(); }

 private:
  enum class Step : std::uint8_t { done, incomplete };
  /// Incomplete, too, once the link has failed.
  Step read_greeting();
  Step read_frame();
  Step malformed(const char* what);
  /// Whether the greeting's beginning stands at the beginning of the input.
  bool skip_noise();
  std::optional<std::string> take_record();
  void append_frame(std::string_view plain);
  const char* other() const { return side_ == Side::near ? "the far helper" : "rspbridge"; }

  Side side_;
  std::string program_version_;
  Compressor compressor_;
  Decompressor decompressor_;
  std::string input_, plain_in_, plain_out_, output_, noise_, error_;
  std::size_t noise_size_ = 0;
  std::size_t plain_used_ = 0;  ///< of plain_in_, from its beginning
  bool greeted_ = false;
  std::uint64_t acknowledged_ = 0;
  LinkCounters counters_;
};

}  // namespace rspbridge::proxy::link
