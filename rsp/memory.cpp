#include "rsp/memory.hpp"

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

struct Span {
  std::uint64_t address = 0, length = 0;
};

std::optional<Span> parse_span(std::string_view text) {
  const auto parts = cut(text, ',');
  if (!parts) return std::nullopt;
  const auto address = parse_hex(parts->first);
  const auto length = parse_hex(parts->second);
  if (!address || !length) return std::nullopt;
  return Span{*address, *length};
}

}  // namespace

std::optional<MemoryRead> parse_memory_read(std::string_view payload) {
  if (payload.empty() || (payload.front() != 'm' && payload.front() != 'x')) return std::nullopt;
  const auto span = parse_span(payload.substr(1));
  if (!span) return std::nullopt;
  const auto encoding = payload.front() == 'm' ? MemoryEncoding::hex : MemoryEncoding::binary;
  return MemoryRead{encoding, span->address, span->length};
}

std::string format_memory_read(const MemoryRead& request) {
  const char* letter = request.encoding == MemoryEncoding::hex ? "m" : "x";
  return letter + format_hex(request.address) + "," + format_hex(request.length);
}

std::optional<std::string> parse_memory_reply(const MemoryRead& request, std::string_view payload) {
  std::optional<std::string> data;
  if (request.encoding == MemoryEncoding::hex) {
    // An empty reply means "unsupported", save where no byte was asked for. `E01` and `E.text` fall
    // out by themselves: the one is odd, the other no hex.
    if (payload.empty() && request.length != 0) return std::nullopt;
    data = from_hex(payload);
  } else if (payload.starts_with('b')) {
    data = unescape(payload.substr(1));
  }
  if (!data || data->size() > request.length) return std::nullopt;
  return data;
}

std::optional<MemoryWrite> parse_memory_write(std::string_view payload) {
  if (payload.empty() || (payload.front() != 'M' && payload.front() != 'X')) return std::nullopt;
  const bool hex = payload.front() == 'M';
  const auto parts = cut(payload.substr(1), ':');
  if (!parts) return std::nullopt;
  const auto span = parse_span(parts->first);
  if (!span) return std::nullopt;
  auto data = hex ? from_hex(parts->second) : unescape(parts->second);
  if (!data || data->size() != span->length) return std::nullopt;
  return MemoryWrite{hex ? MemoryEncoding::hex : MemoryEncoding::binary, span->address, std::move(*data)};
}

}  // namespace rspbridge::rsp
