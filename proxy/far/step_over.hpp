// Runs through the calls that GDB would step over.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proxy/far/calls.hpp"
#include "proxy/far/stub_queue.hpp"
#include "proxy/link/messages.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/stop_reply.hpp"
#include "rsp/vcont.hpp"

namespace rspbridge::proxy::far {

/// While GDB steps through a range (`vCont;r`) and it is known which calls it steps over, this does at each
/// of them what GDB would do: a breakpoint where the call returns, all threads on, and the range again once
/// that was hit in the frame that called (infrun.c, process_event_stop_test). GDB gets the stop that ends the
/// step, and none of those on the way.
///
/// The code of a line may be in several pieces. If they are known, a step that gets from one to another goes
/// on there, as GDB lets it go on.
///
/// If anything else happens in the call, GDB must be where it would be by itself, since it may well go on (a
/// condition, a library, a signal that it passes). So it is told of the call's beginning first, sets its own
/// breakpoint there and resumes, and gets as the answer to that what happened. What it asks in between is
/// answered from what was read at the call's beginning.
class StepOver {
 public:
  struct Hooks {
    /// What GDB gets in answer to its resume.
    std::function<void(const link::Request& resume, std::string stop)> stopped;
    std::function<void(const link::Request& resume, std::string output)> output;  ///< `O…`
  };
  /// `queue` must outlive this.
  StepOver(StubQueue& queue, Hooks hooks) : queue_(queue), hooks_(std::move(hooks)) {}

  void set_hint(link::StepHint hint) { hint_ = std::move(hint); }
  /// GDB sets or removes one, or tries to.
  void sees(const rsp::BreakpointRequest& breakpoint);
  void forget_breakpoints() { breakpoints_.clear(); }

  /// `stop` (run-length expanded) is the stub's answer to `resume`. True if a call begins there that may be
  /// run through: then stopped() gives the answer later.
  bool takes(const link::Request& resume, const std::string& stop);
  /// A run is under way, though the target may be stopped at the moment.
  bool runs() const noexcept { return run_.has_value(); }
  /// ^C for the next time that the target runs; if it doesn't run again in this step, and `holds`, for the
  /// next resume.
  void interrupt_next(bool holds) {
    interrupt_ = true;
    holds_interrupt_ = holds;
  }

  /// GDB was told of the beginning of a call that has gone further.
  bool is_ahead() const noexcept { return ahead_.has_value(); }
  /// What the stub would have said to `request` there; nothing if it was not read.
  std::optional<std::string> said_before(const link::Request& request) const;
  /// What happened since, if `resume` is the one that GDB goes on with. Once. If it isn't, GDB takes the
  /// target from where it is.
  std::optional<std::string> happened_since(const link::Request& resume);
  /// The next GDB's steps are its own until it says otherwise.
  void gdb_gone() {
    ahead_.reset();
    hint_ = {};
  }

 private:
  static constexpr std::uint64_t stack_page = 4096;  ///< bytes
  struct Entry {
    std::string stop, registers;                 ///< its stop reply; the reply to g
    std::map<std::uint64_t, std::string> pages;  ///< of the stack, by address: bytes
  };
  struct Run {
    link::Request resume;   ///< GDB's
    std::string stepping;   ///< GDB's packet, or the same for another piece of the line
    rsp::VContAction step;  ///< its range, and the thread
    const link::MachineRow* machine = nullptr;
    std::uint64_t sp = 0, pc = 0;
    std::uint64_t return_address = 0;
    Entry entry;
  };
  struct Ahead {
    rsp::ThreadId thread;
    Entry entry;
    std::string event;
  };
  using Replies = std::vector<std::string>;

  bool goes_on(const link::Request& resume, const std::string& stepping, const std::string& stop);
  bool is_same_frame(const rsp::StopReply& stop) const;
  bool enters_piece(std::uint64_t pc);
  void step_on();
  void look(const rsp::StopReply& stop);
  void look_at_call(Replies replies);
  void decide(const Replies& replies);
  void run_through();
  void go_on();
  void on_stop(const std::string& payload);
  bool is_at_return(const rsp::StopReply& stop) const;
  void step_off(const rsp::ThreadId& thread);
  void returned(std::string payload);
  void happened(std::string payload);
  void end(std::string payload);

  std::string breakpoint(bool insert) const;
  void ask(std::vector<std::string> payloads, std::function<void(Replies)> done);
  void resume(std::string payload, std::function<void(std::string)> done);

  StubQueue& queue_;
  Hooks hooks_;
  link::StepHint hint_;
  std::set<std::uint64_t> breakpoints_;  ///< GDB's; perhaps more
  std::optional<Run> run_;
  std::optional<Ahead> ahead_;
  std::string stop_;  ///< the latest, run-length expanded
  bool interrupt_ = false, holds_interrupt_ = false;
};

}  // namespace rspbridge::proxy::far
