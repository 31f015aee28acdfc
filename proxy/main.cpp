#include <csignal>
#include <cstdio>
#include <exception>
#include <future>
#include <optional>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include "proxy/cli/doctor.hpp"
#include "proxy/cli/errors.hpp"
#include "proxy/cli/options.hpp"
#include "proxy/cli/packets.hpp"
#include "proxy/cli/run.hpp"
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

int run_loop(Options options) {
  asio::io_context loop(1);
  std::exception_ptr failure;
  int code = exit_failed;
  const bool doctor_asked = options.verb == Verb::doctor;
  auto work = doctor_asked ? doctor(std::move(options)) : run(std::move(options));
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

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader of our stdout may go; writes tell
  Parsed parsed = parse_command_line(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  set_up_log(parsed.options->verbose);
  try {
    if (parsed.options->verb == Verb::packets) {
      std::fputs(packet_table_text().c_str(), stdout);
      return exit_ok;
    }
    if (parsed.options->verb == Verb::translate) return translate(*parsed.options);
    return run_loop(std::move(*parsed.options));
  } catch (const Failure& failure) {
    spdlog::error("{}", failure.what());
    return failure.code();
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return exit_failed;
  }
}
