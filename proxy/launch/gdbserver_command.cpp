#include "proxy/launch/gdbserver_command.hpp"

#include <algorithm>

#include "proxy/launch/shell_words.hpp"

namespace rspbridge::proxy::launch {
namespace {

constexpr std::string_view any_port = "127.0.0.1:0";

// Splitting at blanks is how gdbserver hands arguments over without its shell: it would lose empty
// ones, too.
bool survives_without_shell(const std::string& argument) {
  return !argument.empty() && argument.find_first_of(" \t\n\r\v\f") == std::string::npos;
}

}  // namespace

std::string gdbserver_command(const GdbserverOptions& options) {
  const std::string say_pid = std::string(options.outlives_terminal ? "trap \"\" HUP;" : "") + "echo " +
                              std::string(pid_mark) + "$$ >&2;";
  const std::string no_input = options.pty || options.forward_stdin || options.input ? "" : " </dev/null";
  std::vector<std::string> words = {options.gdbserver, "--once"};
  if (options.attach) {
    words.insert(words.end(), {"--attach", std::string(any_port), std::to_string(*options.attach)});
    return login_shell_command(say_pid + "exec \"$@\"" + no_input, words);
  }
  if (options.program.empty()) {
    words.insert(words.end(), {"--multi", std::string(any_port)});
    return login_shell_command(say_pid + "exec \"$@\"" + no_input, words);
  }
  if (std::all_of(options.program.begin(), options.program.end(), survives_without_shell)) {
    words.insert(words.end(), {"--no-startup-with-shell", std::string(any_port)});
    words.insert(words.end(), options.program.begin(), options.program.end());
    return login_shell_command(say_pid + "exec \"$@\"" + no_input, words);
  }
  // gdbserver quotes for a POSIX shell, so that is what it must use; the program still gets the
  // user's own SHELL.
  words = {options.gdbserver};
  words.insert(words.end(), options.program.begin(), options.program.end());
  return login_shell_command(say_pid +
                                 "rspbridge_g=$1;shift;rspbridge_s=$SHELL;SHELL=/bin/sh;export SHELL;"
                                 "exec \"$rspbridge_g\" --once --startup-with-shell "
                                 "--wrapper env \"SHELL=$rspbridge_s\" -- 127.0.0.1:0 \"$@\"" +
                                 no_input,
                             words);
}

}  // namespace rspbridge::proxy::launch
