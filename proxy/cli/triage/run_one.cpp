#include "proxy/cli/triage/run_one.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <asio/this_coro.hpp>

#include "proxy/cli/debuggee.hpp"
#include "proxy/cli/errors.hpp"
#include "proxy/cli/signals.hpp"
#include "proxy/cli/triage/output_tail.hpp"
#include "proxy/cli/triage/trial.hpp"

namespace rspbridge::proxy::cli::triaging {

namespace {

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string contents;
  if (in) contents.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || in.bad()) throw Failure(exit_failed, "--stdin: cannot read " + path.string());
  return contents;
}

}  // namespace

asio::awaitable<nlohmann::ordered_json> run_one(const cli::Options& options, const Shared& shared) {
  const auto executor = co_await asio::this_coro::executor;
  const auto tail = std::make_shared<OutputTail>();
  Debuggee debuggee;
  debuggee.streams.may_have_terminal = false;
  debuggee.streams.forwards_stdin = !shared.quiet;
  debuggee.streams.passes_output = !shared.quiet && options.triage.json != "-";
  debuggee.streams.see_output = [tail](std::string_view bytes) { tail->add(bytes); };
  if (!options.triage.input_file.empty()) debuggee.streams.input = contents_of(options.triage.input_file);
  debuggee.ssh = shared.ssh;
  debuggee.keeps_ssh = shared.ssh != nullptr;
  nlohmann::ordered_json report;
  std::exception_ptr failure;
  try {
    co_await open_debuggee(options, debuggee);
    ImageFiles files(shared.folders, target_identity(debuggee));
    Trial trial(executor, options, debuggee, files, *tail);
    Verdict verdict = co_await trial.run();
    report = std::move(verdict.report);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await close_debuggee(debuggee, options.on_exit != OnExit::detach);
  if (failure) std::rethrow_exception(failure);
  co_return report;
}

}  // namespace rspbridge::proxy::cli::triaging
