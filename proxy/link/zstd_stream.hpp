// One compressed stream that is flushed now and then: what was sent before costs little to send again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace rspbridge::proxy::link {

/// How far back a repetition is found: 2^21 bytes hold some ten stops, each with tens of pages in hex. It is
/// also what either end spends on memory for each direction.
inline constexpr int window_log = 21;

/// Throws std::bad_alloc, if anything.
class Compressor {
 public:
  Compressor();
  /// What the other end needs to have all of `bytes`.
  std::string compress(std::string_view bytes);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

/// Throws std::bad_alloc, if anything.
class Decompressor {
 public:
  Decompressor();
  /// Appends to `out` what `bytes` hold. False if they are damaged, or hold more than `most` bytes; then the
  /// stream can't go on.
  bool decompress(std::string_view bytes, std::size_t most, std::string& out);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace rspbridge::proxy::link
