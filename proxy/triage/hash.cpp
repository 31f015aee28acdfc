#include "proxy/triage/hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace rspbridge::proxy::triage {
namespace {

constexpr std::size_t counted_frames = 5, digest_bytes = 8;

std::string hex(std::uint64_t value) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string digest(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 isn't there");
  std::string digits;
  std::array<char, 3> two{};
  for (std::size_t i = 0; i < digest_bytes; ++i) {
    std::snprintf(two.data(), two.size(), "%02x", bytes[i]);
    digits += two.data();
  }
  return digits;
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
  return image + "+" + hex(frame.pc - frame.image->load_bias);
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
