// What a server of the view does with a request.
#pragma once

#include <optional>
#include <vector>

#include "memmap/shared_view.hpp"
#include "memmap/view_protocol.hpp"

namespace rspbridge::memmap::view {

/// The next step towards the answer of an Ensure. One of three: `answer` is there to be sent; or `fetch` is
/// to be read from the target into the view (write(), or set_unreadable() where it fails), and then one asks
/// again; or, with neither, the request is held until the target stops.
struct Step {
  std::optional<ServerMessage> answer;
  /// Whole pages. First those that must be there, then those that were only asked for ahead: of them, reading
  /// may stop anywhere, and what isn't mapped needn't be tried.
  std::vector<AddressRange> fetch, ahead;
};

/// A pure function of the view's record. What was asked for ahead is only fetched together with something
/// that must be.
Step next_step(const SharedView& view, const Ensure& request);

}  // namespace rspbridge::memmap::view
