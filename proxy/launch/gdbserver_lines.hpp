// gdbserver's own messages, which share a stream with the program's output.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::launch {

/// Parts a stream into gdbserver's own lines and all else. Nothing is lost and nothing that can't
/// become one of gdbserver's lines is held back, so a prompt without a newline passes at once.
class GdbserverLines {
 public:
  /// @param message gets each of gdbserver's lines, without its end
  /// @param output gets everything else, as it comes
  GdbserverLines(std::function<void(std::string_view)> message, std::function<void(std::string_view)> output)
      : message_(std::move(message)), output_(std::move(output)) {}

  void feed(std::string_view bytes);
  /// The stream ended: what was held back is output.
  void finish();

 private:
  void feed_line_part(std::string_view part);

  std::function<void(std::string_view)> message_, output_;
  std::string held_;
  bool inside_output_line_ = false;
};

/// True if gdbserver writes a line like this.
bool is_gdbserver_line(std::string_view line);

/// The port of "Listening on port N".
std::optional<std::uint16_t> listening_port(std::string_view line);
/// The pid of "Process PROGRAM created; pid = N" and "Attached; pid = N".
std::optional<std::int64_t> inferior_pid(std::string_view line);
/// A line of gdbserver's before the program runs: created, attached, listening, connected to.
bool is_start_line(std::string_view line);

}  // namespace rspbridge::proxy::launch
