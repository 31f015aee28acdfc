// The command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/cli/look/look_options.hpp"
#include "proxy/cli/triage/triage_options.hpp"
#include "proxy/cli/vscode/vscode_options.hpp"
#include "proxy/launch/target_spec.hpp"
#include "proxy/session/session.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::proxy::cli {

enum class Verb : std::uint8_t {
  exec,
  attach,
  connect,
  multi,
  sessions,
  memmap,
  threads,
  registers,
  memory,
  core,
  crash,
  triage,
  stop,
  vscode,
  doctor,
  clean,
  translate,
  packets
};
/// As on the command line.
std::string_view to_string(Verb verb);

/// Where far runs (docs/link.md).
enum class FarPlace : std::uint8_t {
  automatic,  ///< on the target if a helper can be put there, else here
  here,
  on_target,  ///< or the command fails
};

/// Everything that the command line says.
struct Options {
  Verb verb = Verb::exec;
  std::string target_text;
  launch::TargetSpec target;
  std::vector<std::string> program;        ///< after `--`
  std::int64_t pid = 0;                    ///< attach
  std::optional<launch::HostPort> remote;  ///< connect --remote

  std::vector<std::string> listen;  ///< as given; empty: the default
  transport::SshTarget ssh;         ///< complete if the target is SSH's
  std::string gdbserver = "gdbserver";
  FarPlace far = FarPlace::automatic;
  bool keeps_answers = true;  ///< false: --no-cache
  OnExit on_exit = OnExit::detach;
  std::optional<near::ViewKind> view;          ///< nothing: what suits the GDB that connects
  std::string view_document, view_file;        ///< of ViewKind::file: its contents and its path
  std::vector<std::filesystem::path> symbols;  ///< --symbols
  std::optional<std::string> gdb;              ///< --gdb: run this GDB; "" picks one
  std::optional<std::filesystem::path> ready_file, record;
  std::filesystem::path translate_from, translate_to;  ///< translate
  std::optional<launch::HostPort> http;                ///< --http; nothing: the default
  bool no_http = false;                                ///< --http off
  std::string http_token;                              ///< what --http-token-file holds
  std::optional<std::string> http_token_file;          ///< its absolute path
  bool http_control = false;                           ///< --http-control
  std::optional<launch::HostPort> pprof;               ///< --pprof, as the target names it
  triaging::Options triage;                            ///< the verb triage
  look::Options look;                                  ///< the verbs that look at a session
  vscode::Options vscode;                              ///< the verb vscode
  int verbose = 0;
};

/// Reads the command line. Returns the options, or the exit code if all is said already (help,
/// version, a usage error: 2).
struct Parsed {
  std::optional<Options> options;
  int exit_code = 0;
};
Parsed parse_command_line(int argc, const char* const* argv);

inline constexpr const char* default_listen_host = "127.0.0.1";
inline constexpr std::uint16_t default_listen_port = 2345;
inline constexpr std::uint16_t default_http_port = 40000;

}  // namespace rspbridge::proxy::cli
