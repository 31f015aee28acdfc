// The stub's end: owns the conversation with the stub.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memmap/vma.hpp"
#include "proxy/far/map_reader.hpp"
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
    /// The stub has answered a request of GDB's with Effect::changes. May be empty.
    std::function<void(const std::string& request, const std::string& reply)> changed = {};
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

  using Question = link::Question;
  /// Nothing in place of an answer where the thread couldn't be selected; nothing at all if looks() was false
  /// when the questions' turn came.
  using Answers = std::optional<std::vector<std::optional<std::string>>>;
  /// Asks at least one question with nothing of GDB's between them. `done` gets an answer each, run-length
  /// expanded.
  void ask_together(std::vector<Question> questions, std::function<void(Answers)> done);
  /// Whether the stub answers requests of our own now: all threads are stopped, and stay so.
  bool looks() const;
  /// Reads a whole file of the target, as far::read_file() does. It waits while the target runs.
  void read_file(std::string path,
                 std::function<void(std::optional<std::string>, std::string why_not)> ready);

  /// Sends ^C if the target runs.
  void interrupt() { queue_.interrupt(); }

  bool running() const noexcept { return queue_.running(); }
  bool idle() const noexcept { return queue_.idle(); }
  /// The last inferior exited, or was killed or detached: the stub may go.
  bool nothing_left() const noexcept { return nothing_left_; }
  std::optional<rsp::ThreadId> stopped_thread() const { return stopped_thread_; }
  link::StopId stop_id() const noexcept { return stop_; }
  /// The last stop reply, run-length expanded; empty before the first.
  const std::string& stop_reply() const noexcept { return stop_reply_; }
  /// What was known of the stopped target holds no longer, though it didn't run.
  void count_as_stop() { ++stop_; }
  /// The process that GDB selected, else the one that stopped.
  std::optional<std::int64_t> current_process() const;
  bool non_stop() const noexcept { return non_stop_; }
  std::optional<std::size_t> packet_size() const noexcept { return packet_size_; }

 private:
  void on_request(link::Request request);
  void gather(link::StopBundle bundle);
  std::vector<link::Question> wanted_questions() const;
  bool selects_process(std::string_view payload);
  bool answered_ahead(const link::Request& request);
  void forward(link::Request request);
  void on_answer(link::RequestId id, const std::string& request, link::Effect effect, link::Answer answer,
                 std::string payload, bool final);
  void learn(const std::string& request, link::Answer answer, const std::string& reply);
  void on_notification(std::string payload);
  void learn_stop(const std::string& reply);
  void learn_features(const std::string& reply);
  void before_sending(const Job& job);
  std::string fit(std::string payload) const;
  void read_ahead();
  void fetch_blocks();

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
  link::StopId stop_ = 1;  ///< a stub that was just reached has its target stopped
  std::string stop_reply_;
  link::Wanted wanted_;
  MapReader map_reader_;

  enum class MapState : std::uint8_t { unknown, asked, known, unavailable };
  MapState map_state_ = MapState::unknown;
  memmap::VmaMap map_;
};

}  // namespace rspbridge::proxy::far
