#include "proxy/cli/options.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/verbs.hpp"

namespace rspbridge::proxy::cli {
namespace {

constexpr const char* about =
    "rspbridge joins any GDB on this host with a gdbserver on an ARM64 target, over SSH.\n"
    "\n"
    "TARGET is  [user@]host[:port] or ssh://...   a host reached by SSH, as ssh's own config has it\n"
    "           tcp://host:port, unix:/path       a stub that listens there\n"
    "           exec:COMMAND                      a stub on the command's stdin and stdout\n"
    "           qemu:                             qemu-aarch64's own stub, without a board";

constexpr const char* examples =
    "Examples:\n"
    "  rspbridge exec board -- ./app --fast      then, in GDB: target extended-remote :2345\n"
    "  rspbridge memmap                          meanwhile, in another terminal\n"
    "\n";
constexpr const char* exit_codes =
    "Exit codes: 0 done, 1 failed, 2 usage, 255 no connection or a lost one; triage: 3 a crash, 4 timed out.";

constexpr const char* debug = "Debug";
constexpr const char* look = "Look at what is being debugged";
constexpr const char* other = "Other verbs";

void add_translate(CLI::App& app, Raw&, Options& options) {
  app.add_option("ELF", options.translate_from, "a program, a library or a debug file of ARM64")
      ->type_name("")
      ->required();
  app.add_option("-o", options.translate_to, "where to write it")->type_name("OUT")->required();
}

void add_nothing(CLI::App&, Raw&, Options&) {}
void complete_nothing(const Raw&, Options&) {}

constexpr std::array all_verbs = {
    VerbRow{Verb::exec, "exec", debug,
            "Start a program under gdbserver on the target: exec TARGET -- PROGRAM ARG...", add_exec,
            complete_session},
    VerbRow{Verb::attach, "attach", debug, "Attach gdbserver to a process of the target: attach TARGET PID",
            add_attach, complete_session},
    VerbRow{Verb::connect, "connect", debug, "Connect to a stub that already runs", add_connect,
            complete_session},
    VerbRow{Verb::multi, "multi", debug, "Start gdbserver --multi on the target; GDB runs or attaches",
            add_multi, complete_session},
    VerbRow{Verb::triage, "triage", debug,
            "Run a program until it crashes and report: triage TARGET -- PROGRAM ARG...", add_triage,
            complete_triage},
    VerbRow{Verb::sessions, "sessions", look, "List your sessions on this machine", add_sessions,
            complete_look},
    VerbRow{Verb::memmap, "memmap", look, "Print the memory map, and how much of it is on this machine",
            add_memmap, complete_look},
    VerbRow{Verb::threads, "threads", look, "Print the threads", add_threads, complete_look},
    VerbRow{Verb::registers, "registers", look, "Print the registers of a thread", add_registers,
            complete_look},
    VerbRow{Verb::memory, "memory", look, "Print or save memory: memory ADDR LENGTH", add_memory,
            complete_look},
    VerbRow{Verb::core, "core", look, "Save a core file: core -o FILE", add_core, complete_look},
    VerbRow{Verb::crash, "crash", look, "Print the stop as a crash report", add_crash, complete_look},
    VerbRow{Verb::stop, "stop", other, "End a session", add_stop, complete_look},
    VerbRow{Verb::vscode, "vscode", other,
            "Have F5 in VS Code debug a program: vscode TARGET -- PROGRAM ARG...", add_vscode,
            complete_vscode},
    VerbRow{Verb::doctor, "doctor", other, "Check what debugging on the target needs", add_doctor,
            complete_session},
    VerbRow{Verb::clean, "clean", other, "Remove the helpers that rspbridge left on the target", add_clean,
            complete_session},
    VerbRow{Verb::translate, "translate", other,
            "Translate an ARM64 symbol file for a plain x86-64 GDB: translate ELF -o OUT", add_translate,
            complete_nothing},
    VerbRow{Verb::packets, "packets", other, "Print what becomes of each packet", add_nothing,
            complete_nothing},
};

// What follows `--` is the program's and is never interpreted; `--gdb` alone takes no value.
std::vector<std::string> words_before_program(int argc, const char* const* argv,
                                              std::vector<std::string>& program) {
  std::vector<std::string> words;
  int i = 1;
  for (; i < argc && std::string_view(argv[i]) != "--"; ++i)
    words.emplace_back(std::string_view(argv[i]) == "--gdb" ? "--default-gdb" : argv[i]);
  for (++i; i < argc; ++i) program.emplace_back(argv[i]);
  std::reverse(words.begin(), words.end());  // as CLI::App::parse takes a vector
  return words;
}

// "exec, attach, … and packets".
std::string names_of_verbs() {
  std::string names;
  for (const VerbRow& row : all_verbs) {
    if (!names.empty()) names += &row == &all_verbs.back() ? " and " : ", ";
    names += row.name;
  }
  return names;
}

int say_which_verbs(const std::vector<std::string>& unknown) {
  std::cerr << (unknown.empty() ? std::string("The verb is missing") : "'" + unknown.front() + "' is no verb")
            << ": " << names_of_verbs() << " are.\nRun with --help for more information.\n";
  return exit_usage;
}

// Throws CLI::ParseError.
void complete(const std::map<const VerbRow*, CLI::App*>& commands, const Raw& raw, Options& options) {
  for (const auto& [row, command] : commands) {
    if (!command->parsed()) continue;
    options.verb = row->verb;
    const bool takes_program =
        row->verb == Verb::exec || row->verb == Verb::triage || row->verb == Verb::vscode;
    if (!takes_program && !options.program.empty())
      throw CLI::ValidationError("only exec, triage and vscode take a program after --");
    if (!options.program.empty() && options.program.front().empty())
      throw CLI::ValidationError("the program after -- has an empty name");
    row->complete(raw, options);
  }
}

}  // namespace

std::span<const VerbRow> verbs() {
  return all_verbs;
}

std::string_view to_string(Verb verb) {
  const auto row = std::find_if(all_verbs.begin(), all_verbs.end(),
                                [verb](const VerbRow& one) { return one.verb == verb; });
  return row->name;
}

Parsed parse_command_line(int argc, const char* const* argv) {
  Options options;
  Raw raw;
  CLI::App app(about, "rspbridge");
  app.footer(std::string(examples) + exit_codes);
  app.require_subcommand(1);
  app.set_version_flag("--version", "rspbridge " RSPBRIDGE_VERSION);
  app.add_flag("-v,--verbose", options.verbose, "say more on stderr");
  app.fallthrough();
  std::map<const VerbRow*, CLI::App*> commands;
  for (const VerbRow& row : all_verbs) {
    CLI::App* command = app.add_subcommand(std::string(row.name), std::string(row.about));
    command->footer(exit_codes);
    command->group(std::string(row.part));
    row.add(*command, raw, options);
    commands[&row] = command;
  }

  auto words = words_before_program(argc, argv, options.program);
  try {
    app.parse(words);
    complete(commands, raw, options);
  } catch (const CLI::RequiredError& error) {
    if (app.get_subcommands().empty()) return {std::nullopt, say_which_verbs(app.remaining())};
    return {std::nullopt, (app.exit(error, std::cout, std::cerr), exit_usage)};
  } catch (const CLI::ExtrasError& error) {
    app.exit(error, std::cout, std::cerr);
    if (app.got_subcommand("exec") && options.program.empty())
      std::cerr << "A program to exec, and its arguments, come after --.\n";
    return {std::nullopt, exit_usage};
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, std::cout, std::cerr);
    return {std::nullopt, code == 0 ? exit_ok : exit_usage};
  }
  return {std::move(options), exit_ok};
}

}  // namespace rspbridge::proxy::cli
