#include "proxy/launch/gdbserver_lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rspbridge::proxy::launch {
namespace {

// How gdbserver's own lines begin.
constexpr std::string_view accepted = "Remote debugging from host ";
constexpr std::string_view listening = "Listening on port ";
constexpr std::string_view created = "Process ";
constexpr std::string_view attached = "Attached; pid = ";
constexpr std::array forms = {
    accepted,
    attached,
    std::string_view("Killing all inferiors"),
    std::string_view("Detaching process(es): "),
    std::string_view("Child exited with status "),
    std::string_view("Child terminated with signal "),
    std::string_view("Detaching from process "),
    std::string_view("Killing process(es): "),
    std::string_view("GDBserver exiting"),
    std::string_view("Remote side has terminated connection.  GDBserver will"),
    std::string_view("gdbserver: "),
    std::string_view("putpkt("),
    std::string_view("client connection closed"),
};

template <typename Number>
std::optional<Number> number_after(std::string_view line, std::string_view mark) {
  const auto at = line.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = line.substr(at + mark.size());
  Number value{};
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{})
    return std::nullopt;
  return value;
}

bool is_created_line(std::string_view line) {
  return line.starts_with(created) && line.find(" created; pid = ") != std::string_view::npos;
}

bool may_become_message(std::string_view start) {
  if (start.size() > 4096) return false;
  if (start.starts_with(created) || created.starts_with(start)) return true;
  return std::any_of(forms.begin(), forms.end(), [&](std::string_view form) {
    return start.starts_with(form) || form.starts_with(start);
  });
}

}  // namespace

bool is_gdbserver_line(std::string_view line) {
  if (is_created_line(line)) return true;
  return std::any_of(forms.begin(), forms.end(),
                     [&](std::string_view form) { return line.starts_with(form); });
}

std::optional<std::uint16_t> listening_port(std::string_view line) {
  return line.starts_with(listening) ? number_after<std::uint16_t>(line, listening) : std::nullopt;
}

std::optional<std::int64_t> inferior_pid(std::string_view line) {
  if (is_created_line(line)) return number_after<std::int64_t>(line, "created; pid = ");
  return line.starts_with(attached) ? number_after<std::int64_t>(line, attached) : std::nullopt;
}

bool is_start_line(std::string_view line) {
  return is_created_line(line) || line.starts_with(accepted) || line.starts_with(attached) ||
         line.starts_with(listening);
}

void GdbserverLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::size_t length = end == std::string_view::npos ? bytes.size() : end + 1;
    feed_line_part(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
}

void GdbserverLines::feed_line_part(std::string_view part) {
  const bool ends = part.ends_with('\n');
  if (inside_output_line_) {
    output_(part);
    inside_output_line_ = !ends;
    return;
  }
  held_ += part;
  std::string_view line = held_;
  if (ends) line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
  if (ends && is_gdbserver_line(line)) {
    message_(line);
    held_.clear();
  } else if (ends || !may_become_message(line)) {
    output_(held_);
    held_.clear();
    inside_output_line_ = !ends;
  }
}

void GdbserverLines::finish() {
  if (!held_.empty()) output_(held_);
  held_.clear();
}

}  // namespace rspbridge::proxy::launch
