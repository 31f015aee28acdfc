// The options of vscode.
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <CLI/CLI.hpp>

#include "proxy/cli/verbs.hpp"
#include "proxy/cli/vscode/adapters.hpp"

namespace rspbridge::proxy::cli {
namespace {

[[noreturn]] void fail(const std::string& text) {
  throw CLI::ValidationError(text);
}

std::string adapter_names() {
  std::string names;
  for (const auto& adapter : vscode::adapters())
    names += (names.empty() ? "" : ", ") + std::string(adapter.name);
  return names;
}

std::string no_adapter(const std::string& name) {
  return vscode::find_adapter(name) ? std::string() : "'" + name + "' is none of " + adapter_names();
}

// It is written into both files, so there is none to be picked later.
std::string no_port(const std::string& text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size() && value > 0;
  return good ? std::string() : "'" + text + "' is no port: it must be a number from 1 to 65535";
}

// Tasks start in the workspace.
std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

// What of this command line is for the session.
std::vector<std::string> session_options(const Raw& raw, const Options& options) {
  std::vector<std::string> words;
  const auto add = [&words](const char* name, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  };
  add("-F",
      raw.config_file.empty() || raw.config_file == "none" ? raw.config_file : absolute(raw.config_file));
  for (const std::string& file : raw.identities) add("-i", absolute(file));
  add("-l", raw.user);
  for (const std::string& option : options.ssh.options) add("-o", option);
  for (const std::string& folder : raw.symbols) add("--symbols", absolute(folder));
  add("--far", raw.far);
  if (options.gdbserver != Options().gdbserver) add("--gdbserver", options.gdbserver);
  return words;
}

void check_words(const Options& options) {
  std::vector<std::string> words = options.program;
  words.insert(words.end(), {options.target_text, options.vscode.program_file.string()});
  words.insert(words.end(), options.vscode.session_options.begin(), options.vscode.session_options.end());
  for (const std::string& word : words)
    if (word.find("${") != std::string::npos)
      fail("vscode: '" + word +
           "' holds ${, which VS Code would replace, and there is no way to tell it not to");
}

}  // namespace

void add_vscode(CLI::App& app, Raw& raw, Options& options) {
  auto& vscode = options.vscode;
  app.add_option("TARGET", raw.target, "where to run it: see rspbridge --help")->type_name("")->required();
  app.add_option("--folder", vscode.folder, "the folder that VS Code opens (default: this one)")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory.description(""));
  app.add_option("--adapter", vscode.adapters, "only for this one (repeatable): " + adapter_names())
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(CLI::Validator(no_adapter, ""));
  app.add_option("--program-file", vscode.program_file,
                 "PROGRAM's file on this machine, with symbols (default: PROGRAM, if it is here)")
      ->type_name("FILE");
  app.add_option("--port", vscode.port, "where GDB connects (default: as before, or a free one)")
      ->type_name("PORT")
      ->check(CLI::Validator(no_port, ""));
  app.add_flag("--kill-on-stop", vscode.kill_on_stop, "stopping kills the program, and doesn't let it go on");
  add_symbols_option(app, raw);
  add_far_option(app, raw);
  add_gdbserver(app, options);
  add_ssh_options(app, raw, options);
}

void complete_vscode(const Raw& raw, Options& options) {
  if (options.program.empty())
    fail(
        "vscode: the program is missing; write it after --, as in: rspbridge vscode TARGET -- PROGRAM "
        "ARG...");
  // What the task does.
  options.verb = Verb::exec;
  complete_session(raw, options);
  options.verb = Verb::vscode;
  options.vscode.session_options = session_options(raw, options);
  check_words(options);
}

}  // namespace rspbridge::proxy::cli
