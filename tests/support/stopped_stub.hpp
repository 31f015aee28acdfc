// A scripted gdbserver with one process, before a near that keeps what it answers.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "tests/support/dialogue.hpp"

namespace rspbridge::tests::stopped {

inline const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+;qXfer:"
    "threads:read+";
inline const std::string lldb_server =
    "PacketSize=47ff;QThreadSuffixSupported+;QStartNoAckMode+;multiprocess+";
inline const std::string maps =
    "00400000-00402000 r-xp 00000000 fd:01 77 /srv/app\n"
    "00410000-00411000 r--p 00010000 fd:01 77 /srv/app\n"
    "00411000-00412000 rw-p 00011000 fd:01 77 /srv/app\n"
    "00500000-00501000 rw-s 00000000 fd:01 78 /srv/shared\n"
    "00600000-00601000 rw-p 00000000 00:06 9 /dev/card0\n"
    "fffff000-100001000 rw-p 00000000 00:00 0 [stack]\n";
inline const std::string threads = "l<threads><thread id=\"p1.1\"/><thread id=\"p1.2\"/></threads>";

// sp is 0xfffffff0, pc 0x400010, in the little-endian bytes of aarch64's registers 31 and 32.
inline const std::string stop = "T051f:f0ffffff00000000;20:1000400000000000;thread:p1.1;";

// A stub that answers what comes, and counts: a round trip is all that it answers at once.
struct Stub {
  Dialogue d;
  std::string maps_now = maps, threads_now = threads;
  char fill = 'a';  // every byte of memory
  std::string resumed_to = stop;
  std::map<std::string, std::string> instead;  // answers of some packets
  std::vector<std::string> asked;
  int trips = 0;

  explicit Stub(const std::string& features = gdbserver,
                proxy::far::Far::Stub place = proxy::far::Far::Stub::over_link)
      : d(true, place) {
    d.knowledge().set_machine(link::machine_row("aarch64"));
    d.open(features);
    gdb("?");
    serve();
    asked.clear();
    trips = 0;
  }
  std::string answer(const std::string& packet) {
    if (const auto other = instead.find(packet); other != instead.end()) return other->second;
    if (packet == "?" || packet.starts_with("vCont;")) return resumed_to;
    if (packet.starts_with("vFile:open:")) return "F3";
    if (packet.starts_with("vFile:pread:3,")) {
      const auto offset = rsp::parse_hex(std::string_view(packet).substr(packet.rfind(',') + 1)).value();
      const std::string part = offset < maps_now.size() ? maps_now.substr(offset) : "";
      return "F" + rsp::format_hex(part.size()) + ";" + rsp::escape(part);
    }
    if (packet == "qXfer:threads:read::0,1000") return threads_now;
    if (packet == "g") return "11223344";
    if (packet.starts_with("qXfer:libraries")) return "l<library-list-svr4/>";
    if (const auto read = rsp::parse_memory_read(packet)) return rsp::to_hex(std::string(read->length, fill));
    return "OK";
  }
  void serve() {
    for (int round = 0; round < 50 && d.stub_waiting() > 0; ++round) {
      ++trips;
      std::vector<std::string> packets;
      while (auto packet = d.stub_pop()) packets.push_back(*packet);
      for (const auto& packet : packets) {
        asked.push_back(packet);
        if (packet != "^C") d.stub_sends(answer(packet));
      }
    }
  }
  // GDB's packet and what it gets; the stub is asked if need be.
  std::string gdb(const std::string& packet) {
    d.gdb_sends(packet);
    auto reply = d.gdb_pop();
    if (!reply) {
      serve();
      reply = d.gdb_pop();
    }
    REQUIRE(reply);
    return *reply;
  }
  // How many round trips the packets take, after what comes by itself has come.
  int cost(const std::vector<std::string>& packets) {
    serve();
    trips = 0;
    for (const std::string& packet : packets) gdb(packet);
    return trips;
  }
  bool was_asked(const std::string& packet) const {
    return std::find(asked.begin(), asked.end(), packet) != asked.end();
  }
};

}  // namespace rspbridge::tests::stopped
