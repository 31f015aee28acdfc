#include "proxy/triage/output.hpp"

#include <algorithm>
#include <iterator>

#include "proxy/triage/skip_list.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::size_t most_lines = 200;  // of what is kept of a report

struct MarkRow {
  std::string_view glob;  ///< for a whole line
  Mark mark;
};
// The first row that fits a line tells what it is.
constexpr MarkRow marks[] = {
    {"*ERROR: AddressSanitizer: *", Mark::asan},
    {"*ERROR: HWAddressSanitizer: *", Mark::asan},
    {"*:*:*: runtime error: *", Mark::ubsan},
    {"*ERROR: UndefinedBehaviorSanitizer: *", Mark::ubsan},
    {"thread '*' panicked at *", Mark::rust_panic},
    {"thread '*' (*) panicked at *", Mark::rust_panic},
    {"panic: *", Mark::go_panic},
    {"fatal error: *", Mark::go_panic},
    {"terminate called*", Mark::terminate},
    {"*: Assertion `*' failed.", Mark::assertion},
    {"Assertion failed: *", Mark::assertion},
    {"*** stack smashing detected ***: *", Mark::stack_smash},
    {"*** buffer overflow detected ***: *", Mark::buffer_overflow},
    {"free(): double free *", Mark::double_free},
    {"double free or corruption *", Mark::double_free},
    {"free(): *", Mark::heap},
    {"malloc(): *", Mark::heap},
    {"malloc_consolidate(): *", Mark::heap},
    {"realloc(): *", Mark::heap},
    {"munmap_chunk(): *", Mark::heap},
    {"corrupted *", Mark::heap},
    {"tcache_thread_shutdown(): *", Mark::heap},
    {"chunk_main_arena *", Mark::heap},
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// What stands between `before` and `after`; empty if they aren't both there.
std::string between(std::string_view line, std::string_view before, std::string_view after) {
  const auto begin = line.find(before);
  if (begin == std::string_view::npos) return {};
  const auto rest = line.substr(begin + before.size());
  const auto end = after.empty() ? rest.size() : rest.find(after);
  return end == std::string_view::npos ? std::string() : std::string(rest.substr(0, end));
}

using Lines = std::vector<std::string_view>;

std::vector<std::string> text_from(const Lines& lines, std::size_t from) {
  const auto end = std::min(lines.size(), from + most_lines);
  return {lines.begin() + static_cast<std::ptrdiff_t>(from),
          lines.begin() + static_cast<std::ptrdiff_t>(end)};
}

Sanitizer read_asan(const Lines& lines, std::size_t from) {
  Sanitizer found{
      "AddressSanitizer", between(lines[from], "Sanitizer: ", " "), {}, {}, text_from(lines, from)};
  if (found.error == "attempting") found.error = "double-free";
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (lines[i].starts_with("READ of size")) found.access = "read";
    if (lines[i].starts_with("WRITE of size")) found.access = "write";
    if (lines[i].find("caused by a READ") != std::string_view::npos) found.access = "read";
    if (lines[i].find("caused by a WRITE") != std::string_view::npos) found.access = "write";
    if (lines[i].starts_with("SUMMARY: ")) found.summary = lines[i];
  }
  return found;
}

Sanitizer read_ubsan(const Lines& lines, std::size_t from) {
  Sanitizer found{"UndefinedBehaviorSanitizer",
                  between(lines[from], "runtime error: ", ""),
                  {},
                  std::string(lines[from]),
                  text_from(lines, from)};
  if (found.error.empty()) found.error = between(lines[from], "Sanitizer: ", " ");
  return found;
}

// Since Rust 1.73 the message stands in the line behind the place, before that in quotes in front of it.
Panic read_rust(const Lines& lines, std::size_t from) {
  Panic found{"rust", {}, {}, text_from(lines, from), {}};
  std::string_view rest = lines[from].substr(lines[from].find(" panicked at ") + 13);
  if (rest.starts_with('\'')) {
    const auto end = rest.rfind("', ");
    found.message = rest.substr(1, end == std::string_view::npos ? end : end - 1);
    if (end != std::string_view::npos) found.location = rest.substr(end + 3);
  } else {
    if (rest.ends_with(':')) rest.remove_suffix(1);
    found.location = rest;
    if (from + 1 < lines.size()) found.message = lines[from + 1];
  }
  return found;
}

// The functions of the first goroutine in the list, which is the one that panics: each has its arguments
// behind it, and a line with its place below. An empty line, or who started the goroutine, ends it.
std::vector<std::string> functions_of_goroutine(const Lines& lines, std::size_t from) {
  std::vector<std::string> functions;
  std::size_t i = from;
  while (i < lines.size() && !lines[i].starts_with("goroutine ")) ++i;
  for (++i; i < lines.size() && !lines[i].empty() && !lines[i].starts_with("created by "); ++i) {
    const auto arguments = lines[i].rfind('(');
    if (lines[i].starts_with('\t') || arguments == std::string_view::npos) continue;
    const auto name = lines[i].substr(0, arguments);
    functions.emplace_back(name == "panic" ? "runtime.gopanic" : name);
  }
  return functions;
}

Panic read_go(const Lines& lines, std::size_t from) {
  Panic found{"go",
              std::string(lines[from].substr(lines[from].find(": ") + 2)),
              {},
              text_from(lines, from),
              functions_of_goroutine(lines, from)};
  // The first place in the goroutine's list that isn't the runtime's own; offsets follow behind a blank.
  for (std::size_t i = from + 1; i < lines.size() && found.location.empty(); ++i)
    if (lines[i].starts_with('\t') && lines[i].find(".go:") != std::string_view::npos &&
        lines[i].find("/runtime/") == std::string_view::npos)
      found.location = lines[i].substr(1, lines[i].find(' ') - 1);
  return found;
}

void read_terminate(const Lines& lines, std::size_t from, LastWords& words) {
  words.exception_type = between(lines[from], "instance of '", "'");
  if (from + 1 < lines.size() && lines[from + 1].find("what():  ") != std::string_view::npos)
    words.what = between(lines[from + 1], "what():  ", "");
}

Mark mark_of(std::string_view line) {
  const auto row = std::find_if(std::begin(marks), std::end(marks),
                                [line](const MarkRow& one) { return matches_glob(one.glob, line); });
  return row == std::end(marks) ? Mark::none : row->mark;
}

// "panic: " may be anybody's word; Go's runtime goes on with the goroutines.
bool is_go(const Lines& lines, std::size_t from) {
  return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end(),
                     [](std::string_view line) {
                       return line.starts_with("goroutine ") || line.starts_with("runtime stack:");
                     });
}

}  // namespace

LastWords read_last_words(std::string_view output) {
  LastWords words;
  const Lines lines = lines_of(output);
  for (std::size_t i = 0; i < lines.size() && words.mark == Mark::none; ++i) {
    Mark mark = mark_of(lines[i]);
    if (mark == Mark::go_panic && !is_go(lines, i)) mark = Mark::none;
    if (mark == Mark::none) continue;
    words.mark = mark;
    words.line = lines[i];
    if (mark == Mark::asan) words.sanitizer = read_asan(lines, i);
    if (mark == Mark::ubsan) words.sanitizer = read_ubsan(lines, i);
    if (mark == Mark::rust_panic) words.panic = read_rust(lines, i);
    if (mark == Mark::go_panic) words.panic = read_go(lines, i);
    if (mark == Mark::terminate) read_terminate(lines, i, words);
  }
  return words;
}

}  // namespace rspbridge::proxy::triage
