// The stub's end: owns the conversation with the stub.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/far/map_reader.hpp"
#include "proxy/far/process_reader.hpp"
#include "proxy/far/step_over.hpp"
#include "proxy/far/stub_queue.hpp"
#include "proxy/link/messages.hpp"
#include "proxy/link/target_state.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::far {

/// Takes near's requests to the stub and brings back what the stub says, counts stops, and keeps requests of
/// its own from disturbing GDB's. Sans-IO: bytes in, bytes out.
class Far {
 public:
  /// Where the stub is.
  enum class Stub : std::uint8_t {
    beside,     ///< its answers cost nothing: all is waited for, and calls can be run through
    over_link,  ///< a round trip away: for what is certain nobody waits
  };
  /// `near` must not deliver inside the call. `access` is to the machine that a stub `beside` runs on; null:
  /// the stub is asked for all. It must outlive this.
  Far(link::SendToNear near, Stub stub, ProcessAccess* access = nullptr);

  void on_link(link::ToFar message);
  void on_stub_bytes(std::string_view bytes);
  /// The stub's stream ended; `reason` is a sentence.
  void on_stub_closed(const std::string& reason);
  /// Bytes to be written to the stub now.
  std::string take_output() { return queue_.take_output(); }
  /// There is something to read besides the stub: read_on() reads some of it, in a millisecond or two.
  bool reads() const noexcept { return process_.reads(); }
  void read_on() { process_.read_on(); }
  /// The stub owes nothing.
  bool idle() const noexcept { return queue_.idle(); }
  /// The target was resumed, and hasn't stopped since. Not in non-stop mode.
  bool runs() const noexcept { return queue_.running(); }
  bool amid_packet() const noexcept { return queue_.amid_packet(); }

 private:
  void open();
  void read_file(const link::ReadFile& request);
  void on_request(link::Request request);
  bool refuses(const link::Request& request) const;
  void forward(link::Request request);
  /// Answers it from what GDB believes the target to be at, if that is the past.
  bool answered_from_before(const link::Request& request);
  void interrupt(bool holds);
  void follow_file_system(Job& job);
  void on_answer(const link::Request& request, std::string payload, bool final);
  /// Answers a stub that looks a symbol up; false if that is GDB's to do.
  bool looked_up(const link::Request& request, const std::string& reply);
  void refused(const link::Request& request, const std::string& reply);
  std::optional<std::string> why_not_resume();
  /// What happened since the stop that GDB knows of, in answer to its resume.
  std::optional<std::string> happened_since(const link::Request& resume);
  /// Gives near an answer; `reply` is `payload`, run-length expanded.
  void tell(const link::Request& request, std::string payload, const std::string& reply);
  void on_notification(std::string payload);
  /// Answers it from the process, without the stub.
  bool read_directly(const link::Request& request);
  /// Nothing is under way that the stub would do first.
  bool undisturbed() const;
  void gather(link::StopBundle bundle);
  void ask_for_fact(const link::Question& question);
  void give_map(std::string text);
  /// The stub's answer, and the parts that follow it.
  void give_fact(const link::Question& question, std::string payload);
  void follow(const std::optional<rsp::ThreadId>& thread, const std::string& request,
              const std::string& payload);
  std::vector<link::Question> wanted_questions() const;
  void learn_features(const std::string& reply);
  void before_sending(const Job& job);
  std::string fit(std::string payload) const;
  void log(std::string text) { near_(link::Log{false, std::move(text)}); }

  link::SendToNear near_;
  Stub stub_;
  link::TargetState state_;
  StubQueue queue_;
  StepOver steps_;
  bool thread_was_selected_ = false;
  std::int64_t gdb_fs_ = 0;  ///< what GDB selected with vFile:setfs
  /// Since the last time that the target was to run on: a breakpoint was promised that must be waited for.
  bool promised_ = false;
  bool runs_on_ = false;  ///< the last resume was no step
  /// Promised breakpoints that the stub refused, unless GDB has set or removed them since: by process and
  /// packet without its first letter, the stub's reply.
  std::map<std::pair<std::int64_t, std::string>, std::string> broken_;
  link::Wanted wanted_;
  std::map<std::string, std::string> symbols_;  ///< for the next `qSymbol::`, by name
  MapReader map_reader_;
  ProcessReader process_;
};

}  // namespace rspbridge::proxy::far
