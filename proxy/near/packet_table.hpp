// The routing table: one row a packet, with what becomes of it. `rspbridge packets` prints it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"
#include "proxy/near/task.hpp"

namespace rspbridge::proxy::near {

class Client;
class View;
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

/// How long the stub's answer to a packet holds, so that it can be given again (near/knowledge.hpp). Of a
/// packet that changes something: what it touches of all that is kept.
enum class Keep : std::uint8_t {
  never,    ///< it is asked for each time; touches everything of this stop
  session,  ///< as long as the stub's connection
  trace,    ///< until a tracepoint packet of GDB's, while no trace runs: none begins by itself
  program,  ///< until a process ends, begins, or executes another program
  stop,     ///< until the target resumes or GDB changes anything but a breakpoint; touches no more than such
  registers,  ///< as `stop`, for the thread that Hg selected; until its registers are written
  memory,     ///< pages: until the target resumes or they are written
  select,     ///< Hg: good if the thread is known to live at this stop
  alive,      ///< T: good if the thread is known to live at this stop
  nothing,    ///< touches nothing: the stub never shows what it inserts
  promise,    ///< a setting that gdbserver never refuses: GDB needn't wait for its OK
};

/// Handles a packet that GDB sent: calls client.answer() or client.forward() once.
using RequestHandler = void (*)(Client& client, const PacketRow& row, std::string_view payload);

/// Sees the stub's last reply before GDB does, and may change it. Both run-length expanded if
/// `rewrite`, else as on the wire.
using ReplyHandler = void (*)(Client& client, std::string_view request, std::string& reply);

/// When a packet is handled by a view.
enum class ViewScope : std::uint8_t {
  none,       ///< never
  always,     ///< with every view, the native one too
  registers,  ///< with a view that isn't the native one
  x86_64,     ///< with that view
  files,      ///< where files of the target are translated or replaced
};

/// Gives GDB's reply to `request` where GDB sees a view that isn't the stub's own; sends the stub what
/// it needs by client.ask() and client.pass().
using ViewHandler = Task<std::string> (*)(View& view, const PacketRow& row, std::string request);

struct PacketRow {
  std::string_view name;  ///< as on the wire
  Match match = Match::prefix;
  Fate fate = Fate::forward;
  link::Effect effect = link::Effect::changes;
  link::Answer answer = link::Answer::reply;
  Keep keep = Keep::never;
  RequestHandler on_request = nullptr;  ///< forwards if null
  ReplyHandler on_reply = nullptr;
  std::string_view what;              ///< what becomes of it, for people
  ViewScope scope = ViewScope::none;  ///< where `in_view` takes the place of all the above
  ViewHandler in_view = nullptr;
  std::string_view what_in_view = {};  ///< for people
};

/// The row for a packet: the longest name that matches. A packet that is not listed gets the last
/// row, which passes it through verbatim and assumes that it changes everything.
const PacketRow& row_for(std::string_view payload);

/// All rows, in the manual's order; the last is the one for packets that are not listed.
std::span<const PacketRow> packet_table();

std::string_view to_string(Fate fate);
/// For people: "always", "x86_64 view", …; empty for none.
std::string_view to_string(ViewScope scope);
std::string_view to_string(link::Effect effect);
/// For people: "stop", …; empty for never.
std::string_view to_string(Keep keep);

}  // namespace rspbridge::proxy::near
