// What stubs get wrong, or do well, as data.
#pragma once

#include <span>
#include <string_view>

#include "rsp/qsupported.hpp"

namespace rspbridge::proxy::link {

/// How a stub must be treated. The defaults suit any stub that keeps to the manual and no more.
struct Quirks {
  /// Requests may be sent before the replies to earlier ones have come.
  bool pipelines = false;
  /// Dies of `qXfer:features:read` if no thread was ever selected with Hg.
  bool needs_thread_for_features = false;
  /// Never answers an `m` whose reply doesn't fit PacketSize.
  bool hangs_on_long_reads = false;
  /// Never refuses the settings of near/packet_table.cpp (Keep::promise).
  bool keeps_promises = false;
};

/// One kind of stub, known by the features that it offers in its qSupported reply.
struct StubRow {
  std::string_view name;
  std::span<const std::string_view> offers;  ///< all of these as `name+`
  std::span<const std::string_view> lacks;   ///< none of these
  Quirks quirks;
  std::string_view why;
};

/// The first row that matches; the last row matches every stub.
const StubRow& recognise_stub(const rsp::Features& features);

}  // namespace rspbridge::proxy::link
