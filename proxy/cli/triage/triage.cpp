#include "proxy/cli/triage/triage.hpp"

#include <filesystem>
#include <utility>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/triage/batch.hpp"
#include "proxy/cli/triage/core.hpp"
#include "proxy/cli/triage/run_one.hpp"
#include "proxy/cli/triage/writing.hpp"

namespace rspbridge::proxy::cli::triaging {
namespace {

void check_writable(const std::filesystem::path& file) {
  if (file.empty()) return;
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder))
    throw Failure(exit_failed, "cannot write " + file.string() + ": there is no folder " + folder.string());
}

}  // namespace

asio::awaitable<int> triage(cli::Options options) {
  if (options.triage.batch.empty() && options.triage.json != "-") check_writable(options.triage.json);
  check_writable(options.triage.html);
  check_writable(options.triage.core_out);
  if (!options.triage.core.empty()) {
    const auto report = report_of_core(options);
    write_report(report, options);
    co_return exit_code(report);
  }
  options.verb = options.pid != 0 ? Verb::attach : Verb::exec;
  const auto folders = SymbolFolders::of(options.symbols);
  if (!options.triage.batch.empty()) co_return co_await run_batch(std::move(options), folders);
  Shared shared{.ssh = nullptr, .folders = folders};
  const auto report = co_await run_one(options, shared);
  write_report(report, options);
  co_return exit_code(report);
}

}  // namespace rspbridge::proxy::cli::triaging
