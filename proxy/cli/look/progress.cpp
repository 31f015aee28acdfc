#include "proxy/cli/look/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "proxy/cli/look/table.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

constexpr std::size_t widest_bar = 30, least_bar = 5;
constexpr std::chrono::milliseconds redraw(100);

std::string minutes(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::min(seconds, 359999.0));
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total,
                          std::chrono::duration<double> elapsed, const Terminal& terminal) {
  const double rate = elapsed.count() > 0 ? static_cast<double>(done) / elapsed.count() : 0;
  const std::string speed = human_size(static_cast<std::uint64_t>(rate)) + "/s";
  if (!total) return fmt::format("{}  {}", human_size(done), speed);
  const double part = *total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(*total);
  std::string text = fmt::format("{:>3}%  {:>4} of {}  {:>6}", static_cast<int>(part * 100), human_size(done),
                                 human_size(*total), speed);
  if (rate > 0 && done < *total)
    text += fmt::format("  {} left", minutes(static_cast<double>(*total - done) / rate));
  const std::size_t width = terminal.width.value_or(80) - 1;  // the last column makes some terminals wrap
  if (width < text.size() + least_bar + 2) return text.substr(0, width);
  // As if the time left were always there: the bar doesn't jump.
  const std::size_t room = width - std::min(width, std::max<std::size_t>(text.size(), 46) + 2);
  return bar(done, *total, std::clamp(room, least_bar, widest_bar), terminal.utf8) + "  " + text;
}

Progress::Progress(std::optional<std::uint64_t> total)
    : total_(total), terminal_(terminal_of(STDERR_FILENO)), start_(Clock::now()), drawn_(start_) {}

Progress::~Progress() {
  if (!shown_) return;
  draw();
  std::fputc('\n', stderr);
}

void Progress::add(std::uint64_t bytes) {
  done_ += bytes;
  if (Clock::now() - drawn_ >= redraw) draw();
}

void Progress::draw() {
  if (!terminal_.width) return;
  shown_ = true;
  drawn_ = Clock::now();
  constexpr const char* erase_rest = "\x1b[K";
  fmt::print(stderr, "\r{}{}", progress_line(done_, total_, drawn_ - start_, terminal_), erase_rest);
  std::fflush(stderr);
}

}  // namespace rspbridge::proxy::cli::look
