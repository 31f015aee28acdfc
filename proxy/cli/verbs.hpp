// What a verb of the command line is made of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/cli/options.hpp"

namespace CLI {
class App;
}

namespace rspbridge::proxy::cli {

/// What the words before `--` say, before they are checked against one another.
struct Raw {
  std::string target, remote, on_exit, gdb, user, ready_file, record, config_file, view, http,
      http_token_file, pprof, far, timeout, format;
  std::int64_t attach = 0;
  std::vector<std::string> identities, symbols;
  bool default_gdb = false;
};

/// One verb: its name, what --help says of it and in which part, and its options.
struct VerbRow {
  Verb verb;
  std::string_view name, part, about;
  /// Declares the options, which are stored in `raw` and `options`: they must outlive `app`.
  void (*add)(CLI::App& app, Raw& raw, Options& options);
  /// Checks what CLI11 can't, and completes `options`. Throws CLI::ValidationError.
  void (*complete)(const Raw& raw, Options& options);
};

/// All verbs, in the order of --help.
std::span<const VerbRow> verbs();

// Verbs of a session, doctor and clean.
void add_exec(CLI::App& app, Raw& raw, Options& options);
void add_attach(CLI::App& app, Raw& raw, Options& options);
void add_connect(CLI::App& app, Raw& raw, Options& options);
void add_multi(CLI::App& app, Raw& raw, Options& options);
void add_doctor(CLI::App& app, Raw& raw, Options& options);
void add_clean(CLI::App& app, Raw& raw, Options& options);
void complete_session(const Raw& raw, Options& options);

void add_triage(CLI::App& app, Raw& raw, Options& options);
void complete_triage(const Raw& raw, Options& options);

void add_vscode(CLI::App& app, Raw& raw, Options& options);
void complete_vscode(const Raw& raw, Options& options);

/// The options that say how a target is reached.
void add_ssh_options(CLI::App& app, Raw& raw, Options& options);
void add_far_option(CLI::App& app, Raw& raw);
/// `otherwise` says what there is without --http, in brackets.
void add_http_options(CLI::App& app, Raw& raw, const std::string& otherwise, const std::string& type);
void add_symbols_option(CLI::App& app, Raw& raw);
void add_gdbserver(CLI::App& app, Options& options);
/// "'x' is no process id", or nothing.
std::string no_process_id(const std::string& text);

// Verbs that look at a session.
void add_sessions(CLI::App& app, Raw& raw, Options& options);
void add_memmap(CLI::App& app, Raw& raw, Options& options);
void add_threads(CLI::App& app, Raw& raw, Options& options);
void add_registers(CLI::App& app, Raw& raw, Options& options);
void add_memory(CLI::App& app, Raw& raw, Options& options);
void add_core(CLI::App& app, Raw& raw, Options& options);
void add_crash(CLI::App& app, Raw& raw, Options& options);
void add_stop(CLI::App& app, Raw& raw, Options& options);
void complete_look(const Raw& raw, Options& options);

/// What the file that --http-token-file names holds. Throws CLI::ValidationError if it holds no token.
std::string read_token(const std::string& file);

}  // namespace rspbridge::proxy::cli
