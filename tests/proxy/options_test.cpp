#include "proxy/cli/options.hpp"

#include <iostream>
#include <sstream>

#include "proxy/cli/errors.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli;

namespace {

struct Said {
  Parsed parsed;
  std::string out, err;
};

// What becomes of a command line, given as words.
Said parse(const std::vector<const char*>& words) {
  std::vector<const char*> argv{"rspbridge"};
  argv.insert(argv.end(), words.begin(), words.end());
  std::ostringstream out, err;
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  Parsed parsed = parse_command_line(static_cast<int>(argv.size()), argv.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {std::move(parsed), out.str(), err.str()};
}

Options good(const std::vector<const char*>& words) {
  auto said = parse(words);
  INFO(said.err);
  REQUIRE(said.parsed.options);
  return *std::move(said.parsed.options);
}

}  // namespace

TEST_CASE("looking verbs and their options") {
  CHECK(good({"sessions", "--json"}).verb == Verb::sessions);
  const auto map =
      good({"memmap", "--addr", "0x1000", "--perm", "rx", "--path", "lib", "--session", "12", "--json"});
  CHECK(map.verb == Verb::memmap);
  CHECK(map.look.address == 0x1000);
  CHECK(map.look.permissions == "rx");
  CHECK(map.look.path == "lib");
  CHECK(map.look.session == "12");
  CHECK(map.look.json);
  CHECK(good({"memmap", "--delve"}).look.delve);
  CHECK(good({"threads"}).verb == Verb::threads);
  CHECK(good({"registers", "--thread", "p2a.2b"}).look.thread == "p2a.2b");
  const auto memory = good({"memory", "0xffffffffffffffff", "4096", "-o", "file"});
  CHECK(memory.look.address == ~0ull);
  CHECK(memory.look.length == 4096);
  CHECK(memory.look.output == "file");
  CHECK(good({"-v", "core", "-o", "file", "--json"}).look.output == "file");
}

TEST_CASE("vscode passes to its session what was given for it") {
  const auto options = good({"vscode",
                             "board",
                             "-l",
                             "me",
                             "-o",
                             "Port=1",
                             "-F",
                             "none",
                             "--far",
                             "never",
                             "--gdbserver",
                             "/gs",
                             "--kill-on-stop",
                             "--adapter",
                             "cppdbg",
                             "--adapter",
                             "go",
                             "--port",
                             "4000",
                             "--program-file",
                             "app",
                             "--",
                             "/opt/app",
                             "-F",
                             "x"});
  CHECK(options.verb == Verb::vscode);
  CHECK(options.program == std::vector<std::string>{"/opt/app", "-F", "x"});
  CHECK(options.vscode.session_options == std::vector<std::string>{"-F", "none", "-l", "me", "-o", "Port=1",
                                                                   "--far", "never", "--gdbserver", "/gs"});
  CHECK(options.vscode.adapters == std::vector<std::string>{"cppdbg", "go"});
  CHECK(options.vscode.port == 4000);
  CHECK(options.vscode.kill_on_stop);
  const auto relative = good({"vscode", "board", "-F", "config", "--", "app"}).vscode.session_options;
  CHECK(relative.at(1).front() == '/');
  CHECK(good({"stop", "--session", "127.0.0.1:2345", "--if-any"}).look.if_any);
}

TEST_CASE("what a looking verb can't make sense of is a usage error, with a reason") {
  const struct {
    std::vector<const char*> words;
    const char* reason;
  } cases[] = {
      {{"memory", "0"}, "LENGTH is required"},
      {{"memory", "0x", "1"}, "'0x' is no number"},
      {{"memory", "0", "1k"}, "'1k' is no number"},
      {{"memory", "-1", "1"}, "Run with --help"},
      {{"memory", "0x10000000000000000", "1"}, "is no number"},
      {{"memory", "0", "1", "--raw", "--json"}, "choose one"},
      {{"memory", "0", "1", "--raw", "-o", "f"}, "choose one"},
      {{"memmap", "--perm", "rz"}, "'rz' isn't made of"},
      {{"memmap", "--perm", ""}, "isn't made of"},
      {{"memmap", "--delve", "--json"}, "choose one"},
      {{"vscode", "board"}, "the program is missing"},
      {{"vscode", "board", "--adapter", "gdb", "--", "x"}, "'gdb' is none of cppdbg, gdbtarget"},
      {{"vscode", "board", "--", "x", "${HOME}"}, "which VS Code would replace"},
      {{"vscode", "--", "x"}, "TARGET is required"},
      {{"memmap", "extra"}, "extra"},
      {{"threads", "--thread", "1"}, "--thread"},
      {{"core", "--json"}, "--json needs -o"},
      {{"core", "--http-token-file", "/dev/null"}, "holds no token"},
      {{"memmap", "--", "x"}, "only exec, triage and vscode take a program"},
      {{"triage", "--batch", "x", "--http", "0", "h", "--", "p", "@@"}, "--http is of one process"},
      {{"triage", "--core", "x", "--http", "0"}, "--http is of a process"},
      {{"translate", "x", "-o", "y", "--", "z"}, "only exec, triage and vscode take a program"},
      {{}, "The verb is missing: exec, attach, connect, multi, triage, sessions,"},
      {{"frobnicate"}, "'frobnicate' is no verb"},
  };
  for (const auto& one : cases) {
    const auto said = parse(one.words);
    INFO(one.reason << ": " << said.err);
    CHECK_FALSE(said.parsed.options);
    CHECK(said.parsed.exit_code == exit_usage);
    CHECK(said.err.find(one.reason) != std::string::npos);
  }
}

TEST_CASE("verbs of a session keep theirs") {
  const auto exec =
      good({"exec", "--gdb", "user@board:99", "-l", "me", "--http", "off", "--", "./app", "--gdb"});
  CHECK(exec.verb == Verb::exec);
  CHECK(exec.program == std::vector<std::string>{"./app", "--gdb"});
  CHECK(exec.gdb == "");
  CHECK(exec.ssh.user == "me");
  CHECK(exec.no_http);
  CHECK(exec.on_exit == rspbridge::proxy::OnExit::kill);
  CHECK(good({"attach", "board", "42"}).pid == 42);
  CHECK(good({"connect", "tcp://board:1"}).on_exit == rspbridge::proxy::OnExit::detach);
  CHECK(good({"translate", "a", "-o", "b"}).translate_to == "b");
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{"exec", "board"},
                                             {"attach", "board", "0"},
                                             {"connect", "board"},
                                             {"multi", "tcp://board:1"},
                                             {"connect", "tcp://board:1", "-l", "me"}})
    CHECK(parse(words).parsed.exit_code == exit_usage);
}

TEST_CASE("--help names every verb, and each verb has its own") {
  const auto help = parse({"--help"});
  CHECK(help.parsed.exit_code == exit_ok);
  for (int verb = 0; verb <= static_cast<int>(Verb::packets); ++verb) {
    const std::string name(to_string(static_cast<Verb>(verb)));
    CHECK(help.out.find("\n  " + name + " ") != std::string::npos);
    CHECK(parse({name.c_str(), "--help"}).out.find("Usage: rspbridge " + name) != std::string::npos);
  }
}
