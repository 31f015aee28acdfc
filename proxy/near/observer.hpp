// A GDB that only observes: what stands between its client and what near knows.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "proxy/link/messages.hpp"
#include "proxy/near/knowledge.hpp"
#include "proxy/near/observed.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::near {

/// One GDB controls the target; any other observes: it sees the target at the stop that it was told of, and
/// changes nothing (observed.hpp says what becomes of which packet). If the target has gone on since, it is
/// told so in an error; its `continue` is answered by the next stop.
///
/// A GDB that steps or loads a library stops the target many times before it shows a prompt. So the session
/// says when the target stands: an observer hears of that, and not of the stops on the way.
class Observer {
 public:
  struct Hooks {
    /// To what near knows, and on to the stub.
    link::SendToFar far;
    /// Who controls the target: "the GDB at ADDRESS", or "no GDB".
    std::function<std::string()> who;
    /// A GDB controls it.
    std::function<bool()> controlled = [] { return true; };
    /// The file system that the GDB in control selected.
    std::function<std::int64_t()> file_system = [] { return std::int64_t{0}; };
  };
  /// `knowledge` and `last_id`, by which ids of requests are given out, must outlive it.
  Observer(Hooks hooks, const Knowledge& knowledge, link::RequestId& last_id);

  /// From its client.
  void to_far(link::ToFar message);
  /// A message for all clients.
  void on_link(const link::ToNear& message);
  /// The target stands: who waits for a stop, and doesn't know this one, is told.
  void stands();
  /// Nobody is left who would resume a target that stands: who waits for the next stop is told the present
  /// one.
  void nobody_resumes();
  /// The next message for its client; nothing when there is none now.
  std::optional<link::ToNear> next();

  /// Its GDB was in control until now, and knows the present stop. It may stand on breakpoints of its own,
  /// and be unable to go on unless it can set them: they are agreed to.
  void lost_control();
  /// It waits for a stop.
  bool waits() const noexcept { return waits_.has_value(); }
  /// The target is stopped, and its GDB was told of this very stop.
  bool sees_present() const { return seen_ == knowledge_.state().stop_id() && knowledge_.looks(); }
  /// What its GDB believes to be set in the stub, as requests without ids: for when it takes control.
  std::vector<link::Request> believed() const;

 private:
  using Place =
      std::pair<std::int64_t, rsp::BreakpointKey>;  ///< process (0 if it isn't named) and breakpoint

  struct Wait {
    link::RequestId id = 0;
    bool of_resume = true;  ///< otherwise of `?`
    /// The only thread that GDB lets run: it steps off a breakpoint, and takes no stop of another one.
    std::string stepped = {};
  };

  /// A thread (0, 0: none) and a request.
  using Question = std::tuple<std::int64_t, std::int64_t, std::string>;
  static Question question_of(const std::optional<rsp::ThreadId>& thread, const std::string& payload);

  void on_request(link::Request request);
  void look(link::Request request);
  /// Answers from what was said at the stop that GDB was told of.
  bool remembers(const link::Request& request);
  /// Its GDB is at the present stop from now on: what it needs to stay there is asked for.
  void see_stop();
  void ask_status(link::Request request);
  void wait_for_stop(const link::Request& request);
  void open(link::Request request);
  void select(link::Request request);
  void set_breakpoint(const link::Request& request);
  void agree(const link::Request& request);
  void answer(const link::Request& request, std::string reply);
  void refuse_change(const link::Request& request);
  /// Output on the way to the stop that its GDB waits for.
  void say(const std::string& sentence);
  void tell_stop(const Wait& wait);
  /// What its GDB is told of the present stop: a breakpoint or watchpoint of the GDB in control is none of
  /// its own.
  std::string present_stop(bool to_resume) const;
  void pass(link::Request request);
  void look_further(const std::string& request, const std::string& payload);
  void ask_own(std::string payload, std::optional<rsp::ThreadId> thread);
  void pass_own(std::string payload);
  bool is_standing() const { return knowledge_.looks() && stands_at_ == knowledge_.state().stop_id(); }

  static constexpr std::size_t most_threads = 32;       ///< whose registers are remembered
  static constexpr std::size_t most_remembered = 4096;  ///< answers, of a packet at most each

  Hooks hooks_;
  const Knowledge& knowledge_;
  link::RequestId& last_id_;
  std::deque<link::ToNear> for_client_;
  std::optional<link::StopId> seen_;          ///< the stop that its GDB was told of
  std::optional<rsp::ThreadId> seen_thread_;  ///< that stopped there
  std::optional<link::StopId> stands_at_;     ///< the last one at which the target stood
  std::vector<link::Request> held_;           ///< before its GDB was told of one: until the target stops
  std::optional<Wait> waits_;
  /// The present stop was told as the end of a step off a breakpoint: GDB goes on, and has still to hear of
  /// it.
  bool owes_stop_ = false;
  bool was_in_control_ = false;
  /// What was said at seen_; at most most_remembered.
  std::map<Question, std::string> remembered_;
  std::map<link::RequestId, Question> asked_;         ///< of seen_, and under way
  std::set<link::RequestId> own_;                     ///< of asked_: nobody's of its GDB
  bool was_told_ = false;                             ///< that it observes, in words
  std::map<std::string_view, std::string> settings_;  ///< that were agreed to, by the packet's row
  std::set<Place> breakpoints_;                       ///< the same
  std::int64_t file_system_ = 0;
};

}  // namespace rspbridge::proxy::near
