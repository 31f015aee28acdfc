#include "proxy/link/zstd_stream.hpp"

#include <new>
#include <stdexcept>

#include <zstd.h>

namespace rspbridge::proxy::link {
namespace {

void check(std::size_t result) {
  if (ZSTD_isError(result) != 0) throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(result));
}

template <class Pointer>
Pointer there(Pointer context) {
  if (!context) throw std::bad_alloc();
  return context;
}

}  // namespace

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}
void Decompressor::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

// The fastest strategy, with a table that still holds what was said some stops ago.
Compressor::Compressor() : context_(there(ZSTD_createCCtx())) {
  check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 1));
  check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, window_log));
  check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_hashLog, 17));
  check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_contentSizeFlag, 0));
}

std::string Compressor::compress(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()) + 64,
                  '\0');  // more for the stream's own header and the flush
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (;;) {
    const std::size_t left = ZSTD_compressStream2(context_.get(), &to, &in, ZSTD_e_flush);
    check(left);
    if (left == 0) break;
    out.resize(2 * out.size());
    to.dst = out.data();
    to.size = out.size();
  }
  out.resize(to.pos);
  return out;
}

Decompressor::Decompressor() : context_(there(ZSTD_createDCtx())) {
  check(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log));
}

bool Decompressor::decompress(std::string_view bytes, std::size_t most, std::string& out) {
  const std::size_t before = out.size();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t room = std::size_t{4} << 10;
  for (;;) {
    const std::size_t start = out.size();
    out.resize(start + room);
    ZSTD_outBuffer to{out.data() + start, room, 0};
    const std::size_t result = ZSTD_decompressStream(context_.get(), &to, &in);
    out.resize(start + to.pos);
    if (ZSTD_isError(result) != 0 || out.size() - before > most) return false;
    if (result == 0) return false;  // the stream's end, which no Compressor writes
    if (in.pos == in.size && to.pos < to.size) return true;
    room = std::size_t{64} << 10;
  }
}

}  // namespace rspbridge::proxy::link
