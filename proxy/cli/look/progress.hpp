// How far a download is, for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proxy/cli/look/terminal.hpp"

namespace rspbridge::proxy::cli::look {

/// One line without its end: a bar, per cent, bytes, the rate and the time left; no bar, per cent and time
/// where `total` isn't known. Fits the terminal's width from 40 columns on.
std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total,
                          std::chrono::duration<double> elapsed, const Terminal& terminal);

/// Draws the line on stderr, over and over, ten times a second at most; nothing if stderr is no terminal, and
/// for what is done in less than that.
class Progress {
 public:
  explicit Progress(std::optional<std::uint64_t> total);
  /// Ends the line, if there is one.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::uint64_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  std::optional<std::uint64_t> total_;
  std::uint64_t done_ = 0;
  Terminal terminal_;
  Clock::time_point start_, drawn_;
  bool shown_ = false;
};

}  // namespace rspbridge::proxy::cli::look
