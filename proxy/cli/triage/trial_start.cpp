// From the program's first instruction to where its own code begins, and where it may end without a signal.
#include <elf.h>

#include <utility>

#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "memmap/auxv.hpp"
#include "proxy/cli/errors.hpp"
#include "proxy/cli/triage/trial.hpp"
#include "proxy/triage/processors.hpp"
#include "proxy/triage/signals.hpp"
#include "proxy/triage/thread_state.hpp"
#include "rsp/escape.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::cli::triaging {

using proxy::triage::Outcome;
using proxy::triage::PanicFunction;

namespace {

constexpr std::chrono::seconds stub_timeout{10};
constexpr int last_gdb_signal = 151;  // include/gdb/signals.def
constexpr int most_panics = 16;       // that the program may catch and that are looked at
constexpr std::uint64_t gdb_trap = 5;

// All signals but those that end a program with a core file, and those by which a debugger stops it.
std::string pass_signals() {
  std::string packet = "QPassSignals:";
  for (int number = 1; number < last_gdb_signal; ++number) {
    const auto linux_number = proxy::triage::from_gdb_signal(number);
    constexpr int interrupt = 2, stop = 17;
    if (number == interrupt || number == stop || (linux_number && proxy::triage::is_fatal(*linux_number)))
      continue;
    packet += (packet.back() == ':' ? "" : ";") + rsp::format_hex(static_cast<std::uint64_t>(number));
  }
  return packet;
}

}  // namespace

asio::awaitable<void> Trial::prepare() {
  const auto executor = co_await asio::this_coro::executor;
  co_await session_->open(stub_timeout);
  // gdbserver reads the memory of a process that became another program only if it tells of that.
  std::string features = "qSupported:exec-events+";
  co_await session_->ask(features, link::Effect::looks, link::Answer::reply);
  co_await start_through_stub(options_, *session_);
  const auto architecture = co_await session_->architecture();
  if (architecture && *architecture != "aarch64")
    throw Failure(exit_failed, "the target is " + *architecture + "; crash reports are made of ARM64 only");
  inspector_ = std::make_unique<inspect::Inspector>(executor, *session_);
  investigator_ = std::make_unique<proxy::triage::Investigator>(*inspector_, files_);
  if (options_.http) serve_http(executor);
  const auto release = co_await inspector_->file("/proc/sys/kernel/osrelease");
  if (release) system_.release = release->substr(0, release->find('\n'));
  const auto processors = co_await inspector_->file("/proc/cpuinfo");
  if (processors) proxy::triage::set_processors(system_, *processors);
  std::string packet = pass_signals();
  co_await session_->ask(packet, link::Effect::looks, link::Answer::reply);
  co_await begin_program();
}

// What is told is of the process as it is, from its first instruction until the report is made.
void Trial::serve_http(const asio::any_io_executor& executor) {
  auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
  http::Server::Settings settings;
  settings.host = options_.http->host;
  settings.port = options_.http->port;
  settings.token = options_.http_token;
  settings.session = "triage";
  settings.image_files = &files_;
  settings.version = RSPBRIDGE_VERSION;
  try {
    http_ = http::Server::start(context, settings, *inspector_);
  } catch (const std::exception& error) {
    throw Failure(exit_failed, std::string("--http: ") + error.what());
  }
  spdlog::info("HTTP is served at {}", http_->url());
}

// At the first instruction of a program, be it that of its dynamic linker.
asio::awaitable<void> Trial::begin_program() {
  panics_.clear();
  entry_ = co_await entry_ahead();
  if (entry_)
    breakpoints_->set(*entry_);
  else
    co_await learn_program();
}

// Stubs that don't tell of it show what the kernel does (ptrace(2)): a SIGTRAP, as if the process had sent it
// to itself. No register but sp and pc has a value then, while kill(2) would have its number in x8.
asio::awaitable<bool> Trial::is_exec(const rsp::StopReply& stop) {
  if (stop.pair("exec")) co_return true;
  if (stop.code != gdb_trap || !stop.thread) co_return false;
  const auto bytes = co_await inspector_->siginfo(*stop.thread);
  const auto told = bytes ? proxy::triage::parse_siginfo(*bytes) : std::nullopt;
  constexpr int by_user = 0;
  if (!told || told->code != by_user) co_return false;
  const auto registers = co_await present_registers();
  co_return registers && registers->values[8] == 0U && registers->values[proxy::triage::Registers::lr] == 0U;
}

// Whether the process has become another program.
asio::awaitable<bool> Trial::look_at_exec(const rsp::StopReply& stop) {
  const bool other = co_await is_exec(stop);
  if (!other) co_return false;
  breakpoints_->clear_all();
  co_await begin_program();
  co_return true;
}

asio::awaitable<std::optional<proxy::triage::Registers>> Trial::present_registers() {
  const auto registers = co_await inspector_->registers(std::nullopt);
  if (!registers) co_return std::nullopt;
  proxy::triage::ThreadState state;
  proxy::triage::set_registers(state, registers->values);
  co_return state.registers;
}

// Of a program that its dynamic linker starts the libraries are there only when that is done. The auxiliary
// vector is read as a file: what the stub told of it may be another program's.
asio::awaitable<std::optional<std::uint64_t>> Trial::entry_ahead() {
  if (options_.verb != Verb::exec) co_return std::nullopt;
  const auto threads = co_await inspector_->threads();
  if (!threads || threads->threads.empty()) co_return std::nullopt;
  const auto registers = co_await present_registers();
  const auto pc = registers ? registers->pc : std::nullopt;
  const rsp::ThreadId& thread = threads->threads.front().id;
  std::string path = "/proc/" + std::to_string(thread.pid.value_or(thread.tid)) + "/auxv";
  const auto blob = co_await inspector_->file(std::move(path));
  const auto auxv = blob ? memmap::Auxv::parse(*blob) : std::nullopt;
  const auto entry = auxv ? auxv->find(AT_ENTRY) : std::nullopt;
  if (!pc || !entry || *entry == 0 || *entry == *pc) co_return std::nullopt;
  co_return entry;
}

// While nobody waits for a report: the program's time doesn't run, either.
asio::awaitable<void> Trial::learn_program() {
  const auto begin = std::chrono::steady_clock::now();
  const auto places = co_await investigator_->learn();
  for (const proxy::triage::PanicPlace& place : places) {
    // A breakpoint that outlived a lost link would end a process that isn't ours.
    if (place.function->may_return && options_.verb == Verb::attach) continue;
    panics_[place.address] = place.function;
    breakpoints_->set(place.address);
  }
  time_off_ += std::chrono::steady_clock::now() - begin;
}

// Whether the stop was nothing but a breakpoint of ours, or the step off one.
asio::awaitable<bool> Trial::look_at_breakpoint(const rsp::StopReply& stop) {
  if (stepping_off_) {
    breakpoints_->set(*std::exchange(stepping_off_, std::nullopt));
    if (stop.code == gdb_trap) co_return true;
  }
  if (stop.code != gdb_trap) co_return false;
  const auto registers = co_await present_registers();
  const auto pc = registers ? registers->pc : std::nullopt;
  if (!pc || !breakpoints_->has(*pc)) co_return false;
  breakpoints_->clear(*pc);
  if (entry_ == pc) {
    entry_.reset();
    co_await learn_program();
    co_return true;
  }
  const PanicFunction& function = *panics_.at(*pc);
  co_await investigate(Outcome::crash);
  found_->stopped->signal.reset();
  found_in_ = &function;
  if (!function.may_return) co_return true;
  // It may come this way again, but not without end.
  if (++panics_seen_ < most_panics && stop.thread) {
    stepping_off_ = pc;
    resume_ = "vCont;s:" + rsp::format_thread_id(*stop.thread);
  }
  co_return true;
}

// What was found in a panic is the crash only if the program ended by that.
void Trial::ended_with(int code) {
  exit_code_ = code;
  const bool otherwise = found_in_ && found_in_->exit_code && *found_in_->exit_code != code;
  const bool outdated = found_in_ && found_in_->may_return && panics_seen_ >= most_panics;
  if (code == 0 || otherwise || outdated) found_.reset();
}

}  // namespace rspbridge::proxy::cli::triaging
