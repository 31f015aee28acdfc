// The request queue of the stub's leg: every packet of the stub has an owner.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"
#include "rsp/endpoint.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::far {

/// What an Hg packet selects in the stub.
struct Selection {
  enum class State : std::uint8_t { asked, done, refused };
  rsp::ThreadId thread;
  State state = State::asked;
};

/// A packet for the stub, and who takes the answer.
struct Job {
  std::string payload;
  link::Effect effect = link::Effect::looks;
  link::Answer answer = link::Answer::reply;
  /// Must be selected when the stub gets the packet; nothing: whatever is.
  std::optional<rsp::ThreadId> thread;
  /// Called with each packet of the answer, run-length encoding left as it was; `final` with the
  /// last one. May be empty.
  std::function<void(std::string payload, bool final)> done;
  /// Called instead if the stub refuses to select `thread`. If it is empty, done() gets an error.
  std::function<void()> no_thread;
  bool from_gdb = false;
  /// Goes out when all earlier packets are answered, and nothing does before it is answered.
  bool alone = false;
  bool within = false;  ///< goes out though the queue is held
  /// Asked just before the packet goes out, when all earlier ones are answered: what it gives is the answer,
  /// and the packet is not sent. May be empty.
  std::function<std::optional<std::string>()> veto;
  std::shared_ptr<const Selection> selection;  ///< the queue's own
};

/// Sends jobs to the stub in order and gives each its answer. While the target runs (all-stop)
/// nothing but ^C is sent; when pipelining isn't allowed, one job at a time is under way. Selects the
/// thread that a job is about where another one is selected. What changes something waits until the stub has
/// agreed to that.
class StubQueue {
 public:
  struct Hooks {
    std::function<void(std::string)> notification;  ///< a `%…`
    std::function<void(std::string)> complaint;  ///< the stub broke the rules: a sentence without its subject
    std::function<void(const Job&)> sending;     ///< just before a job goes out
  };
  explicit StubQueue(Hooks hooks) : hooks_(std::move(hooks)) {}

  void submit(Job job);
  /// In front of all that wait; in answer to a packet that went out alone.
  void submit_next(Job job);
  /// From now on only jobs that are `within` go out, until released: the target is stopped, and who waits for
  /// that isn't to know.
  void hold() { held_ = true; }
  void release() {
    held_ = false;
    pump();
  }
  /// Sends ^C if the target runs, or as soon as a waiting resume is sent. `holds`: otherwise behind the next
  /// resume, whenever that comes. A stopped gdbserver does the same; other stubs are never sent it.
  void interrupt(bool holds);

  void on_bytes(std::string_view bytes);
  std::string take_output() { return endpoint_.take_output(); }
  void set_no_ack() { endpoint_.set_no_ack(); }

  /// The stub has selected `thread` by itself, as it does at a stop in all-stop mode.
  void stub_selected(rsp::ThreadId thread);
  /// What is selected isn't known: its process may be gone. So is whom a ^C was for.
  void process_gone() {
    selection_ = nullptr;
    interrupt_pending_ = false;
  }

  /// How many jobs may be under way at once; at least 1.
  void set_window(std::size_t jobs);

  /// A resume is under way.
  bool running() const noexcept;
  /// Whether a job that waits or is under way is such a one.
  template <class Predicate>
  bool has(const Predicate& such) const {
    return std::any_of(waiting_.begin(), waiting_.end(), such) ||
           std::any_of(in_flight_.begin(), in_flight_.end(), such);
  }
  bool idle() const noexcept { return waiting_.empty() && in_flight_.empty(); }
  /// What came last ends amid a packet: the rest is on its way.
  bool amid_packet() const noexcept { return endpoint_.amid_packet(); }

  /// The stub asked for a symbol and takes nothing but the answer (`qSymbol:…`), which goes out first.
  void set_looks_up(bool looks_up) { looks_up_ = looks_up; }

  /// GDB is gone: its waiting jobs are dropped, and answered by an error. Those under way are still answered,
  /// since what they do is done; near gives the answers to nobody.
  void abandon_gdb();

 private:
  void pump();
  /// Whether the first job that waits may go out now. May send an Hg for it.
  bool may_go();
  /// Ends the first job that waits without sending it, if it can't or must not be sent.
  bool ends_unsent();
  void send(Job job);
  void on_packet(std::string payload);
  void finish_front(std::string payload);
  static void end(const Job& job, std::string payload);

  Hooks hooks_;
  rsp::Endpoint endpoint_;
  std::deque<Job> waiting_, in_flight_;
  std::shared_ptr<Selection> selection_;  ///< by the packets that were sent; null: the stub's own choice
  std::size_t window_ = 1;
  bool interrupt_pending_ = false;
  bool resume_failed_ = false;  ///< the last one was answered by an error instead of being sent
  bool looks_up_ = false;
  bool held_ = false;
  bool killed_ = false;  ///< the last packet was `k`
};

}  // namespace rspbridge::proxy::far
