// The stub's end: owns the conversation with the stub.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "memmap/vma.hpp"
#include "proxy/far/quirks.hpp"
#include "proxy/far/read_ahead.hpp"
#include "proxy/far/stub_queue.hpp"
#include "proxy/link/messages.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::far {

/// Takes near's requests to the stub and brings back what the stub says, counts stops, reads ahead,
/// and keeps requests of its own from disturbing GDB's. Sans-IO: bytes in, bytes out.
class Far {
 public:
  struct Hooks {
    link::SendToNear near;
    std::function<void(std::string)> info;     ///< worth a line in the log
    std::function<void(std::string)> warning;  ///< something is wrong, and what follows from it
  };
  explicit Far(Hooks hooks);

  void on_link(link::ToFar message);
  void on_stub_bytes(std::string_view bytes);
  /// The stub's stream ended; `reason` is a sentence.
  void on_stub_closed(const std::string& reason);
  /// Bytes to be written to the stub now.
  std::string take_output() { return queue_.take_output(); }

  /// Opens the conversation: agrees on no-ack mode if the stub can. `ready` is called once the other
  /// end has answered, and told whether that was an answer that a stub may give.
  void start(std::function<void(bool is_stub)> ready);

  /// A request of our own; `done` gets the stub's whole answer, run-length expanded.
  void ask(std::string payload, link::Effect effect, link::Answer answer,
           std::function<void(std::string)> done);

  /// Sends ^C if the target runs.
  void interrupt() { queue_.interrupt(); }

  bool running() const noexcept { return queue_.running(); }
  bool idle() const noexcept { return queue_.idle(); }
  /// The last inferior exited, or was killed or detached: the stub may go.
  bool nothing_left() const noexcept { return nothing_left_; }
  std::optional<rsp::ThreadId> stopped_thread() const { return stopped_thread_; }
  link::StopId stop_id() const noexcept { return stop_; }

 private:
  void on_request(link::Request request);
  bool selects_process(std::string_view payload);
  bool answered_ahead(const link::Request& request);
  void forward(link::Request request);
  void on_answer(link::RequestId id, const std::string& request, link::Answer answer, std::string payload,
                 bool final);
  void learn(const std::string& request, link::Answer answer, const std::string& reply);
  void on_notification(std::string payload);
  void learn_stop(const std::string& reply);
  void learn_features(const std::string& reply);
  void before_sending(const Job& job);
  std::string fit(std::string payload) const;
  void read_ahead();
  void fetch_blocks();
  std::optional<std::int64_t> current_process() const;

  Hooks hooks_;
  StubQueue queue_;
  ReadAhead ahead_;
  Quirks quirks_;
  std::optional<std::size_t> packet_size_;
  bool thread_was_selected_ = false;
  std::optional<rsp::ThreadId> general_thread_;  ///< what GDB selected with Hg
  std::optional<rsp::ThreadId> stopped_thread_;
  std::int64_t gdb_fs_ = 0;  ///< what GDB selected with vFile:setfs
  bool non_stop_ = false;
  bool nothing_left_ = false;
  link::StopId stop_ = 0;

  enum class MapState : std::uint8_t { unknown, asked, known, unavailable };
  MapState map_state_ = MapState::unknown;
  memmap::VmaMap map_;
};

}  // namespace rspbridge::proxy::far
