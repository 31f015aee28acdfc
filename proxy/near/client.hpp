// One GDB's connection.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"
#include "proxy/near/packet_table.hpp"
#include "proxy/near/undo_ledger.hpp"
#include "rsp/endpoint.hpp"

namespace rspbridge::proxy::near {

/// What outlives a GDB's connection. One a session.
struct Shared {
  link::RequestId last_id = 0;
  bool multiprocess = false;  ///< some GDB switched the multiprocess extension on
};

/// Routes what one GDB sends by the packet table, and gives it its replies in the order of its
/// requests. Sans-IO: bytes in, bytes out.
class Client {
 public:
  struct Hooks {
    link::SendToFar far;
    std::function<void(std::string)> warning;
  };
  /// `shared` must outlive the client.
  Client(Hooks hooks, Shared& shared);

  void on_gdb_bytes(std::string_view bytes);
  /// GDB's connection ended: takes back what it left in the stub. Call once.
  void on_gdb_closed();
  void on_link(const link::ToNear& message);
  /// Bytes to be written to GDB now.
  std::string take_output() { return gdb_.take_output(); }

  // ---- for the handlers of the packet table ----

  /// Answers the packet at hand, in its turn.
  void answer(std::string reply);
  /// Sends the packet at hand to the stub.
  void forward(const PacketRow& row, std::string_view payload);
  /// Answers OK, and ends acknowledgement on this leg right after it.
  void agree_no_ack();
  void set_non_stop(bool on) { non_stop_ = on; }
  /// The Hg packet that would select what is selected; empty if that isn't known.
  const std::string& general_thread() const noexcept { return general_thread_; }
  /// Its `pPID` part; empty if it names no process.
  std::string general_process() const;
  void set_general_thread(std::string hg) { general_thread_ = std::move(hg); }
  UndoLedger& undo() noexcept { return undo_; }
  Shared& shared() noexcept { return shared_; }
  void warn(std::string text) { hooks_.warning(std::move(text)); }

 private:
  struct Slot {
    link::RequestId id = 0;
    std::string request;
    const PacketRow* row = nullptr;
    std::optional<std::string> reply;
    bool then_no_ack = false;
  };
  void on_packet(std::string payload);
  void on_reply(link::RequestId id, const std::string& payload, bool final);
  void flush();
  /// Follows which thread is selected, and drops what belonged to a process that is gone.
  void look_into_stop(std::string_view stop_reply);

  Hooks hooks_;
  Shared& shared_;
  rsp::Endpoint gdb_;
  std::deque<Slot> slots_;
  UndoLedger undo_;
  std::string general_thread_;
  bool non_stop_ = false;
};

}  // namespace rspbridge::proxy::near
