#include "proxy/cli/doctor.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/local_gdbs.hpp"
#include "proxy/cli/search_path.hpp"
#include "proxy/launch/shell_words.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::proxy::cli {
namespace {

// One line a check; remembers whether something failed.
class Report {
 public:
  void ok(std::string_view check, const std::string& text) { line("ok", check, text); }
  void note(std::string_view check, const std::string& text) { line("note", check, text); }
  void fail(std::string_view check, const std::string& text) {
    line("FAIL", check, text);
    failed_ = true;
  }
  bool failed() const noexcept { return failed_; }

 private:
  static void line(const char* verdict, std::string_view check, const std::string& text) {
    fmt::print("{:<4}  {:<13} {}\n", verdict, check, text);
    std::fflush(stdout);
  }
  bool failed_ = false;
};

using Facts = std::map<std::string, std::string>;

// No single quote, newline or `!` may be in here: see login_shell_command().
constexpr const char* probe =
    "echo arch=$(uname -m);"
    "echo uid=$(id -u);"
    "if command -v \"$1\" >/dev/null 2>&1; then echo gdbserver=$(\"$1\" --version 2>&1 | head -n 1); fi;"
    "if [ -r /proc/sys/kernel/yama/ptrace_scope ]; then echo ptrace_scope=$(cat "
    "/proc/sys/kernel/yama/ptrace_scope); fi;"
    "echo home=$HOME;"
    "if [ -w \"$HOME\" ]; then echo home_writable=1; fi;"
    "set -- $(df -Pk \"$HOME\" 2>/dev/null | tail -n 1); echo free_kib=$4";

Facts parse_facts(std::string_view text) {
  Facts facts;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (const auto equals = line.find('='); equals != std::string_view::npos)
      facts[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return facts;
}

asio::awaitable<std::string> output_of(transport::SshSession& ssh, std::string command) {
  auto running = co_await ssh.exec(std::move(command));
  running->close_stdin();
  std::string text;
  std::array<char, 4096> buffer{};
  while (std::size_t n = co_await running->read_stdout(buffer)) text.append(buffer.data(), n);
  co_await running->wait();
  co_return text;
}

void report_architecture(Report& report, const Facts& facts, const std::string& arch) {
  if (facts.empty())
    report.fail("login shell", "runs no command by /bin/sh; give the user a shell, not a restricted account");
  else if (arch == "aarch64")
    report.ok("architecture", "aarch64");
  else
    report.note("architecture",
                arch + ", not aarch64: registers pass as they are, so GDB must know that architecture");
}

void report_gdbserver(Report& report, const Facts& facts, const Options& options) {
  const auto found = facts.find("gdbserver");
  if (found != facts.end())
    report.ok("gdbserver", found->second);
  else
    report.fail("gdbserver", "'" + options.gdbserver +
                                 "' is not on the target. Install it there (Debian: apt install gdbserver), "
                                 "or name it with --gdbserver PATH");
}

void report_ptrace(Report& report, const Facts& facts) {
  const auto found = facts.find("ptrace_scope");
  const std::string scope = found == facts.end() ? "0" : found->second;
  const auto uid = facts.find("uid");
  const bool root = uid != facts.end() && uid->second == "0";
  if (scope == "0")
    report.ok("ptrace_scope",
              root ? "0: exec and attach work" : "0: exec works, and attach to your own processes");
  else if (scope == "3")
    report.fail("ptrace_scope", "3: nothing can be debugged; only a reboot with another setting changes it");
  else if (root)
    report.ok("ptrace_scope", scope + ": exec and attach work, since you are root");
  else
    report.note("ptrace_scope", scope +
                                    ": exec works, but attach does not: as root on the target, "
                                    "echo 0 > /proc/sys/kernel/yama/ptrace_scope, or log in as root");
}

void report_disk(Report& report, const Facts& facts) {
  const auto kib = facts.find("free_kib");
  const long free_kib = kib == facts.end() ? 0 : std::strtol(kib->second.c_str(), nullptr, 10);
  const auto home = facts.find("home");
  const std::string where = home == facts.end() ? "the home directory" : home->second;
  constexpr long helper_kib = 4096;
  if (!facts.contains("home_writable"))
    report.note("disk", where + " can't be written: no room for a helper, which rspbridge doesn't need");
  else if (free_kib < helper_kib)
    report.note("disk",
                fmt::format("{} KiB free in {}: too little for a helper, which rspbridge doesn't need",
                            free_kib, where));
  else
    report.ok("disk", fmt::format("{} MiB free in {}", free_kib / 1024, where));
}

asio::awaitable<void> check_ssh(const Options& options, Report& report) {
  auto ssh = co_await transport::SshSession::connect(options.ssh);
  const auto details = ssh->details();
  report.ok("ssh",
            fmt::format("{} (libssh {}, {})", ssh->describe(), details.libssh_version, details.cipher));
  report.ok("host key", details.host_key_type + " " + details.fingerprint);
  const std::vector<std::string> arguments(1, options.gdbserver);
  std::string command = launch::login_shell_command(probe, arguments);
  const std::string output = co_await output_of(*ssh, std::move(command));
  Facts facts = parse_facts(output);
  report_architecture(report, facts, facts["arch"]);
  report_gdbserver(report, facts, options);
  report_ptrace(report, facts);
  report_disk(report, facts);
  ssh->close();
}

void check_gdbs(Report& report) {
  const auto gdbs = find_local_gdbs();
  if (gdbs.empty()) report.fail("gdb", "no GDB is in PATH (Debian: apt install gdb-multiarch)");
  bool any = false;
  for (const LocalGdb& gdb : gdbs) {
    any = any || gdb.knows_aarch64 || gdb.knows_amd64;
    report.note("gdb", fmt::format("{}: {}", gdb.path.string(),
                                   gdb.name == "lldb"  ? "debugs ARM64 targets if it was built with them"
                                   : gdb.knows_aarch64 ? "debugs ARM64 targets"
                                   : gdb.knows_amd64
                                       ? "debugs ARM64 targets in the x86_64 view, which it gets by itself"
                                       : "knows nothing of ARM64: use another for ARM64 targets"));
  }
  if (!gdbs.empty() && !any)
    report.fail("gdb", "none of these can debug ARM64 (Debian: apt install gdb-multiarch)");
}

void check_qemu(Report& report) {
  if (const auto qemu = find_program("qemu-aarch64")) return report.ok("qemu", qemu->string());
  report.fail("qemu", "qemu-aarch64 is not in PATH (Debian: apt install qemu-user)");
}

}  // namespace

asio::awaitable<int> doctor(Options options) {
  Report report;
  if (std::holds_alternative<launch::QemuSpec>(options.target)) {
    check_qemu(report);
  } else if (std::holds_alternative<launch::SshSpec>(options.target)) {
    try {
      co_await check_ssh(options, report);
    } catch (const transport::SshError& error) {
      report.fail("ssh", error.what());
      co_return exit_connection;
    }
  } else {
    // A gdbserver that was started with --once would take a visit for its only connection, and end.
    report.note("stub",
                options.target_text + " is not visited: some stubs take one connection only. Use connect");
  }
  check_gdbs(report);
  co_return report.failed() ? exit_failed : exit_ok;
}

}  // namespace rspbridge::proxy::cli
