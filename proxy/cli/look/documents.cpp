#include "proxy/cli/look/documents.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proxy/cli/look/find_session.hpp"
#include "proxy/cli/look/table.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

using Json = nlohmann::json;

constexpr std::size_t bar_columns = 8, build_id_digits = 12;

std::string text_of(const Json& object, const char* name, const Terminal& terminal) {
  return printable(object.at(name).get<std::string>(), terminal.utf8);
}

// For values that may be null: "-" then.
std::string text_or_dash(const Json& object, const char* name, const Terminal& terminal) {
  return object.at(name).is_null() ? "-" : text_of(object, name, terminal);
}

std::string permissions(const Json& entry) {
  std::string letters = "---s";
  if (entry.at("Read").get<bool>()) letters[0] = 'r';
  if (entry.at("Write").get<bool>()) letters[1] = 'w';
  if (entry.at("Exec").get<bool>()) letters[2] = 'x';
  if (entry.at("Private").get<bool>()) letters[3] = 'p';
  return letters;
}

std::vector<Cell> mapping_row(const Json& entry, const Terminal& terminal) {
  const auto begin = entry.at("Addr").get<std::uint64_t>(), size = entry.at("Size").get<std::uint64_t>();
  const auto populated = entry.at("Populated").get<std::uint64_t>();
  const std::string label = text_of(entry, "Label", terminal), file = text_of(entry, "Filename", terminal);
  const bool executable = entry.at("Exec").get<bool>();
  return {{fmt::format("{:012x}-{:012x}", begin, begin + size)},
          {human_size(size)},
          {permissions(entry), executable ? Style::strong : Style::plain},
          {bar(populated, size, bar_columns, terminal.utf8), populated == 0 ? Style::faint : Style::accent},
          {fmt::format("{:x}", entry.at("Offset").get<std::uint64_t>()), Style::faint},
          {text_of(entry, "BuildID", terminal).substr(0, build_id_digits), Style::faint},
          {label.empty() ? file : label, label.empty() ? Style::plain : Style::accent}};
}

std::string count(std::size_t number, const char* one, const char* several) {
  return fmt::format("{} {}", number, number == 1 ? one : several);
}

}  // namespace

std::string memmap_text(const Json& document, const Terminal& terminal) {
  Table table({{"RANGE"},
               {"SIZE", Column::right},
               {"PERM"},
               {"HERE"},
               {"OFFSET", Column::right, 1},
               {"BUILD ID", Column::left, 2},
               {"WHAT", Column::left, 0, true}});
  std::uint64_t size = 0, populated = 0;
  const Json& entries = document.at("entries");
  for (const Json& entry : entries) {
    table.add(mapping_row(entry, terminal));
    size += entry.at("Size").get<std::uint64_t>();
    populated += entry.at("Populated").get<std::uint64_t>();
  }
  const std::string when = document.at("running").get<bool>()
                               ? "running"
                               : fmt::format("stop {}", document.at("stop_id").get<std::uint64_t>());
  const std::string source = text_of(document, "source", terminal);
  const std::string rows =
      entries.empty() ? "no such mapping\n"
                      : table.text(terminal) + fmt::format("{}: {} of {} here; ",
                                                           count(entries.size(), "mapping", "mappings"),
                                                           human_size(populated), human_size(size));
  return rows + fmt::format("pid {}, {}, {} pages, {}\n", document.at("pid").get<std::int64_t>(), when,
                            human_size(document.at("page_size").get<std::uint64_t>()),
                            source == "rebuilt" ? source : "from " + source);
}

std::string threads_text(const Json& document, const Terminal& terminal) {
  Table table({{""},
               {"ID"},
               {"TID", Column::right},
               {"PC", Column::right},
               {"SP", Column::right, 1},
               {"CORE", Column::right, 2},
               {"NAME"}});
  for (const Json& thread : document.at("threads")) {
    const bool stopped = thread.at("stopped").get<bool>();
    const Style style = stopped ? Style::strong : Style::plain;
    const Json& core = thread.at("core");
    table.add({{stopped ? "*" : "", style},
               {text_of(thread, "id", terminal), style},
               {std::to_string(thread.at("tid").get<std::int64_t>()), style},
               {text_or_dash(thread, "pc", terminal), style},
               {text_or_dash(thread, "sp", terminal), style},
               {core.is_null() ? "-" : std::to_string(core.get<std::int64_t>()), style},
               {text_of(thread, "name", terminal), style}});
  }
  return table.text(terminal) + fmt::format("{}, stop {}\n",
                                            count(document.at("threads").size(), "thread", "threads"),
                                            document.at("stop_id").get<std::uint64_t>());
}

namespace {

struct Register {
  std::string name, value;
};

// As GDB prints them: without leading zeros.
std::string register_value(const Json& one, const Terminal& terminal) {
  const std::string value = text_or_dash(one, "value", terminal);
  if (!value.starts_with("0x")) return value;
  const auto first = value.find_first_not_of('0', 2);
  return "0x" + (first == std::string::npos ? "0" : value.substr(first));
}

// A line, or as many as the terminal's width makes it, the value in one column.
std::string register_lines(const Register& one, std::size_t name, const Terminal& terminal) {
  const std::size_t room =
      terminal.width && *terminal.width > name + 1 ? *terminal.width - name - 1 : std::string::npos;
  std::string out;
  for (std::size_t at = 0; at < one.value.size(); at += std::min(room, one.value.size()))
    out += fmt::format("{:<{}} {}\n", at == 0 ? one.name : "", name, one.value.substr(at, room));
  return out;
}

// In columns, filled downwards as ls does.
std::string in_columns(const std::vector<Register>& registers, const Terminal& terminal) {
  constexpr std::size_t gap = 2;
  std::size_t name = 0, value = 0;
  for (const auto& one : registers) {
    name = std::max(name, one.name.size());
    value = std::max(value, one.value.size());
  }
  const std::size_t cell = name + 1 + value;
  const std::size_t fit = terminal.width ? (*terminal.width + gap) / (cell + gap) : 1;
  const std::size_t rows = fit > 1 ? (registers.size() + fit - 1) / fit : registers.size();
  std::string out;
  for (std::size_t row = 0; fit > 1 && row < rows; ++row) {
    for (std::size_t at = row; at < registers.size(); at += rows) {
      const bool last = at + rows >= registers.size();
      out += fmt::format("{:<{}} {:<{}}{}", registers[at].name, name, registers[at].value,
                         last ? 0 : value + gap, last ? "\n" : "");
    }
  }
  if (fit <= 1)
    for (const auto& one : registers) out += register_lines(one, name, terminal);
  return out;
}

}  // namespace

std::string registers_text(const Json& document, const Terminal& terminal) {
  std::vector<Register> narrow, wide;
  for (const Json& one : document.at("registers"))
    (one.at("bits").get<unsigned>() > 64 ? wide : narrow)
        .push_back({text_of(one, "name", terminal), register_value(one, terminal)});
  return in_columns(narrow, terminal) + in_columns(wide, terminal) +
         fmt::format("thread {}, stop {}\n", text_of(document, "thread", terminal),
                     document.at("stop_id").get<std::uint64_t>());
}

std::string sessions_text(const std::vector<registry::Ready>& sessions, const Terminal& terminal) {
  Table table({{"ID"},
               {"TARGET"},
               {"PID", Column::right},
               {"HTTP", Column::left, 1},
               {"GDB", Column::left, 2},
               {"WHAT", Column::left, 0, true}});
  for (const auto& session : sessions)
    table.add({{printable(session.session, terminal.utf8), Style::strong},
               {printable(session.target, terminal.utf8)},
               {session.target_pid ? std::to_string(*session.target_pid) : "-"},
               {session.http.value_or("-")},
               {session.rsp.empty() ? "-" : printable(session.rsp.front(), terminal.utf8)},
               {printable(what_runs(session), terminal.utf8)}});
  return table.text(terminal);
}

}  // namespace rspbridge::proxy::cli::look
