// Every parser of a payload under arbitrary bytes, and what must hold between it and its formatter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rsp/breakpoint.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/stop_reply.hpp"
#include "rsp/thread_id.hpp"
#include "rsp/vcont.hpp"
#include "rsp/vfile.hpp"
#include "tests/fuzz/require.hpp"

namespace rspbridge::fuzz {

inline void encodings(std::string_view data) {
  using namespace rsp;
  require(unescape(escape(data)) == data, "unescape undoes escape");
  require(from_hex(to_hex(data)) == data, "from_hex undoes to_hex");
  if (data.find('*') == std::string_view::npos) {
    const auto encoded = encode_runs(data);
    require(expand_runs(encoded) == data, "expand_runs undoes encode_runs");
    require(encoded.size() <= data.size(), "encode_runs never lengthens");
  }
  if (const auto expanded = expand_runs(data, 4096)) {
    require(expanded->size() <= 4096, "expand_runs keeps its limit");
  }
  if (const auto plain = unescape(data)) require(plain->size() <= data.size(), "unescape never lengthens");
  if (const auto number = parse_hex(data)) {
    require(parse_hex(format_hex(*number)) == number, "parse_hex undoes format_hex");
  }
}

inline void requests(std::string_view data) {
  using namespace rsp;
  if (const auto id = parse_thread_id(data)) {
    require(parse_thread_id(format_thread_id(*id)) == id, "thread-ids survive format and parse");
  }
  if (const auto actions = parse_vcont(data)) {
    require(actions->size() <= max_vcont_actions, "vCont has no more actions than are taken");
  }
  if (const auto read = parse_qxfer_read(data)) {
    require(parse_qxfer_read(format_qxfer_read(*read)) == read, "qXfer survives format and parse");
  }
  if (const auto read = parse_memory_read(data)) {
    require(parse_memory_read(format_memory_read(*read)) == read, "m and x survive format and parse");
  }
  if (const auto breakpoint = parse_breakpoint(data)) {
    require(parse_breakpoint(format_breakpoint(*breakpoint)) == breakpoint, "Z survives format and parse");
  }
  if (const auto write = parse_memory_write(data)) {
    require(write->data.size() <= data.size(), "M and X hold no more than came");
  }
}

inline void replies(std::string_view data) {
  using namespace rsp;
  for (const auto encoding : {MemoryEncoding::hex, MemoryEncoding::binary}) {
    const MemoryRead request{encoding, 0xfffffffffffffff0, 8};
    if (const auto bytes = parse_memory_reply(request, data)) {
      require(bytes->size() <= 8, "a reply holds no more than was asked");
    }
  }
  if (const auto stop = parse_stop_reply(data)) {
    require(stop->pairs.size() <= StopReply::max_pairs, "the pairs of a stop reply are bounded");
    for (const auto& pair : stop->pairs) require(stop->pair(pair.first).has_value(), "pairs are found");
  }
  if (const auto reply = parse_vfile_reply(data)) {
    require(reply->attachment.size() < data.size(), "an attachment holds no more than came");
  }
  if (const auto reply = parse_qxfer_reply(data)) {
    require(reply->last || !reply->data.empty(), "a part that isn't the last brings data");
  }
  const auto features = Features::parse(data);
  require(features.all().size() <= Features::max_features, "features are bounded");
  if (const auto size = features.packet_size()) {
    require(*size >= 16 && *size <= std::size_t{16} << 20, "PacketSize is sane");
  }
}

inline void parsers(std::string_view data) {
  encodings(data);
  requests(data);
  replies(data);
}

}  // namespace rspbridge::fuzz
