#include "proxy/cli/options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include <CLI/CLI.hpp>

#include "rsp/view_definition.hpp"

namespace rspbridge::proxy::cli {
namespace {

constexpr const char* about =
    "rspbridge joins any GDB on this host with a gdbserver on an ARM64 target, over SSH.\n"
    "\n"
    "TARGET is  [user@]host[:port] or ssh://...   a host reached by SSH, as ssh's own config has it\n"
    "           tcp://host:port, unix:/path       a stub that listens there\n"
    "           exec:COMMAND                      a stub on the command's stdin and stdout\n"
    "           qemu:                             qemu-aarch64's own stub, without a board";

constexpr const char* footer =
    "Example:\n"
    "  rspbridge exec board -- ./app --fast      then, in GDB: target extended-remote :2345\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 255 no connection or a lost one.";

// What the words before `--` say, before they are checked against one another.
struct Raw {
  std::string target, remote, on_exit, gdb, user, ready_file, record, config_file, view, http,
      http_token_file, pprof;
  std::vector<std::string> identities, symbols;
  bool default_gdb = false;
};

void add_ssh_options(CLI::App& app, Raw& raw, Options& options) {
  app.add_option("-F", raw.config_file,
                 "ssh_config to read instead of yours and the system's (none: no config)")
      ->type_name("FILE")
      ->group("SSH");
  app.add_option("-i", raw.identities, "key file to try first (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("SSH");
  app.add_option("-l", raw.user, "user to log in as")->type_name("USER")->group("SSH");
  app.add_option("-o", options.ssh.options, "ssh_config option (repeatable)")
      ->type_name("KEYWORD=VALUE")
      ->allow_extra_args(false)
      ->group("SSH");
}

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
  app.add_option(
         "--symbols", raw.symbols,
         "a folder of unstripped files: GDB gets those in place of the target's stripped ones of the same "
         "build-id (repeatable)")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_option("--http", raw.http,
                 "where JSON over HTTP is served; port 0 picks one (default 127.0.0.1:40000, or a free port)")
      ->type_name("[HOST:]PORT|off");
  app.add_option("--http-token-file", raw.http_token_file,
                 "a file with a token that every HTTP request must bear; needed to serve more than loopback")
      ->type_name("FILE");
  app.add_option(
         "--pprof", raw.pprof,
         "where the program serves Go's net/http/pprof, as the target sees it; HTTP passes it through")
      ->type_name("[HOST:]PORT");
  app.add_option("--ready-file", raw.ready_file, "write a JSON file there once GDB may connect")
      ->type_name("FILE");
  app.add_option("--record", raw.record, "write what passes on both legs to a file")->type_name("FILE");
  add_ssh_options(app, raw, options);
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

// Throws CLI::ValidationError.
void complete_view(const Raw& raw, Options& options) {
  using near::ViewKind;
  for (const std::string& folder : raw.symbols) {
    if (!std::filesystem::is_directory(folder))
      throw CLI::ValidationError("--symbols: there is no folder '" + folder + "'");
    options.symbols.emplace_back(folder);
  }
  if (raw.view.empty() || raw.view == "auto") return;
  for (const ViewKind kind : {ViewKind::native, ViewKind::core, ViewKind::x86_64})
    if (raw.view == near::to_string(kind)) options.view = kind;
  if (options.view) return;
  std::error_code missing;
  std::ifstream in;
  if (std::filesystem::is_regular_file(raw.view, missing)) in.open(raw.view, std::ios::binary);
  if (in.is_open()) options.view_document.assign(std::istreambuf_iterator<char>(in), {});
  if (options.view_document.empty())
    throw CLI::ValidationError("--view: '" + raw.view +
                               "' is neither auto, native, core or x86_64 nor a file that can be read");
  const auto view = rsp::file_view(options.view_document, raw.view);
  if (!view) throw CLI::ValidationError("--view: " + view.error());
  options.view = ViewKind::file;
  options.view_file = raw.view;
}

// Throws CLI::ValidationError.
void complete_http(const Raw& raw, Options& options) {
  options.no_http = raw.http == "off";
  if (!raw.http.empty() && !options.no_http) {
    const auto where = launch::parse_host_port(raw.http, default_listen_host);
    if (!where) throw CLI::ValidationError("--http: " + where.error());
    options.http = *where;
  }
  if (!raw.pprof.empty()) {
    if (!std::holds_alternative<launch::SshSpec>(options.target))
      throw CLI::ValidationError("--pprof is for SSH targets: it is reached through the SSH connection");
    const auto where = launch::parse_host_port(raw.pprof, "127.0.0.1");
    if (!where) throw CLI::ValidationError("--pprof: " + where.error());
    options.pprof = *where;
  }
  if (raw.http_token_file.empty()) return;
  std::ifstream in(raw.http_token_file, std::ios::binary);
  if (in.is_open()) options.http_token.assign(std::istreambuf_iterator<char>(in), {});
  if (options.http_token.find_first_not_of(" \t\r\n") == std::string::npos)
    throw CLI::ValidationError("--http-token-file: '" + raw.http_token_file +
                               "' holds no token, or can't be read");
}

// Checks what CLI11 can't; throws CLI::ValidationError.
void complete(const Raw& raw, Options& options) {
  auto fail = [](const std::string& text) { throw CLI::ValidationError(text); };
  options.target_text = raw.target;
  auto target = launch::parse_target(raw.target);
  if (!target) fail(target.error());
  options.target = *target;
  const auto* ssh = std::get_if<launch::SshSpec>(&options.target);
  const bool qemu = std::holds_alternative<launch::QemuSpec>(options.target);
  if (!ssh && (!raw.config_file.empty() || !raw.identities.empty() || !raw.user.empty() ||
               !options.ssh.options.empty()))
    fail("-F, -i, -l and -o are for SSH targets, and '" + raw.target + "' is none");
  if (ssh) {
    options.ssh.host = ssh->host;
    options.ssh.port = ssh->port;
    options.ssh.user = ssh->user;
    if (!raw.user.empty()) options.ssh.user = raw.user;
    if (!raw.config_file.empty()) options.ssh.config_file = raw.config_file;
    options.ssh.identity_files.assign(raw.identities.begin(), raw.identities.end());
  }
  if (options.verb == Verb::exec && options.program.empty())
    fail("exec: the program is missing; write it after --, as in: rspbridge exec TARGET -- PROGRAM ARG...");
  if (options.verb != Verb::exec && !options.program.empty()) fail("only exec takes a program after --");
  if (options.verb == Verb::multi && !ssh) fail("multi needs an SSH target, to start gdbserver there");
  if (qemu && options.verb != Verb::exec && options.verb != Verb::doctor)
    fail("qemu: can only exec a program");
  if (options.verb == Verb::connect && ssh && raw.remote.empty())
    fail("connect: --remote HOST:PORT must say where the stub listens, as the SSH target sees it");
  if (!raw.remote.empty()) {
    if (!ssh) fail("--remote is for SSH targets: '" + raw.target + "' says already where the stub is");
    auto remote = launch::parse_host_port(raw.remote, "127.0.0.1");
    if (!remote) fail("--remote: " + remote.error());
    options.remote = *remote;
  }
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

// What follows `--` is the program's and is never interpreted; `--gdb` alone takes no value.
std::vector<std::string> words_before_program(int argc, char** argv, std::vector<std::string>& program) {
  std::vector<std::string> words;
  int i = 1;
  for (; i < argc && std::string_view(argv[i]) != "--"; ++i)
    words.emplace_back(std::string_view(argv[i]) == "--gdb" ? "--default-gdb" : argv[i]);
  for (++i; i < argc; ++i) program.emplace_back(argv[i]);
  std::reverse(words.begin(), words.end());  // as CLI::App::parse takes a vector
  return words;
}

}  // namespace

Parsed parse_command_line(int argc, char** argv) {
  Options options;
  Raw raw;
  CLI::App app(about, "rspbridge");
  app.footer(footer);
  app.require_subcommand(1);
  app.set_version_flag("--version", "rspbridge " RSPBRIDGE_VERSION);
  app.add_flag("-v,--verbose", options.verbose, "say more on stderr");
  app.fallthrough();

  std::map<Verb, CLI::App*> verbs = {
      {Verb::exec,
       app.add_subcommand("exec",
                          "Start a program under gdbserver on the target: exec TARGET -- PROGRAM ARG...")},
      {Verb::attach,
       app.add_subcommand("attach", "Attach gdbserver to a process of the target: attach TARGET PID")},
      {Verb::connect, app.add_subcommand("connect", "Connect to a stub that already runs")},
      {Verb::multi,
       app.add_subcommand("multi", "Start gdbserver --multi on the target; GDB runs or attaches")},
      {Verb::doctor, app.add_subcommand("doctor", "Check what debugging on the target needs")},
      {Verb::translate,
       app.add_subcommand("translate",
                          "Translate an ARM64 symbol file for a plain x86-64 GDB: translate ELF -o OUT")},
      {Verb::packets, app.add_subcommand("packets", "Print what becomes of each packet")},
  };
  for (Verb verb : {Verb::exec, Verb::attach, Verb::connect, Verb::multi})
    add_session_options(*verbs[verb], raw, options);
  for (Verb verb : {Verb::exec, Verb::attach, Verb::multi, Verb::doctor})
    verbs[verb]
        ->add_option("--gdbserver", options.gdbserver, "gdbserver's name or path on the target")
        ->type_name("PATH");
  verbs[Verb::attach]
      ->add_option("PID", options.pid, "process on the target")
      ->type_name("")
      ->required()
      ->check([](const std::string& text) {
        long value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool good = error == std::errc{} && end == text.data() + text.size() && value > 0;
        return good ? std::string() : "'" + text + "' is no process id";
      });
  verbs[Verb::connect]
      ->add_option("--remote", raw.remote, "where the stub listens, as the SSH target sees it")
      ->type_name("HOST:PORT");
  verbs[Verb::translate]
      ->add_option("ELF", options.translate_from, "a program, a library or a debug file of ARM64")
      ->type_name("")
      ->required();
  verbs[Verb::translate]
      ->add_option("-o", options.translate_to, "where to write it")
      ->type_name("OUT")
      ->required();
  verbs[Verb::doctor]->add_option("TARGET", raw.target, "what to check")->type_name("")->required();
  add_ssh_options(*verbs[Verb::doctor], raw, options);

  auto words = words_before_program(argc, argv, options.program);
  try {
    app.parse(words);
    for (const auto& [verb, command] : verbs)
      if (command->parsed()) options.verb = verb;
    if (options.verb != Verb::packets && options.verb != Verb::translate) complete(raw, options);
  } catch (const CLI::RequiredError& error) {
    if (!app.get_subcommands().empty()) return {std::nullopt, (app.exit(error, std::cout, std::cerr), 2)};
    const auto unknown = app.remaining();
    std::cerr << (unknown.empty() ? std::string("The verb is missing")
                                  : "'" + unknown.front() + "' is no verb")
              << ": exec, attach, connect, multi, doctor, translate and packets are.\nRun with --help for "
                 "more information.\n";
    return {std::nullopt, 2};
  } catch (const CLI::ExtrasError& error) {
    app.exit(error, std::cout, std::cerr);
    if (verbs[Verb::exec]->parsed() && options.program.empty())
      std::cerr << "A program to exec, and its arguments, come after --.\n";
    return {std::nullopt, 2};
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, std::cout, std::cerr);
    return {std::nullopt, code == 0 ? 0 : 2};
  }
  return {std::move(options), 0};
}

}  // namespace rspbridge::proxy::cli
