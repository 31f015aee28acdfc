// The request queue of the stub's leg: every packet of the stub has an owner.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"
#include "rsp/endpoint.hpp"

namespace rspbridge::proxy::far {

/// A packet for the stub, and who takes the answer.
struct Job {
  std::string payload;
  link::Effect effect = link::Effect::looks;
  link::Answer answer = link::Answer::reply;
  /// Called with each packet of the answer, run-length encoding left as it was; `final` with the
  /// last one. May be empty.
  std::function<void(std::string payload, bool final)> done;
  bool from_gdb = false;
};

/// Sends jobs to the stub in order and gives each its answer. While the target runs (all-stop)
/// nothing but ^C is sent; when pipelining isn't allowed, one job at a time is under way.
class StubQueue {
 public:
  struct Hooks {
    std::function<void(std::string)> notification;  ///< a `%…`
    std::function<void(std::string)> complaint;  ///< the stub broke the rules: a sentence without its subject
    std::function<void(const Job&)> sending;     ///< just before a job goes out
  };
  explicit StubQueue(Hooks hooks) : hooks_(std::move(hooks)) {}

  void submit(Job job);
  /// Sends ^C if the target runs, or as soon as a waiting resume is sent. Otherwise does nothing:
  /// a stopped stub would swallow it.
  void interrupt();

  void on_bytes(std::string_view bytes);
  std::string take_output() { return endpoint_.take_output(); }
  void set_no_ack() { endpoint_.set_no_ack(); }

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

  /// GDB is gone: its waiting jobs are dropped. Those under way are still answered, since what they
  /// do is done; near gives the answers to nobody.
  void abandon_gdb();

 private:
  void pump();
  void on_packet(std::string payload);
  void finish_front(std::string payload);

  Hooks hooks_;
  rsp::Endpoint endpoint_;
  std::deque<Job> waiting_, in_flight_;
  std::size_t window_ = 1;
  bool interrupt_pending_ = false;
  bool killed_ = false;  ///< the last packet was `k`
};

}  // namespace rspbridge::proxy::far
