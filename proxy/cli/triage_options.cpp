// The options of triage.
#include <charconv>
#include <chrono>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "proxy/cli/verbs.hpp"

namespace rspbridge::proxy::cli {
namespace {

constexpr unsigned most_jobs = 64;

[[noreturn]] void fail(const std::string& text) {
  throw CLI::ValidationError(text);
}

// "10", "2.5", "500ms", "2m": seconds unless it says otherwise.
std::chrono::milliseconds duration(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, value);
  const std::string_view name(unit, static_cast<std::size_t>(end - unit));
  const double factor = name == "ms" ? 1 : name.empty() || name == "s" ? 1000 : name == "m" ? 60'000 : 0;
  constexpr double longest = 1e10;
  if (error != std::errc{} || factor == 0 || !(value > 0) || value * factor > longest)
    fail("--timeout: '" + text + "' is no time, such as 10, 2.5s, 500ms or 2m");
  return std::chrono::milliseconds(static_cast<std::int64_t>(value * factor));
}

void add_outputs(CLI::App& app, Raw& raw, Options& options) {
  auto& triage = options.triage;
  app.add_option("--json", triage.json, "write the report there (-: stdout); of a batch, a folder for all")
      ->type_name("FILE");
  app.add_option("--html", triage.html, "write it as a page there")->type_name("FILE");
  app.add_option("--core-out", triage.core_out, "write a core file of the crash there")->type_name("FILE");
  app.add_option("--format", raw.format, "of JSON: report (default), or casr for CASR's shape")
      ->type_name("report|casr")
      ->check(CLI::IsMember({"report", "casr"}).description(""));
}

void check_what_runs(const Raw& raw, const Options& options) {
  const bool core = !options.triage.core.empty();
  if (core &&
      (raw.attach != 0 || !options.program.empty() || !options.triage.batch.empty() || !raw.target.empty()))
    fail(
        "triage: --core reads a core file alone: no TARGET, no program, no --attach and no --batch go with "
        "it");
  if (core && !raw.http.empty()) fail("triage: --http is of a process, not of a core file");
  if (core) return;
  if (raw.target.empty()) fail("triage: the TARGET is missing (or --core FILE)");
  if (raw.attach != 0 && (!options.program.empty() || !options.triage.batch.empty()))
    fail("triage: --attach takes a process that runs: no program and no --batch go with it");
  if (raw.attach == 0 && options.program.empty())
    fail(
        "triage: the program is missing; write it after --, as in: rspbridge triage TARGET -- PROGRAM "
        "ARG...");
}

void check_batch(const Raw& raw, const Options& options) {
  const auto& triage = options.triage;
  if (triage.batch.empty()) {
    if (triage.jobs != 1) fail("--jobs is for a --batch");
    return;
  }
  if (!raw.http.empty()) fail("--http is of one process; a --batch has many");
  if (!triage.html.empty() || !triage.core_out.empty() || triage.json == "-")
    fail(
        "a --batch writes a report for each input: --json names a folder, and --html and --core-out don't go "
        "with it");
  bool has_place = triage.input_file.string().find("@@") != std::string::npos;
  for (const std::string& word : options.program)
    has_place = has_place || word.find("@@") != std::string::npos;
  if (!has_place)
    fail("--batch: the input's place is missing: write @@ in the program's arguments, or --stdin @@");
}

}  // namespace

void add_triage(CLI::App& app, Raw& raw, Options& options) {
  auto& triage = options.triage;
  app.add_option("TARGET", raw.target, "where to run it: see rspbridge --help")->type_name("");
  app.add_option("--attach", raw.attach, "wait for the crash of a process that runs")
      ->type_name("PID")
      ->check(no_process_id);
  app.add_option("--core", triage.core, "report an ARM64 core file; needs no target")->type_name("FILE");
  app.add_option("--sysroot", triage.sysroot, "with --core: a copy of the target's files")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory.description(""));
  app.add_option("--batch", triage.batch,
                 "run it once for each line of this file, which takes the place of @@")
      ->type_name("FILE");
  app.add_option("--jobs", triage.jobs, "how many of a batch run at once (default 1)")
      ->type_name("N")
      ->check(CLI::Range(1U, most_jobs).description(""));
  app.add_option("--timeout", raw.timeout,
                 "then the stacks of a program that hangs are reported: 10, 500ms, 2m")
      ->type_name("TIME");
  app.add_option("--stdin", triage.input_file, "what the program reads (default: our stdin, if redirected)")
      ->type_name("FILE");
  add_outputs(app, raw, options);
  add_symbols_option(app, raw);
  add_http_options(app, raw, "(default: it opens no port)", "[HOST:]PORT");
  add_far_option(app, raw);
  add_gdbserver(app, options);
  add_ssh_options(app, raw, options);
}

void complete_triage(const Raw& raw, Options& options) {
  check_what_runs(raw, options);
  check_batch(raw, options);
  if (!raw.timeout.empty()) options.triage.timeout = duration(raw.timeout);
  options.triage.casr = raw.format == "casr";
  for (const std::string& folder : raw.symbols) {
    if (!std::filesystem::is_directory(folder)) fail("--symbols: there is no folder '" + folder + "'");
    options.symbols.emplace_back(folder);
  }
  if (!options.triage.core.empty()) return;
  if (!options.triage.sysroot.empty())
    fail("--sysroot is for --core: of a target that is reached its own files are read");
  // From here on it is what exec and attach do.
  options.verb = raw.attach != 0 ? Verb::attach : Verb::exec;
  options.pid = raw.attach;
  Raw session = raw;
  session.symbols.clear();
  complete_session(session, options);
  options.verb = Verb::triage;
}

}  // namespace rspbridge::proxy::cli
