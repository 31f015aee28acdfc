// Options that several verbs have.
#include <charconv>

#include <CLI/CLI.hpp>

#include "proxy/cli/verbs.hpp"

namespace rspbridge::proxy::cli {

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

void add_symbols_option(CLI::App& app, Raw& raw) {
  app.add_option(
         "--symbols", raw.symbols,
         "a folder of unstripped files: those take the place of the target's stripped ones of the same "
         "build-id (repeatable)")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

void add_far_option(CLI::App& app, Raw& raw) {
  app.add_option(
         "--far", raw.far,
         "whether a helper is put on an SSH target, which saves most round trips: auto (default) goes "
         "on without where it can't be")
      ->type_name("auto|never|require")
      ->check(CLI::IsMember({"auto", "never", "require"}).description(""));
}

std::string no_process_id(const std::string& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size() && value > 0;
  return good ? std::string() : "'" + text + "' is no process id";
}

void add_gdbserver(CLI::App& app, Options& options) {
  app.add_option("--gdbserver", options.gdbserver, "gdbserver's name or path on the target")
      ->type_name("PATH");
}

}  // namespace rspbridge::proxy::cli
