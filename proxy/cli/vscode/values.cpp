#include "proxy/cli/vscode/values.hpp"

#include <vector>

#include "proxy/cli/foreground_gdb.hpp"

namespace rspbridge::proxy::cli::vscode {
namespace {

using nlohmann::ordered_json;

// What a GDB is told before it connects.
std::vector<std::string> gdb_commands(const Surroundings& here) {
  std::vector<std::string> commands{remote_timeout};
  if (here.gdb_helper) commands.push_back("source " + here.gdb_helper->string());
  return commands;
}

// cppdbg's stop kills; it is to let go unless that was asked for.
std::vector<ordered_json> setup_commands(const Surroundings& here, bool kill_on_stop) {
  std::vector<std::string> commands = gdb_commands(here);
  if (!kill_on_stop && here.gdb_helper) commands.emplace_back("bridge detach-on-kill");
  std::vector<ordered_json> result;
  for (const std::string& command : commands)
    result.push_back({{"text", command}, {"ignoreFailures", false}});
  return result;
}

std::vector<std::string> ssh_arguments(const transport::SshTarget& ssh) {
  std::vector<std::string> words;
  if (ssh.config_file) words.insert(words.end(), {"-F", ssh.config_file->string()});
  for (const auto& file : ssh.identity_files) words.insert(words.end(), {"-i", file.string()});
  for (const std::string& option : ssh.options) words.insert(words.end(), {"-o", option});
  if (ssh.user) words.insert(words.end(), {"-l", *ssh.user});
  if (ssh.port) words.insert(words.end(), {"-p", std::to_string(*ssh.port)});
  words.push_back(ssh.host);
  return words;
}

// Between single quotes no shell but csh reads anything. What login_shell_command() makes holds ${, which VS
// Code would replace.
std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

// Delve serves one client, and ends with it.
std::string delve_command(const std::vector<std::string>& program, const std::string& port) {
  std::vector<std::string> words{"dlv", "exec", "--headless", "--listen=127.0.0.1:" + port, program.front()};
  if (program.size() > 1) words.emplace_back("--");
  words.insert(words.end(), program.begin() + 1, program.end());
  std::string command = "exec";
  for (const std::string& word : words) command += " " + quoted(word);
  return command;
}

}  // namespace

// As LLDB's commands take a word (CommandInterpreter's quotes).
std::string quoted_for_lldb(const std::string& word) {
  std::string quotes = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\' || c == '`') quotes += '\\';
    quotes += c;
  }
  return quotes + '"';
}

std::string title(const cli::Options& options) {
  return "rspbridge: " + options.program.front() + " on " + options.target_text;
}

std::string delve_title(const cli::Options& options) {
  return "rspbridge: delve for " + options.program.front() + " on " + options.target_text;
}

Values values_for(const cli::Options& options, const Surroundings& here) {
  const auto& vscode = options.vscode;
  const std::string delve_port = std::to_string(here.delve_port);
  return {
      {"rspbridge", here.rspbridge},
      {"session-task", title(options)},
      {"stop-task", "rspbridge: stop " + options.program.front() + " on " + options.target_text},
      {"delve-task", delve_title(options)},
      {"program-file", here.program_file},
      {"program-file-for-lldb", quoted_for_lldb(here.program_file)},
      {"program", options.program},
      {"target", options.target_text},
      {"port-text", std::to_string(here.port)},
      {"on-exit", vscode.kill_on_stop ? "kill" : "detach"},
      {"session-options", vscode.session_options},
      {"gdb", here.gdb},
      {"gdb-commands", gdb_commands(here)},
      {"setup-commands", setup_commands(here, vscode.kill_on_stop)},
      {"lldb-commands",
       std::vector<std::string>{"settings set plugin.process.gdb-remote.packet-timeout 120"}},
      {"delve-port", here.delve_port},
      {"delve-port-text", delve_port},
      {"ssh-arguments", ssh_arguments(options.ssh)},
      {"delve-command", delve_command(options.program, delve_port)},
  };
}

}  // namespace rspbridge::proxy::cli::vscode
