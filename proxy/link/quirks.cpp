#include "proxy/link/quirks.hpp"

#include <algorithm>
#include <array>

namespace rspbridge::proxy::link {
namespace {

constexpr std::array<std::string_view, 3> gdbserver_offers = {"QStartNoAckMode", "QProgramSignals",
                                                              "QStartupWithShell"};
constexpr std::array<std::string_view, 2> lldb_offers = {"QStartNoAckMode", "QThreadSuffixSupported"};
constexpr std::array<std::string_view, 2> qemu_offers = {"vContSupported", "qXfer:features:read"};
constexpr std::array<std::string_view, 2> qemu_lacks = {"QStartNoAckMode", "QPassSignals"};

const std::array<StubRow, 4> stubs = {{
    {"gdbserver",
     gdbserver_offers,
     {},
     {.pipelines = true,
      .needs_thread_for_features = true,
      .hangs_on_long_reads = true,
      .keeps_promises = true},
     "gdbserver 13.1 dies of an assertion in tdesc.cc when its description is read before any Hg, and never "
     "answers an m that is longer than its packets"},
    {"lldb-server", lldb_offers, {}, {.pipelines = true}, ""},
    {"qemu-user",
     qemu_offers,
     qemu_lacks,
     {},
     "sends a second stop reply unasked when threads stop together"},
    {"unknown stub",
     {},
     {},
     {.needs_thread_for_features = true, .hangs_on_long_reads = true},
     "what is harmless for every stub"},
}};

}  // namespace

const StubRow& recognise_stub(const rsp::Features& features) {
  auto has = [&](std::string_view name) { return features.has(name); };
  return *std::find_if(stubs.begin(), stubs.end(), [&](const StubRow& row) {
    return std::all_of(row.offers.begin(), row.offers.end(), has) &&
           std::none_of(row.lacks.begin(), row.lacks.end(), has);
  });
}

}  // namespace rspbridge::proxy::link
