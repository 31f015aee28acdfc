// The options of exec, attach, connect, multi, doctor and clean.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "proxy/cli/look/http_client.hpp"
#include "proxy/cli/verbs.hpp"
#include "proxy/symbols/files.hpp"
#include "rsp/view_definition.hpp"

namespace rspbridge::proxy::cli {
namespace {

void add_session_options(CLI::App& app, Raw& raw, Options& options) {
  app.add_option("TARGET", raw.target, "what to debug on: see rspbridge --help")->type_name("")->required();
  app.add_option("--listen", options.listen,
                 "where GDB connects, on loopback; port 0 picks one (repeatable; default 127.0.0.1:2345)")
      ->type_name("[HOST:]PORT|unix:PATH")
      ->allow_extra_args(false);
  app.add_option("--on-exit", raw.on_exit,
                 "what becomes of the process when rspbridge ends (default: exec kills, attach and connect "
                 "detach, multi kills what it started)")
      ->type_name("detach|kill")
      ->check(CLI::IsMember({"detach", "kill"}).description(""));
  app.add_option(
         "--gdb", raw.gdb,
         "--gdb=GDB runs this GDB in the foreground, connected, and ends with it; --gdb alone picks one")
      ->type_name("");
  app.add_flag("--default-gdb", raw.default_gdb)->group("");
  app.add_option(
         "--view", raw.view,
         "what GDB sees of the registers: auto (default) looks at the GDB that connects, x86_64 is for a "
         "plain x86-64 GDB, core for an old one, a file holds a target description of yours")
      ->type_name("auto|native|core|x86_64|FILE");
  add_symbols_option(app, raw);
  add_http_options(app, raw, "(default 127.0.0.1:40000, or a free port)", "[HOST:]PORT|off");
  app.add_flag("--http-control", options.http_control,
               "HTTP, and its page, may also interrupt and continue the program; needs --http-token-file");
  app.add_option(
         "--pprof", raw.pprof,
         "where the program serves Go's net/http/pprof, as the target sees it; HTTP passes it through")
      ->type_name("[HOST:]PORT");
  add_far_option(app, raw);
  app.add_flag_callback(
      "--no-cache", [&options] { options.keeps_answers = false; },
      "ask the stub everything that GDB asks, each time; for comparisons");
  app.add_option("--ready-file", raw.ready_file, "write a JSON file there once GDB may connect")
      ->type_name("FILE");
  app.add_option("--record", raw.record, "write what passes on both legs to a file")->type_name("FILE");
  add_ssh_options(app, raw, options);
}

[[noreturn]] void fail(const std::string& text) {
  throw CLI::ValidationError(text);
}

void complete_ssh(const Raw& raw, Options& options) {
  const auto* ssh = std::get_if<launch::SshSpec>(&options.target);
  if (!ssh && (!raw.config_file.empty() || !raw.identities.empty() || !raw.user.empty() ||
               !options.ssh.options.empty()))
    fail("-F, -i, -l and -o are for SSH targets, and '" + raw.target + "' is none");
  if (!ssh) return;
  options.ssh.host = ssh->host;
  options.ssh.port = ssh->port;
  options.ssh.user = ssh->user;
  if (!raw.user.empty()) options.ssh.user = raw.user;
  if (!raw.config_file.empty()) options.ssh.config_file = raw.config_file;
  options.ssh.identity_files.assign(raw.identities.begin(), raw.identities.end());
}

void complete_far(const Raw& raw, Options& options) {
  if (raw.far == "require" && !std::holds_alternative<launch::SshSpec>(options.target))
    fail("--far require is for SSH targets, and '" + raw.target + "' is none");
  if (raw.far == "require") options.far = FarPlace::on_target;
  if (raw.far == "never") options.far = FarPlace::here;
}

void check_verb_and_target(const Raw& raw, const Options& options) {
  const bool ssh = std::holds_alternative<launch::SshSpec>(options.target);
  const bool qemu = std::holds_alternative<launch::QemuSpec>(options.target);
  if (options.verb == Verb::exec && options.program.empty())
    fail("exec: the program is missing; write it after --, as in: rspbridge exec TARGET -- PROGRAM ARG...");
  if (options.verb == Verb::multi && !ssh) fail("multi needs an SSH target, to start gdbserver there");
  if (options.verb == Verb::clean && !ssh) fail("clean needs an SSH target: helpers are put there only");
  if (qemu && options.verb != Verb::exec && options.verb != Verb::doctor)
    fail("qemu: can only exec a program");
  if (options.verb == Verb::connect && ssh && raw.remote.empty())
    fail("connect: --remote HOST:PORT must say where the stub listens, as the SSH target sees it");
}

void complete_remote(const Raw& raw, Options& options) {
  if (raw.remote.empty()) return;
  if (!std::holds_alternative<launch::SshSpec>(options.target))
    fail("--remote is for SSH targets: '" + raw.target + "' says already where the stub is");
  const auto remote = launch::parse_host_port(raw.remote, "127.0.0.1");
  if (!remote) fail("--remote: " + remote.error());
  options.remote = *remote;
}

OnExit default_on_exit(Verb verb) {
  switch (verb) {
    case Verb::exec:
      return OnExit::kill;
    case Verb::multi:
      return OnExit::as_started;
    default:
      return OnExit::detach;
  }
}

void complete_view(const Raw& raw, Options& options) {
  using near::ViewKind;
  for (const std::string& folder : raw.symbols) {
    if (!std::filesystem::is_directory(folder)) fail("--symbols: there is no folder '" + folder + "'");
    options.symbols.emplace_back(folder);
  }
  if (raw.view.empty() || raw.view == "auto") return;
  for (const ViewKind kind : {ViewKind::native, ViewKind::core, ViewKind::x86_64})
    if (raw.view == near::to_string(kind)) options.view = kind;
  if (options.view) return;
  options.view_document = symbols::read_file(raw.view).value_or(std::string());
  if (options.view_document.empty())
    fail("--view: '" + raw.view + "' is neither auto, native, core or x86_64 nor a file that can be read");
  const auto view = rsp::file_view(options.view_document, raw.view);
  if (!view) fail("--view: " + view.error());
  options.view = ViewKind::file;
  options.view_file = raw.view;
}

void complete_http(const Raw& raw, Options& options) {
  options.no_http = raw.http == "off";
  if (!raw.http.empty() && !options.no_http) {
    const auto where = launch::parse_host_port(raw.http, default_listen_host);
    if (!where) fail("--http: " + where.error());
    options.http = *where;
  }
  if (!raw.pprof.empty()) {
    if (!std::holds_alternative<launch::SshSpec>(options.target))
      fail("--pprof is for SSH targets: it is reached through the SSH connection");
    const auto where = launch::parse_host_port(raw.pprof, "127.0.0.1");
    if (!where) fail("--pprof: " + where.error());
    options.pprof = *where;
  }
  if (!raw.http_token_file.empty()) {
    options.http_token = read_token(raw.http_token_file);
    options.http_token_file = std::filesystem::absolute(raw.http_token_file).string();
  }
  if (!options.http_control) return;
  if (options.no_http) fail("--http-control is of no use with --http off");
  if (options.http_token.empty())
    fail("--http-control lets others stop the program: that needs a token, by --http-token-file");
}

}  // namespace

void add_http_options(CLI::App& app, Raw& raw, const std::string& otherwise, const std::string& type) {
  app.add_option("--http", raw.http, "where JSON over HTTP is served; port 0 picks one " + otherwise)
      ->type_name(type);
  app.add_option("--http-token-file", raw.http_token_file,
                 "a file with a token that every HTTP request must bear; needed to serve more than loopback")
      ->type_name("FILE");
}

void add_exec(CLI::App& app, Raw& raw, Options& options) {
  add_session_options(app, raw, options);
  add_gdbserver(app, options);
}

void add_attach(CLI::App& app, Raw& raw, Options& options) {
  add_exec(app, raw, options);
  app.add_option("PID", options.pid, "process on the target")
      ->type_name("")
      ->required()
      ->check(no_process_id);
}

void add_connect(CLI::App& app, Raw& raw, Options& options) {
  add_session_options(app, raw, options);
  app.add_option("--remote", raw.remote, "where the stub listens, as the SSH target sees it")
      ->type_name("HOST:PORT");
}

void add_multi(CLI::App& app, Raw& raw, Options& options) {
  add_exec(app, raw, options);
}

void add_doctor(CLI::App& app, Raw& raw, Options& options) {
  add_gdbserver(app, options);
  app.add_option("TARGET", raw.target, "what to check")->type_name("")->required();
  add_ssh_options(app, raw, options);
}

void add_clean(CLI::App& app, Raw& raw, Options& options) {
  app.add_option("TARGET", raw.target, "an SSH target")->type_name("")->required();
  add_ssh_options(app, raw, options);
}

void complete_session(const Raw& raw, Options& options) {
  options.target_text = raw.target;
  const auto target = launch::parse_target(raw.target);
  if (!target) fail(target.error());
  options.target = *target;
  complete_ssh(raw, options);
  check_verb_and_target(raw, options);
  complete_remote(raw, options);
  complete_far(raw, options);
  options.on_exit = raw.on_exit == "kill"     ? OnExit::kill
                    : raw.on_exit == "detach" ? OnExit::detach
                                              : default_on_exit(options.verb);
  complete_view(raw, options);
  complete_http(raw, options);
  if (raw.default_gdb) options.gdb = "";
  if (!raw.gdb.empty()) options.gdb = raw.gdb;
  if (!raw.ready_file.empty()) options.ready_file = raw.ready_file;
  if (!raw.record.empty()) options.record = raw.record;
}

std::string read_token(const std::string& file) {
  std::string token = look::token_in(file);
  if (token.empty()) fail("--http-token-file: '" + file + "' holds no token, or can't be read");
  constexpr std::size_t longest = 4096;  // of a header there isn't much more
  const auto fits = [](unsigned char letter) { return letter > ' ' && letter < 0x7f; };
  if (token.size() > longest || !std::all_of(token.begin(), token.end(), fits))
    fail("--http-token-file: what '" + file +
         "' holds can't be sent in a header: a token is a word of at most " + std::to_string(longest) +
         " printable ASCII characters");
  return token;
}

}  // namespace rspbridge::proxy::cli
