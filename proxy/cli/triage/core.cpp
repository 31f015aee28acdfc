#include "proxy/cli/triage/core.hpp"

#include <memory>

#include "proxy/cli/errors.hpp"
#include "proxy/files/image_files.hpp"
#include "proxy/triage/analysis.hpp"
#include "proxy/triage/core_reader.hpp"
#include "proxy/triage/report.hpp"

namespace rspbridge::proxy::cli::triaging {

nlohmann::ordered_json report_of_core(const cli::Options& options) {
  const auto folders = SymbolFolders::of(options.symbols);
  ImageFiles files(folders, {}, options.triage.sysroot);
  auto stopped = proxy::triage::read_core(options.triage.core, files);
  if (!stopped) throw Failure(exit_failed, stopped.error());
  const proxy::triage::Symbols symbols(stopped->images);
  const auto analysis = proxy::triage::analyse(*stopped, symbols);
  return proxy::triage::report_json(*stopped, analysis, RSPBRIDGE_VERSION);
}

}  // namespace rspbridge::proxy::cli::triaging
