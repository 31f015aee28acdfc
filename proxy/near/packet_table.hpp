// The routing table: one row a packet, with what becomes of it. `rspbridge packets` prints it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::near {

class Client;
struct PacketRow;

/// What becomes of a packet.
enum class Fate : std::uint8_t {
  forward,  ///< to the stub and back, verbatim
  answer,   ///< answered here; the stub never sees it
  rewrite,  ///< to the stub, and the reply is changed on the way back
};

/// How a row's name is held against a packet.
enum class Match : std::uint8_t {
  whole,   ///< the packet is the name
  prefix,  ///< the packet starts with the name
  word,    ///< the name, then the end or one of `:` `;` `,`
};

/// Handles a packet that GDB sent: calls client.answer() or client.forward() once.
using RequestHandler = void (*)(Client& client, const PacketRow& row, std::string_view payload);

/// Sees the stub's last reply before GDB does, and may change it. Both run-length expanded if
/// `rewrite`, else as on the wire.
using ReplyHandler = void (*)(Client& client, std::string_view request, std::string& reply);

struct PacketRow {
  std::string_view name;  ///< as on the wire
  Match match = Match::prefix;
  Fate fate = Fate::forward;
  link::Effect effect = link::Effect::changes;
  link::Answer answer = link::Answer::reply;
  RequestHandler on_request = nullptr;  ///< forwards if null
  ReplyHandler on_reply = nullptr;
  std::string_view what;  ///< what becomes of it, for people
};

/// The row for a packet: the longest name that matches. A packet that is not listed gets the last
/// row, which passes it through verbatim and assumes that it changes everything.
const PacketRow& row_for(std::string_view payload);

/// All rows, in the manual's order; the last is the one for packets that are not listed.
std::span<const PacketRow> packet_table();

std::string_view to_string(Fate fate);
std::string_view to_string(link::Effect effect);

}  // namespace rspbridge::proxy::near
