// Arguments through real shells, byte for byte.
#include "proxy/launch/shell_words.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "proxy/launch/gdbserver_command.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::launch;

namespace {

// What `shell -c command` prints.
std::string run_by(const std::string& shell, const std::string& command) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::dup2(ends[1], 1);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(shell.c_str(), shell.c_str(), "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(126);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n; (n = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  CHECK(status == 0);
  return text;
}

std::vector<std::string> awkward_arguments() {
  std::vector<std::string> arguments = {
      "",     " ",      "a b",    "'",    "\"",   "it's \"so\"", "$HOME",    "$(id)", "`id`",
      "*",    "~",      "~root",  "\\",   "\\n",  "\\\\",        "\n",       "a\n",   "\n\n",
      "a\nb", "!",      "!!",     "a!b",  "%",    "%s%d%n",      "100%",     "-n",    "--",
      "-",    "\t",     "\r\n",   "x",    "ax",   "#",           "#x",       ";",     "a;b",
      "&",    "|",      "<",      ">",    "(",    ")",           "{a,b}",    "[a-z]", "?",
      "^",    "=",      "a=b",    "\x01", "\x7f", "\xff",        "\xc3\xa9", "\xc3",  "\xe2\x82\n",
      "0",    "\\0411", "8\0409", "-e",   "-- x", "\x1b[31m"};
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  arguments.push_back(all);
  return arguments;
}

std::vector<std::string> shells() {
  std::vector<std::string> found;
  for (const char* shell : {"/bin/sh", "/bin/bash", "/bin/dash", "/bin/csh", "/bin/tcsh", "/usr/bin/fish",
                            "/bin/zsh", "/bin/busybox-sh"})
    if (::access(shell, X_OK) == 0) found.emplace_back(shell);
  return found;
}

}  // namespace

TEST_CASE("arguments reach a program byte for byte, whatever the login shell") {
  const auto arguments = awkward_arguments();
  std::string expected;
  for (const auto& argument : arguments) expected += "<" + argument + ">";
  const std::string command = login_shell_command("printf \"<%s>\" \"$@\"", arguments);
  const auto found = shells();
  REQUIRE(found.size() >= 2);
  for (const auto& shell : found) {
    INFO(shell);
    CHECK((run_by(shell, command) == expected));
  }
}

TEST_CASE("no argument at all") {
  CHECK(run_by("/bin/sh", login_shell_command("echo $#", {})) == "0\n");
}

TEST_CASE("a long argument") {
  const std::string argument(20000, ' ');
  CHECK((run_by("/bin/sh", login_shell_command("printf \"<%s>\" \"$@\"", {argument, "b"})) ==
         "<" + argument + "><b>"));
}

TEST_CASE("nothing in the command is read specially by any login shell") {
  const std::string command = login_shell_command("printf \"<%s>\" \"$@\"", awkward_arguments());
  CHECK(command.find('\n') == std::string::npos);
  CHECK(command.find('!') == std::string::npos);
  for (std::size_t i = command.find('\\'); i != std::string::npos; i = command.find('\\', i + 1)) {
    REQUIRE(i + 1 < command.size());
    CHECK((command[i + 1] >= '0' && command[i + 1] <= '7'));
  }
}

TEST_CASE("gdbserver is started without its shell where that keeps the arguments whole") {
  auto command = [](std::vector<std::string> program) {
    return gdbserver_command({.program = std::move(program), .attach = {}, .pty = {}});
  };
  CHECK(command({"/bin/a", "b"}).find("no-startup-with-shell") != std::string::npos);
  CHECK(command({"/bin/a", "$x*'\""}).find("no-startup-with-shell") != std::string::npos);
  for (const char* argument : {"", "b c", "b\tc", "b\nc"}) {
    INFO(argument);
    CHECK(command({"/bin/a", argument}).find("no-startup-with-shell") == std::string::npos);
  }
}
