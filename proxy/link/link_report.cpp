#include "proxy/link/link_report.hpp"

#include <algorithm>
#include <cstdio>

namespace rspbridge::proxy::link {
namespace {

constexpr std::size_t most_listed = 10;  // packets

std::string number(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string describe_speed(const LinkFigures& link) {
  std::string text = "round trip time: ";
  text += link.rtt ? number("%.1f ms", static_cast<double>(link.rtt->count()) / 1000) : "not measured yet";
  text += "\nbandwidth from the target: ";
  text += link.bandwidth ? number("%.1f Mbit/s", static_cast<double>(*link.bandwidth) * 8 / 1e6)
                         : "not measured: nothing came that took the link long";
  return text + "\n";
}

std::string describe_direction(const char* way, const LinkCounters::Direction& direction) {
  std::string text = way;
  if (direction.frames != 0)
    text += std::to_string(direction.messages) + " messages in " + std::to_string(direction.frames) +
            " frames, " + std::to_string(direction.plain) + " bytes as ";
  return text + std::to_string(direction.wire) + (direction.frames != 0 ? "\n" : " bytes\n");
}

std::string describe_stops(const LinkReport& report) {
  if (report.stops == 0) return {};
  return "stops with what came unasked: " + std::to_string(report.stops) + ", " +
         std::to_string(report.stop_bytes / report.stops) + " bytes each on the wire; budget " +
         (report.stop_budget ? std::to_string(*report.stop_budget) + " bytes" : "unlimited") + "\n";
}

}  // namespace

std::string describe(const LinkReport& report) {
  std::string text =
      report.link.far_on_target
          ? "far runs on the target\n"
          : "far runs here: each stop takes a round trip more than with a helper on the target\n";
  if (report.link.silent) text += "the target's machine gives no sign of life at the moment\n";
  text += describe_speed(report.link);
  text += describe_direction("sent: ", report.link.counters.sent);
  text += describe_direction("received: ", report.link.counters.received);
  text += "questions: " + std::to_string(report.answered) + " answered at once, " +
          std::to_string(report.awaited) + " by what was on its way, " + std::to_string(report.asked) +
          " by asking the stub\npages of memory known: " + std::to_string(report.pages) + "\n";
  text += describe_stops(report);
  std::uint64_t trips = 0;
  for (const RoundTrips& row : report.round_trips) trips += row.count;
  text += "round trips that GDB waited for: " + std::to_string(trips) + "\n";
  for (std::size_t i = 0; i < std::min(report.round_trips.size(), most_listed); ++i)
    text += "  " + std::string(report.round_trips[i].packet) + ": " +
            std::to_string(report.round_trips[i].count) + "\n";
  return text;
}

}  // namespace rspbridge::proxy::link
