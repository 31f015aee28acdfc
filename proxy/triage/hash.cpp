#include "proxy/triage/hash.hpp"

#include <algorithm>

#include "proxy/symbols/sha256.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::size_t counted_frames = 5, digest_bytes = 8;

std::string digest(const std::string& text) {
  return symbols::sha256(text).substr(0, 2 * digest_bytes);
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string frame_identity(const Frame& frame) {
  if (!frame.function.empty()) return frame.function;
  if (frame.image == nullptr) return "?";
  const std::string& image =
      frame.image->build_id.empty() ? file_name(frame.image->path) : frame.image->build_id;
  return image + "+" + rsp::hex_number(frame.pc - frame.image->load_bias);
}

bool is_meaningful(const Frame& frame, const SkipList& skipped) {
  return !skipped.skips(frame.function,
                        frame.image ? std::string_view(frame.image->path) : std::string_view());
}

std::vector<const Frame*> meaningful_frames(const std::vector<Frame>& frames, const SkipList& skipped,
                                            std::size_t most) {
  std::vector<const Frame*> found;
  // The outermost one: what handles a crash may crash, but that isn't how it began.
  const auto handling = std::find_if(frames.rbegin(), frames.rend(), [&](const Frame& frame) {
    return skipped.skips_callees_of(frame.function);
  });
  for (auto frame = handling.base(); frame != frames.end(); ++frame)
    if (found.size() < most && is_meaningful(*frame, skipped)) found.push_back(&*frame);
  if (!found.empty()) return found;
  for (const Frame& frame : frames)
    if (found.size() < most) found.push_back(&frame);
  return found;
}

Hash hash_of(const std::string& signal, const std::vector<Frame>& frames, const SkipList& skipped) {
  Hash made;
  std::string text = signal;
  for (const Frame* frame : meaningful_frames(frames, skipped, counted_frames)) {
    made.frames.push_back(frame_identity(*frame));
    text += '\n' + made.frames.back();
    if (made.coarse.empty()) made.coarse = digest(text);
  }
  made.exact = digest(text);
  if (made.coarse.empty()) made.coarse = made.exact;
  return made;
}

}  // namespace rspbridge::proxy::triage
