// A small AArch64 program beside a far that knows steps, for dialogues: a line from 400100 to 400110 with a
// call at 400104 (bl 400800), the one of a library at 400108 (bl to its linkage table at 400600), and an
// address that a signal or a breakpoint may stop at, far away.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "tests/support/dialogue.hpp"

namespace rspbridge::tests::stepping {

inline constexpr std::uint64_t sp0 = 0xffffffe000;

inline std::string word(std::uint64_t value, std::size_t size = 8) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

// Where a thread is.
struct At {
  std::uint64_t pc = 0, lr = 0, sp = sp0;
  std::string thread = "p1.1", why = {}, signal = "05";

  std::string stop() const {
    return "T" + signal + why + "1f:" + rsp::to_hex(word(sp)) + ";20:" + rsp::to_hex(word(pc)) +
           ";thread:" + thread + ";";
  }
  std::string registers() const {
    std::string bytes;
    for (unsigned i = 0; i < 30; ++i) bytes += word(i);
    return rsp::to_hex(bytes + word(lr) + word(sp) + word(pc) + word(0, 4));
  }
};

inline const std::string step = "vCont;r400100,400110:p1.1;c:p1.-1", run = "vCont;c:p1.1;c:p1.-1";
inline const std::string swbreak = "swbreak:;";
inline const At called{.pc = 0x400800, .lr = 0x400108};  // after bl 400800
inline const At returned{.pc = 0x400108, .lr = 0x400108, .why = swbreak};
inline const At called_library{.pc = 0x400600, .lr = 0x40010c};  // after bl 400600
inline const At returned_from_library{.pc = 0x40010c, .lr = 0x40010c, .why = swbreak};
inline const At next_line{.pc = 0x400110, .lr = 0x40010c};

struct Session {
  Dialogue d;
  At now;
  std::deque<At> stops;                        // of the resumes to come
  std::map<std::string, std::string> instead;  // answers of some packets
  std::vector<std::string> changes;            // resumes and breakpoints, as the stub got them

  explicit Session(bool keeps_answers = false) : d(keeps_answers, proxy::far::Far::Stub::beside) {
    d.knowledge().set_machine(link::machine_row("aarch64"));
    d.open(
        "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+;"
        "swbreak+;vContSupported+");
  }
  std::string memory(std::uint64_t address, std::uint64_t length) const {
    const std::map<std::uint64_t, std::string> words = {
        {0x400104, word(0x940001bf, 4)},  // bl 400800
        {0x400108, word(0x9400013e, 4)},  // bl 400600
        {0x400144, word(0x940001af, 4)},  // bl 400800, in the piece of step_pieces_dialogue_test
        {0x400600, word(0x90000090, 4)},  // adrp x16, 410000
        {0x400604, word(0xf9400e11, 4)},  // ldr x17, [x16, #24]
        {0x410018, word(0x7f001234, 4)}, {0x41001c, word(0, 4)}};
    std::string bytes;
    for (std::uint64_t at = address & ~std::uint64_t{3}; at < address + length; at += 4) {
      const auto found = words.find(at);
      bytes += found == words.end() ? word(at * 3, 4) : found->second;
    }
    return bytes.substr(address % 4, length);
  }
  std::string answer(const std::string& packet) {
    if (packet.starts_with("vCont;") || packet.find_first_of("zZ") == 0) changes.push_back(packet);
    if (const auto other = instead.find(packet); other != instead.end()) return other->second;
    if (packet.starts_with("vCont;")) {
      REQUIRE_FALSE(stops.empty());
      now = stops.front();
      stops.pop_front();
      return now.stop();
    }
    if (packet == "g") return now.registers();
    if (const auto read = rsp::parse_memory_read(packet))
      return rsp::to_hex(memory(read->address, read->length));
    return "OK";
  }
  void serve() {
    for (int round = 0; round < 200 && d.stub_waiting() > 0; ++round)
      if (const auto packet = *d.stub_pop(); packet != "^C") d.stub_sends(answer(packet));
  }
  std::string gdb(const std::string& packet) {
    d.gdb_sends(packet);
    serve();
    const auto reply = d.gdb_pop();
    REQUIRE(reply);
    d.gdb_gets_nothing();
    return *reply;
  }
  void hint(const std::string& words) {
    CHECK(gdb("qRcmd," + rsp::to_hex("rspbridge hints " + words)) == "OK");
  }
};

inline const std::string set_return = "Z0,400108,4", clear_return = "z0,400108,4";

}  // namespace rspbridge::tests::stepping
