#include "proxy/cli/run.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/cli/debuggee.hpp"
#include "proxy/cli/errors.hpp"
#include "proxy/cli/foreground_gdb.hpp"
#include "proxy/cli/listening.hpp"
#include "proxy/cli/other_clients.hpp"
#include "proxy/cli/signals.hpp"
#include "proxy/files/image_files.hpp"
#include "proxy/files/symbol_files.hpp"
#include "proxy/recorder.hpp"
#include "proxy/registry/sessions.hpp"

namespace rspbridge::proxy::cli {
namespace {

constexpr std::chrono::seconds stub_timeout{10};

std::string session_name() {
  std::random_device random;
  return fmt::format("{:d}-{:06x}", ::getpid(), random() & 0xffffff);
}

void announce(const std::vector<std::string>& endpoints, const std::optional<std::string>& http) {
  for (const std::string& endpoint : endpoints)
    spdlog::info("ready; in GDB: target extended-remote {}", as_gdb_argument(endpoint));
  if (http) spdlog::info("in a browser: {}/", *http);
}

struct Running {
  Options options;
  Debuggee debuggee;
  Recorder recorder;
  std::unique_ptr<Session> session;
  std::unique_ptr<ImageFiles> image_files;
  std::string session_name;
  std::unique_ptr<OtherClients> others;
  std::optional<registry::ReadyFile> ready_file;
  std::unique_ptr<registry::ReadyFile> registered;  ///< among the sessions of this user
  std::optional<launch::CharacterMode> character_mode;
};

void make_ready(Running& run, std::vector<transport::ListenerPtr> listeners,
                std::vector<std::string>& endpoints) {
  for (auto& listener : listeners) {
    endpoints.push_back(listener->endpoint());
    run.session->serve(std::move(listener));
  }
  registry::Ready ready{.pid = ::getpid(),
                        .session = run.session_name,
                        .verb = std::string(to_string(run.options.verb)),
                        .target = run.options.target_text,
                        .program = run.options.program,
                        .rsp = endpoints,
                        .http = run.others->http_url(),
                        .view = run.others->view_path(),
                        .target_pid = {},
                        .http_token_file = run.options.http_token_file};
  if (run.debuggee.gdbserver) ready.target_pid = run.debuggee.gdbserver->inferior_pid();
  run.session->set_ready(registry::format_ready(ready));
  run.registered = registry::register_session(ready);
  if (run.options.ready_file) run.ready_file.emplace(*run.options.ready_file, ready);
  if (!run.options.gdb) announce(endpoints, run.others->http_url());
}

asio::awaitable<void> say_if_foreign(Running& run) {
  if (run.debuggee.qemu) co_return;  // qemu-aarch64
  auto architecture = co_await run.session->architecture();
  if (architecture && *architecture != "aarch64")
    spdlog::info(
        "the target is {}, not aarch64: registers pass as they are, so GDB must know that architecture",
        *architecture);
}

void share_terminal(Running& run, Signals& signals) {
  run.character_mode.emplace(STDIN_FILENO);
  signals.on_window([&run] {
    if (auto size = launch::window_size()) run.debuggee.gdbserver->resize(size->first, size->second);
  });
}

OtherClients::Services services_of(Running& run) {
  OtherClients::Services services{.session = run.session_name,
                                  .recorder = &run.recorder,
                                  .pprof = {},
                                  .image_files = run.image_files.get(),
                                  .reached = {}};
  services.reached.target = run.options.target_text;
  services.reached.far_helper = run.debuggee.far_on_target;
  if (run.debuggee.ssh) services.reached.description = run.debuggee.ssh->describe();
  if (run.options.pprof)
    services.pprof = {run.options.pprof->host + ":" + std::to_string(run.options.pprof->port),
                      [&ssh = *run.debuggee.ssh, where = *run.options.pprof] {
                        return ssh.direct_tcpip(where.host, where.port);
                      }};
  return services;
}

// Who waits wants to know why.
void watch_link(Running& run) {
  if (!run.debuggee.ssh) return;
  const auto silent_since = std::make_shared<std::chrono::steady_clock::time_point>();
  run.debuggee.ssh->on_silence([&run, silent_since](const auto& silence) {
    const auto seconds_since = [](auto since) {
      return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - since)
          .count();
    };
    if (silence) {
      *silent_since = silence->since;
      spdlog::warn("{} hasn't answered for {} s. The session goes on when it does; in {} s it ends",
                   run.debuggee.ssh->describe(), seconds_since(silence->since),
                   -seconds_since(silence->ends));
    } else {
      spdlog::info("{} answers again, after {} s", run.debuggee.ssh->describe(),
                   seconds_since(*silent_since));
    }
    run.session->set_link_silent(silence.has_value());
  });
}

asio::awaitable<int> serve_until_end(Running& run, Signals& signals,
                                     std::vector<transport::ListenerPtr> listeners) {
  auto executor = co_await asio::this_coro::executor;
  try {
    co_await run.session->open(stub_timeout);
  } catch (const std::runtime_error& error) {
    if (!run.debuggee.gdbserver) throw Failure(exit_connection, error.what());
    throw Failure(exit_failed, std::string(error.what()) + ": " + not_our_connection);
  }
  co_await start_through_stub(run.options, *run.session);
  co_await say_if_foreign(run);
  run.others = std::make_unique<OtherClients>(executor, run.options, *run.session, services_of(run));
  std::vector<std::string> endpoints;
  make_ready(run, std::move(listeners), endpoints);
  watch_link(run);
  if (run.debuggee.gdbserver && run.debuggee.gdbserver->has_pty()) share_terminal(run, signals);
  signals.on_signal([&run](std::string why) { run.session->request_end(std::move(why)); });
  std::shared_ptr<ForegroundGdb> gdb;
  if (run.options.gdb) {
    gdb = ForegroundGdb::start(executor, *run.options.gdb, as_gdb_argument(endpoints.front()));
    gdb->on_end([&run](std::string why) { run.session->request_end(std::move(why)); });
  }
  SessionEnd end = co_await run.session->wait();
  if (gdb) co_await gdb->wait();
  const bool stays = run.options.verb == Verb::connect || run.options.verb == Verb::multi;
  if (end.ok)
    spdlog::log(stays ? spdlog::level::info : spdlog::level::debug, "session over: {}", end.reason);
  else
    spdlog::error("{}", end.reason);
  co_return end.ok ? exit_ok : end.connection_lost ? exit_connection : exit_failed;
}

// What would fail only after a program was started on the target.
void check_before_start(const Options& options) {
  if (options.ready_file) {
    auto folder = options.ready_file->parent_path();
    if (folder.empty()) folder = ".";
    if (::access(folder.c_str(), W_OK) != 0)
      throw Failure(exit_failed,
                    "cannot write the ready file in " + folder.string() + ": " + std::strerror(errno));
  }
  if (options.gdb && !options.gdb->empty() && !is_executable(*options.gdb))
    throw Failure(exit_failed, "cannot run the GDB '" + *options.gdb + "': no such program");
}

// Each kind of view has its files: the target's own, the host's, or what they are translated to.
void set_view(const Options& options, std::string target, std::shared_ptr<const SymbolFolders> folders,
              Session::Options& session) {
  session.view = options.view;
  session.view_document = options.view_document;
  session.view_file = options.view_file;
  session.symbols = [folders,
                     target = std::move(target)](near::ViewKind kind) -> std::shared_ptr<near::SymbolStore> {
    return std::make_shared<SymbolFiles>(folders, target, kind == near::ViewKind::x86_64);
  };
}

}  // namespace

asio::awaitable<int> run(Options options) {
  auto executor = co_await asio::this_coro::executor;
  Running run{.options = std::move(options),
              .debuggee = {},
              .recorder = {},
              .session = {},
              .image_files = {},
              .session_name = session_name(),
              .others = {},
              .ready_file = {},
              .registered = {},
              .character_mode = {}};
  Signals signals(executor, run.options.gdb.has_value());
  if (run.options.record) run.recorder.write_to(*run.options.record);
  auto listeners = listen_for_gdb(executor, run.options.listen);
  check_before_start(run.options);
  std::exception_ptr failure;
  int code = exit_failed;
  try {
    co_await open_debuggee(run.options, run.debuggee);
    const auto folders = SymbolFolders::of(run.options.symbols);
    run.image_files = std::make_unique<ImageFiles>(folders, target_identity(run.debuggee));
    Session::Options session = session_options(run.options, run.debuggee);
    session.end_when_empty = run.options.verb == Verb::exec || run.options.verb == Verb::attach;
    session.recorder = &run.recorder;
    set_view(run.options, target_identity(run.debuggee), folders, session);
    run.session = std::make_unique<Session>(executor, std::move(run.debuggee.stub), session);
    code = co_await serve_until_end(run, signals, std::move(listeners));
  } catch (...) {
    failure = std::current_exception();
  }
  if (run.debuggee.ssh) run.debuggee.ssh->on_silence({});
  if (failure && run.session) co_await run.session->abandon();
  if (run.others) co_await run.others->close();
  run.character_mode.reset();
  const bool by_force = run.options.on_exit != OnExit::detach || !run.session;
  co_await close_debuggee(run.debuggee, by_force);
  signals.cancel();
  if (failure) std::rethrow_exception(failure);
  co_return code;
}

}  // namespace rspbridge::proxy::cli
