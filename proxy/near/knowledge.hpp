// What near knows of the stopped target, and answers without asking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "proxy/link/link_report.hpp"
#include "proxy/link/messages.hpp"
#include "proxy/link/target_state.hpp"
#include "proxy/near/bundle_budget.hpp"
#include "proxy/near/expected_files.hpp"
#include "proxy/near/known_memory.hpp"
#include "proxy/near/packet_table.hpp"
#include "proxy/near/read_ahead.hpp"
#include "proxy/near/undo_ledger.hpp"
#include "proxy/near/working_set.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {

/// Stands between near's clients and the link. Requests that are answered by what the stub said already, or
/// is about to say, go no further; how long an answer holds is the packet's Keep. An answer is given as the
/// stub gave it, byte by byte. Errors aren't kept, and nothing is while any thread runs or in non-stop mode.
class Knowledge {
 public:
  struct Hooks {
    link::SendToFar far;  ///< the way to the stub's end
    /// The stub has answered a request of GDB's with Effect::changes; the reply is run-length expanded.
    std::function<void(const PacketRow& row, const std::string& request, const std::string& reply)> changed =
        {};
    /// GDB will open these files.
    std::function<void(const ExpectedFiles& files)> expects_files = [](const auto&) {};
    /// How the link stands now; by this what comes unasked with a stop is bounded.
    std::function<link::LinkFigures()> link = [] { return link::LinkFigures{}; };
  };
  /// Ids of requests that aren't a client's are given out by `last_id`, which must outlive this.
  Knowledge(Hooks hooks, link::RequestId& last_id);

  /// False: everything passes (`--no-cache`). Call before anything is asked.
  void set_enabled(bool enabled) { enabled_ = enabled; }
  /// By the target's architecture.
  void set_machine(const link::MachineRow* machine) { working_set_.set_machine(machine); }

  /// From a client.
  void to_far(link::ToFar message);
  /// GDB's connection is gone; `undo` takes back what it left in the stub, once the target is stopped.
  void gdb_gone(std::vector<UndoLedger::Entry> undo);
  /// A request that isn't GDB's; its id and of_gdb are set here. `done` gets the stub's whole answer,
  /// run-length expanded, out of next(); nothing if it was refused because the target runs.
  void ask(link::Request request, std::function<void(std::optional<std::string> reply)> done);
  /// From the stub's end.
  void to_near(link::ToNear message);
  /// The next message for the clients, in order; nothing when there is none now.
  std::optional<link::ToNear> next();

  const link::TargetState& state() const noexcept { return state_; }
  const link::MachineRow* machine() const { return working_set_.machine(); }
  /// What the stub offered when it was asked last; empty before.
  const std::string& features() const noexcept { return features_; }
  /// The stub has set this software breakpoint in that process (0: not named) for the GDB in control.
  bool has_set(std::int64_t pid, const rsp::BreakpointKey& key) const {
    return set_before_.contains({pid, key});
  }
  /// The memory map of this stop; null while it isn't known.
  const memmap::VmaMap* map() const noexcept { return memory_.has_map() ? &memory_.map() : nullptr; }
  bool expects_map() const noexcept { return memory_.expects_map(); }
  void count_as_stop() { state_.count_as_stop(); }
  /// The target runs: a resume waits, or is under way.
  bool running() const;
  /// Requests that wait for no stop are answered now.
  bool looks() const noexcept { return !state_.non_stop() && resumes_.empty(); }
  /// The stub has answered everything.
  bool idle() const noexcept { return passed_.empty(); }

  /// Everything that was learned is forgotten (`monitor rspbridge flush`).
  void forget();
  link::LinkReport report() const;

 private:
  struct Key {
    Keep keep = Keep::never;
    std::optional<rsp::ThreadId> thread;  ///< of Keep::registers
    std::string payload;
    friend bool operator<(const Key& a, const Key& b) { return a.order() < b.order(); }

   private:
    std::tuple<Keep, bool, bool, std::int64_t, std::int64_t, const std::string&> order() const {
      const rsp::ThreadId id = thread.value_or(rsp::ThreadId{});
      return {keep, thread.has_value(), id.pid.has_value(), id.pid.value_or(0), id.tid, payload};
    }
  };
  struct Answer {
    std::optional<std::string> payload;  ///< nothing while it is under way
    link::RequestId id = 0;              ///< of the request for it; 0: it comes by itself
    std::vector<link::Request> waiting;
  };
  struct MemoryWait {
    link::Request request;
    rsp::MemoryRead read;
  };
  /// What a request that passed will tell when it is answered.
  struct Passed {
    std::optional<Key> key;
    std::optional<std::uint64_t> page;
    std::string payload;
    link::Effect effect = link::Effect::looks;
    link::Answer answer = link::Answer::reply;
    bool of_gdb = true;
    std::optional<rsp::ThreadId> thread = {};
  };

  bool keeps() const noexcept { return enabled_ && looks(); }
  bool is_own(const link::ToNear& message);
  void on_request(link::Request request);
  void look(link::Request request);
  bool take_ahead(link::Request& request);
  /// What nobody asked for yet isn't counted.
  void ask_stub(link::Request request, std::optional<Key> key = std::nullopt);
  void pass(link::Request request, std::optional<Key> key = std::nullopt);
  /// The request is about to be asked, and somebody waits for the answer.
  void count_trip(const link::Request& request);
  link::Wanted wanted() const { return working_set_.wanted(budget_.things()); }
  /// Where the program went far, a person will look around: the other threads' registers, if they are few and
  /// a round trip is long.
  void expect_look_around();
  void ask_ahead();
  /// Who asks for another thread's registers will ask for all threads', and for the stacks that they point
  /// to.
  void ask_other_threads(const std::optional<rsp::ThreadId>& asked);
  /// Of many threads' stacks only if GDB has asked about another thread: others who list threads don't read
  /// them.
  bool wants_stacks() const;
  void look_at_stacks();
  /// If `key` asks for the registers of a thread that isn't the stopped one.
  void look_at_stack(const Key& key, const std::string& registers);
  void before_change(const link::Request& request, const PacketRow& row);
  void before_resume(const link::Request& request);
  void drop_of_stop();
  void drop_answers(Keep keep);
  bool lives(const link::Request& request) const;
  Key key_of(const PacketRow& row, const std::optional<rsp::ThreadId>& thread, std::string payload) const;

  static constexpr std::uint64_t most_kept_read = 1024;  ///< bytes; longer ones are read ahead
  static_assert(ReadAhead::min_length <= most_kept_read);
  static constexpr std::uint64_t longest_from_pages =
      16384;  ///< bytes, of a read whose pages are known already
  bool read_memory(link::Request& request);
  /// A read that is too long for pages: answered from what was read ahead, or asked for.
  bool read_in_bulk(link::Request& request);
  /// Asks for the memory map if it was dropped since the stop.
  void want_map();
  /// Pages, and what was read ahead.
  void drop_memory();

  /// What the stub is sure to do is answered, or held until it is known whether it is sure. False: the stub
  /// must be asked.
  bool promises(link::Request& request, const PacketRow& row);
  bool promises_breakpoint(link::Request& request);
  void promise(link::Request request, const std::string& reply,
               std::function<void(const std::optional<std::string>& said)> done);
  void tell_unknown(const std::string& question);
  /// The stub has set a software breakpoint of this kind in that page of the process before.
  bool sets_in_page(const std::pair<std::int64_t, rsp::BreakpointKey>& wanted) const;
  void pass_undecided();
  void decide();
  void learn_breakpoint(const Passed& passed, const std::string& reply);
  /// False: it must wait.
  bool advance(MemoryWait& wait);
  void advance_all();
  void fetch(std::uint64_t page, const link::Request& request);
  bool is_of_memory_process(const std::optional<rsp::ThreadId>& thread) const;

  void on_reply(link::Reply reply);
  void on_refused(link::RequestId id);
  void on_stop(link::StopBundle bundle);
  void on_fact(link::Fact fact);
  void on_map(link::RequestId id, const link::MapRead& read);
  void learn(const Passed& passed, const std::string& payload);
  void learn_stop(const std::string& reply, const std::optional<rsp::ThreadId>& before);
  void learn_answer(const Key& key, link::RequestId id, std::string payload);
  void learn_threads(Key key);
  /// What a GDB that has connected reads of the program, and its files.
  void look_at_images();
  /// A page that look_at_images() asked for leads to more.
  void look_into(std::uint64_t page);
  void fetch_if_plain(std::uint64_t address);
  void learn_libraries(const Key& key, const std::string& payload);
  void reply_to(link::RequestId id, std::string payload);

  Hooks hooks_;
  link::TargetState state_;
  std::deque<link::ToNear> for_clients_;
  std::map<link::RequestId, std::function<void(std::optional<std::string>)>> own_;
  link::RequestId& last_id_;
  bool enabled_ = true;
  std::string features_;               ///< run-length expanded
  std::set<link::RequestId> resumes_;  ///< under way
  std::map<link::RequestId, Passed> passed_;
  std::map<Key, Answer> answers_;
  std::set<std::pair<std::int64_t, std::int64_t>> alive_;  ///< process (0 if it isn't named) and thread
  KnownMemory memory_;
  std::deque<MemoryWait> waits_;
  ReadAhead ahead_;
  /// What the present GDB's helper told of: once it was `listed`, it knows the libraries.
  link::StepHint::Calls hinted_ = link::StepHint::Calls::none;
  bool stacks_asked_ = false;  ///< GDB has asked for another thread's registers at this stop
  bool wants_images_ = false;  ///< a GDB has just connected, and its map is on the way
  /// Which a GDB that has connected is about to read: of the program's headers and of the vDSO; 0: neither.
  std::uint64_t headers_page_ = 0, vdso_page_ = 0;
  std::set<std::string> libraries_;  ///< of the program, that were listed since a GDB connected
  bool symbols_given_ = false;       ///< the next `qSymbol::` needs nothing of GDB
  link::RequestId map_read_ = 0;     ///< of want_map()
  bool map_is_unavailable_ = false;  ///< for this program
  WorkingSet working_set_;
  std::vector<link::Request> undecided_;  ///< breakpoints that wait for the map or a page
  /// By process: what GDB set and didn't remove; what the stub has set before, and so can again; what it
  /// refused.
  std::set<std::pair<std::int64_t, rsp::BreakpointKey>> inserted_, set_before_, refused_;
  bool stub_inserts_ = false;  ///< it has set a breakpoint already
  std::set<std::string_view> refused_settings_;
  std::uint64_t answered_ = 0, awaited_ = 0, asked_ = 0;  ///< questions, as LinkReport has them
  std::map<std::string_view, std::uint64_t> trips_;       ///< that GDB waited for, by the packet's row
  BundleBudget budget_;
};

}  // namespace rspbridge::proxy::near
