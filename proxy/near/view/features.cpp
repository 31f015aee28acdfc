// qSupported and the target description in a view.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/handlers.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/qxfer.hpp"

namespace rspbridge::proxy::near {
namespace {

// What a stub offers is only passed on if its packets hold no register number and nothing else of an
// architecture. Left out: conditions and commands of breakpoints and tracepoints (agent expressions
// name registers), btrace, memory tags, and whatever a newer stub may come up with.
constexpr auto independent_of_registers = std::to_array<std::string_view>({
    "PacketSize",
    "QPassSignals",
    "QProgramSignals",
    "QStartupWithShell",
    "QEnvironmentHexEncoded",
    "QEnvironmentReset",
    "QEnvironmentUnset",
    "QSetWorkingDir",
    "QCatchSyscalls",
    "qXfer:libraries-svr4:read",
    "augmented-libraries-svr4-read",
    "qXfer:libraries:read",
    "qXfer:auxv:read",
    "qXfer:siginfo:read",
    "qXfer:siginfo:write",
    "qXfer:features:read",
    "QStartNoAckMode",
    "qXfer:osdata:read",
    "multiprocess",
    "fork-events",
    "vfork-events",
    "exec-events",
    "QNonStop",
    "QDisableRandomization",
    "qXfer:threads:read",
    "vContSupported",
    "QThreadEvents",
    "no-resumed",
    "qXfer:exec-file:read",
    "swbreak",
    "hwbreak",
    "binary-upload",
    "error-message",
    "QThreadOptions",
    "single-inf-arg",
    "accept-error-message",
});

bool passes(std::string_view feature) {
  std::string_view name = feature.substr(0, feature.find('='));
  if (name.size() == feature.size() && !name.empty()) name.remove_suffix(1);  // `+`, `-` or `?`
  for (std::string_view known : independent_of_registers)
    if (name == known) return true;
  return false;
}

std::string filtered(std::string_view list) {
  std::string kept;
  while (!list.empty()) {
    const std::string_view feature = list.substr(0, list.find(';'));
    list.remove_prefix(std::min(list.size(), feature.size() + 1));
    if (!passes(feature)) continue;
    if (!kept.empty()) kept += ';';
    kept += feature;
  }
  return kept;
}

}  // namespace

Task<std::string> view_features(View& view, const PacketRow& row, std::string request) {
  note_gdb_features(view.client(), request);
  const auto colon = request.find(':');
  const auto gdb = rsp::Features::parse(colon == std::string::npos ? "" : request.substr(colon + 1));
  auto asked = view.client().pass(row, std::move(request));
  const std::string reply = co_await asked;
  const auto stub = rsp::Features::parse(reply);
  std::string features = filtered(reply);
  // amd64's GDB moves pc back by one after a breakpoint, unless it is told that pc is right already.
  view.synthesises_breakpoint_reasons = view.is_x86_64() && gdb.has("swbreak") && !stub.has("swbreak");
  if (view.synthesises_breakpoint_reasons) features += ";swbreak+;hwbreak+";
  if (view.is_x86_64() && !gdb.has("swbreak"))
    view.client().warn(
        "this GDB doesn't know swbreak (GDB 7.10 does): after a breakpoint its pc will be off by one in the "
        "x86_64 view");
  view.registers().forget_all();
  co_return features;
}

Task<std::string> view_description(View& view, const PacketRow& row, std::string request) {
  const auto read = rsp::parse_qxfer_read(request);
  auto loading = view.registers().load();
  const auto failed = co_await loading;
  if (failed) {
    // Without a process the stub has none; GDB asks again once there is one. A view that turned native has no
    // say in it.
    auto asked = view.client().pass(row, std::move(request));
    const std::string reply = co_await asked;
    co_return rsp::parse_qxfer_reply(reply) && !view.is_native() ? *failed : reply;
  }
  if (!read || read->annex != "target.xml") co_return "E00";
  const std::string_view document = view.registers().view()->target_xml();
  if (read->offset > document.size()) co_return "E01";
  const std::string_view part = document.substr(read->offset, read->length);
  const bool last = read->offset + part.size() == document.size();
  co_return (last ? "l" : "m") + rsp::escape(part);
}

}  // namespace rspbridge::proxy::near
