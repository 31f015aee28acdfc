// A second GDB that observes, played by packets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/near/observer.hpp"
#include "proxy/near/packet_table.hpp"
#include "rsp/escape.hpp"
#include "tests/support/stopped_stub.hpp"

namespace rspbridge::tests::observing {

using namespace rspbridge::proxy;
using stopped::Stub;

inline const std::string next_stop = "T0520:2000400000000000;swbreak:;thread:p1.2;";
inline const std::string next_stop_told = "T00thread:p1.2;";  // registers may have been written since
inline const std::string only_observes =
    "E.this GDB observes, and changes nothing: the GDB at home controls the target; "
    "`monitor rspbridge take` hands control over";

// The controlling GDB is the stub's own; this one is another's client, played by packets.
struct Second {
  Stub stub;
  link::RequestId last_id = 1'000'000;
  bool is_controlled = true;
  near::Observer observer{
      {.far = [this](link::ToFar message) { stub.d.knowledge().to_far(std::move(message)); },
       .who = [] { return std::string("the GDB at home"); },
       .controlled = [this] { return is_controlled; },
       .file_system = [] { return std::int64_t{7}; }},
      stub.d.knowledge(),
      last_id};
  std::optional<rsp::ThreadId> thread;
  link::RequestId sent = 0;

  Second() {
    stub.d.also = [this](const link::ToNear& message) { observer.on_link(message); };
    stub.d.knowledge().set_machine(link::machine_row("aarch64"));
  }
  void sends(const std::string& payload) {
    const near::PacketRow& row = near::row_for(payload);
    link::Request request{.id = ++last_id, .payload = payload, .effect = row.effect, .answer = row.answer};
    request.thread = thread;
    sent = last_id;
    observer.to_far(std::move(request));
    stub.d.pass();
    stub.serve();
  }
  // All that has come for it; other clients' replies have ids that it doesn't know.
  std::vector<std::string> gets() {
    std::vector<std::string> all;
    while (const auto message = observer.next()) {
      if (const auto* reply = std::get_if<link::Reply>(&*message); reply && reply->id == sent)
        all.push_back(reply->payload);
      if (const auto* told = std::get_if<link::StopBundle>(&*message)) all.push_back("stop " + told->payload);
    }
    return all;
  }
  std::string asks(const std::string& payload) {
    gets();
    sends(payload);
    const auto replies = gets();
    return replies.empty() ? "nothing" : replies.back();
  }
  // What the stub was asked, but for which thread is meant.
  std::vector<std::string> heard() const {
    std::vector<std::string> all = stub.asked;
    std::erase_if(all, [](const std::string& packet) { return packet.starts_with("Hg"); });
    return all;
  }
  void connects() {
    observer.stands();
    REQUIRE(asks("?") == "T00thread:p1.1;");
    thread = rsp::ThreadId{1, 1};
  }
  void target_goes_on() {
    stub.resumed_to = next_stop;
    CHECK(stub.gdb("vCont;c") == next_stop);
    stub.serve();
  }
};

}  // namespace rspbridge::tests::observing
