#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <future>
#include <optional>
#include <utility>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include "proxy/cli/clean.hpp"
#include "proxy/cli/doctor.hpp"
#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/look.hpp"
#include "proxy/cli/options.hpp"
#include "proxy/cli/packets.hpp"
#include "proxy/cli/run.hpp"
#include "proxy/cli/triage/triage.hpp"
#include "proxy/cli/vscode/vscode.hpp"
#include "proxy/symbols/translate.hpp"

namespace {

using namespace rspbridge::proxy::cli;

void set_up_log(int verbose) {
  spdlog::set_default_logger(spdlog::stderr_logger_st("rspbridge"));
  spdlog::set_pattern("rspbridge: %^%v%$");
  spdlog::set_level(verbose > 1    ? spdlog::level::trace
                    : verbose == 1 ? spdlog::level::debug
                                   : spdlog::level::info);
}

struct LoopAction {
  Verb verb;
  asio::awaitable<int> (*act)(Options options);
};
// All other verbs with the loop are sessions.
constexpr std::array with_loop = {
    LoopAction{Verb::doctor, doctor},
    LoopAction{Verb::clean, clean},
    LoopAction{Verb::triage, triaging::triage},
};

int run_loop(Options options) {
  asio::io_context loop(1);
  std::exception_ptr failure;
  int code = exit_failed;
  const auto row = std::find_if(with_loop.begin(), with_loop.end(),
                                [&](const LoopAction& one) { return one.verb == options.verb; });
  const auto verb = row == with_loop.end() ? run : row->act;
  auto work = verb(std::move(options));
  asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, int result) {
    failure = error;
    code = result;
    loop.stop();
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return code;
}

int translate(const Options& options) {
  const auto done = rspbridge::proxy::symbols::translate_file(options.translate_from, options.translate_to);
  if (!done) throw Failure(exit_failed, done.error());
  spdlog::info("{}", *done);
  return exit_ok;
}

int print_packets(const Options&) {
  std::fputs(packet_table_text().c_str(), stdout);
  return exit_ok;
}

template <void (*Look)(const look::Options&)>
int look_at_session(const Options& options) {
  Look(options.look);
  return exit_ok;
}

struct Action {
  Verb verb;
  int (*act)(const Options& options);
};
// All other verbs need the loop.
constexpr std::array without_loop = {
    Action{Verb::sessions, look_at_session<look::print_sessions>},
    Action{Verb::memmap, look_at_session<look::print_memmap>},
    Action{Verb::threads, look_at_session<look::print_threads>},
    Action{Verb::registers, look_at_session<look::print_registers>},
    Action{Verb::memory, look_at_session<look::print_memory>},
    Action{Verb::core, look_at_session<look::save_core>},
    Action{Verb::crash, look_at_session<look::print_crash>},
    Action{Verb::stop, look_at_session<look::stop_session>},
    Action{Verb::vscode, vscode::write_files},
    Action{Verb::translate, translate},
    Action{Verb::packets, print_packets},
};

int act(Options options) {
  for (const Action& action : without_loop)
    if (action.verb == options.verb) return action.act(options);
  return run_loop(std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader of our stdout may go; writes tell
  Parsed parsed = parse_command_line(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  set_up_log(parsed.options->verbose);
  try {
    return act(std::move(*parsed.options));
  } catch (const Failure& failure) {
    spdlog::error("{}", failure.what());
    return failure.code();
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return exit_failed;
  }
}
