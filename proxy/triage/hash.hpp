// Which crashes are the same.
#pragma once

#include <string>
#include <vector>

#include "proxy/triage/frames.hpp"
#include "proxy/triage/skip_list.hpp"

namespace rspbridge::proxy::triage {

/// Holds no address: neither where the program was loaded nor how it was compiled matters.
struct Hash {
  std::string exact;   ///< over the signal and the top five meaningful frames; 16 hexadecimal digits
  std::string coarse;  ///< over the signal and the topmost one
  std::vector<std::string> frames;  ///< what `exact` is made of, innermost first
};

/// Whether the list doesn't skip it.
bool is_meaningful(const Frame& frame, const SkipList& skipped);

/// The topmost frames that the list doesn't skip, `most` at most; all of them count if it skips every one.
std::vector<const Frame*> meaningful_frames(const std::vector<Frame>& frames, const SkipList& skipped,
                                            std::size_t most);

/// A frame without addresses: its function, else build-id (or the module's name) and offset in the module;
/// "?" for code in no module.
std::string frame_identity(const Frame& frame);

Hash hash_of(const std::string& signal, const std::vector<Frame>& frames, const SkipList& skipped);

}  // namespace rspbridge::proxy::triage
