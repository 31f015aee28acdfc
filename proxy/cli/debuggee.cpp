#include "proxy/cli/debuggee.hpp"

#include <cstdlib>
#include <tuple>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <asio/this_coro.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/launch/far_helper.hpp"
#include "rsp/escape.hpp"
#include "transport/tcp.hpp"

namespace rspbridge::proxy::cli {

using link::Answer;
using link::Effect;

namespace {

bool is_terminal(int fd) {
  return ::isatty(fd) == 1;
}

std::optional<transport::Pty> pty_for(const Options& options) {
  if (options.verb != Verb::exec || options.gdb || !is_terminal(STDIN_FILENO) || !is_terminal(STDOUT_FILENO))
    return {};
  transport::Pty pty;
  const char* term = std::getenv("TERM");
  pty.term = term ? term : "dumb";
  if (auto size = launch::window_size()) std::tie(pty.columns, pty.rows) = *size;
  return pty;
}

// Redirected: a file, a pipe, a socket; /dev/null needs no forwarding.
bool stdin_is_redirected(const Options& options) {
  return options.verb == Verb::exec && !options.gdb && !is_terminal(STDIN_FILENO);
}

launch::GdbserverOptions gdbserver_options(const Options& options, const Streams& streams) {
  launch::GdbserverOptions gdbserver;
  gdbserver.gdbserver = options.gdbserver;
  gdbserver.program = options.program;
  if (options.verb == Verb::attach) gdbserver.attach = options.pid;
  if (streams.may_have_terminal) gdbserver.pty = pty_for(options);
  gdbserver.outlives_terminal = gdbserver.pty && options.on_exit == OnExit::detach;
  gdbserver.forward_stdin = streams.forwards_stdin && (gdbserver.pty || stdin_is_redirected(options));
  gdbserver.input = streams.input;
  gdbserver.passes_output = streams.passes_output;
  gdbserver.see_output = streams.see_output;
  return gdbserver;
}

// Far beside the stub at `where`, as the target sees it; false if there can be none.
asio::awaitable<bool> open_far_helper(const Options& options, Debuggee& debuggee, std::string where) {
  if (options.far == FarPlace::here) co_return false;
  try {
    // What gdbserver has attached to isn't stopped for its end: it might get the signal when it is let go.
    launch::FarHelperOptions helper{launch::far_helper_folder(), RSPBRIDGE_VERSION, std::move(where),
                                    options.verb == Verb::exec};
    debuggee.stub = co_await launch::start_far_helper(debuggee.ssh, helper);
    debuggee.far_on_target = true;
    spdlog::debug("a far helper runs on the target");
    co_return true;
  } catch (const launch::NoFarHelper& none) {
    if (options.far == FarPlace::on_target)
      throw Failure(exit_failed, std::string("--far require: ") + none.what());
    spdlog::info("no helper on the target, so stops cost more round trips: {}", none.what());
  }
  co_return false;
}

asio::awaitable<void> open_ssh(const Options& options, Debuggee& debuggee) {
  if (!debuggee.ssh) {
    debuggee.ssh = co_await transport::SshSession::connect(options.ssh);
    spdlog::debug("connected to {}", debuggee.ssh->describe());
  }
  if (options.verb == Verb::connect) {
    const std::string host = options.remote->host.find(':') == std::string::npos
                                 ? options.remote->host
                                 : "[" + options.remote->host + "]";
    std::string where = host + ":" + std::to_string(options.remote->port);
    const bool helped = co_await open_far_helper(options, debuggee, where);
    if (helped) co_return;
    debuggee.stub = co_await debuggee.ssh->direct_tcpip(options.remote->host, options.remote->port);
    co_return;
  }
  launch::GdbserverOptions gdbserver = gdbserver_options(options, debuggee.streams);
  debuggee.gdbserver = co_await launch::RemoteGdbserver::start(debuggee.ssh, gdbserver);
  std::string where = "127.0.0.1:" + std::to_string(debuggee.gdbserver->port());
  const bool helped = co_await open_far_helper(options, debuggee, where);
  if (helped) co_return;
  try {
    debuggee.stub = co_await debuggee.gdbserver->connect();
  } catch (const transport::SshError& error) {
    if (error.code() != transport::SshErrc::channel_refused) throw;
    throw Failure(exit_failed, not_our_connection);  // gdbserver --once has closed its port behind another
  }
}

asio::awaitable<void> open_tcp(launch::TcpSpec spec, Debuggee& debuggee) {
  try {
    debuggee.stub = co_await transport::connect_tcp(spec.host, spec.port);
  } catch (const std::system_error& error) {
    throw Failure(exit_connection, "cannot connect to " + spec.host + ":" + std::to_string(spec.port) + ": " +
                                       error.code().message() + ". Does a stub listen there?");
  }
}

asio::awaitable<void> open_unix(launch::UnixSpec spec, Debuggee& debuggee) {
  try {
    debuggee.stub = co_await transport::connect_unix(spec.path);
  } catch (const std::system_error& error) {
    throw Failure(exit_connection, "cannot connect to " + spec.path + ": " + error.code().message() +
                                       ". Does a stub listen there?");
  }
}

asio::awaitable<void> open_qemu(const Options& options, Debuggee& debuggee) {
  const bool inherit = !options.gdb;
  debuggee.qemu = co_await launch::QemuStub::start(options.program, inherit);
  debuggee.stub = debuggee.qemu->take_stream();
}

}  // namespace

asio::awaitable<void> open_debuggee(const Options& options, Debuggee& debuggee) {
  try {
    if (std::holds_alternative<launch::SshSpec>(options.target)) {
      co_await open_ssh(options, debuggee);
    } else if (auto* tcp = std::get_if<launch::TcpSpec>(&options.target)) {
      co_await open_tcp(*tcp, debuggee);
    } else if (auto* path = std::get_if<launch::UnixSpec>(&options.target)) {
      co_await open_unix(*path, debuggee);
    } else if (auto* command = std::get_if<launch::ExecSpec>(&options.target)) {
      auto executor = co_await asio::this_coro::executor;
      debuggee.stub = launch::start_stdio_stub(executor, command->command);
    } else {
      co_await open_qemu(options, debuggee);
    }
  } catch (const transport::SshError& error) {
    throw Failure(error.code() == transport::SshErrc::bad_config ? exit_usage : exit_connection,
                  error.what());
  }
}

std::string target_identity(const Debuggee& debuggee) {
  return debuggee.ssh ? "ssh " + debuggee.ssh->details().fingerprint : std::string();
}

Session::Options session_options(const Options& options, Debuggee& debuggee) {
  Session::Options made;
  made.on_exit = options.on_exit;
  made.far_on_target = debuggee.far_on_target;
  made.version = RSPBRIDGE_VERSION;
  made.keeps_answers = options.keeps_answers;
  if (!debuggee.gdbserver) return made;
  auto& gdbserver = *debuggee.gdbserver;
  made.interrupt_process = [&gdbserver](std::int64_t pid) { return gdbserver.interrupt(pid); };
  made.read_target_file = [&gdbserver](std::string path) { return gdbserver.read_file(std::move(path)); };
  made.read_target_file_part = [&gdbserver](std::string path, std::uint64_t offset, std::size_t most) {
    return gdbserver.read_file_part(std::move(path), offset, most);
  };
  return made;
}

asio::awaitable<void> start_through_stub(const Options& options, Session& session) {
  if (options.verb != Verb::exec && options.verb != Verb::attach) co_return;
  if (std::holds_alternative<launch::SshSpec>(options.target) ||
      std::holds_alternative<launch::QemuSpec>(options.target))
    co_return;
  std::string extend = "!";
  std::string extended = co_await session.ask(extend, Effect::looks, Answer::reply);
  std::string request = "vAttach;" + rsp::format_hex(static_cast<std::uint64_t>(options.pid));
  if (options.verb == Verb::exec) {
    request = "vRun";
    for (const std::string& word : options.program) request += ";" + rsp::to_hex(word);
  }
  std::string reply;
  if (extended == "OK") reply = co_await session.ask(request, Effect::resumes, Answer::stop);
  if (reply.starts_with('T') || reply.starts_with('S')) co_return;
  const std::string what = options.verb == Verb::exec ? "start '" + options.program.front() + "'"
                                                      : "attach to process " + std::to_string(options.pid);
  const std::string why =
      reply.empty()
          ? "it doesn't know how (no extended mode); start the program with the stub and use connect"
          : "it answered " + reply;
  throw Failure(exit_failed, "the stub at " + options.target_text + " can't " + what + ": " + why);
}

asio::awaitable<void> close_debuggee(Debuggee& debuggee, bool by_force) {
  if (debuggee.stub) debuggee.stub->close();
  if (debuggee.gdbserver) co_await debuggee.gdbserver->finish(by_force);
  if (debuggee.qemu) co_await debuggee.qemu->finish();
  debuggee.gdbserver.reset();
  debuggee.qemu.reset();
  if (debuggee.ssh && !debuggee.keeps_ssh) debuggee.ssh->close();
}

}  // namespace rspbridge::proxy::cli
