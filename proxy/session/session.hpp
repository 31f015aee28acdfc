// One debugging session: a stub, the GDBs that come and go, and near and far between them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include "proxy/inspect/control.hpp"
#include "proxy/inspect/stub_access.hpp"
#include "proxy/link/messages.hpp"
#include "proxy/near/client.hpp"
#include "proxy/near/knowledge.hpp"
#include "proxy/recorder.hpp"
#include "proxy/session/far_side.hpp"
#include "proxy/session/known_gdb.hpp"
#include "proxy/session/out_queue.hpp"
#include "rsp/thread_id.hpp"
#include "transport/stream.hpp"
#include "transport/tcp.hpp"

namespace rspbridge::proxy {

/// What becomes of the target's processes when rspbridge ends.
enum class OnExit : std::uint8_t {
  detach,
  kill,
  as_started,  ///< kills what the stub started, detaches from what it attached to
};

/// How a session ended.
struct SessionEnd {
  bool ok = true;
  std::string reason;  ///< a sentence, for the log
  bool connection_lost = false;
};

/// Joins one stub with any number of GDBs, of which one controls the target and the others observe, and with
/// who else looks at it. Everything runs on one executor.
class Session final : public inspect::StubAccess, public inspect::Control {
 public:
  struct Options {
    OnExit on_exit = OnExit::detach;
    /// The session is over once GDB left and no process is left to debug.
    bool end_when_empty = true;
    Recorder* recorder = nullptr;  ///< not owned; may be null
    bool far_on_target = false;    ///< the stream given leads to a far helper, and speaks the link
    std::string version;           ///< of this program, for the helper
    bool keeps_answers = true;     ///< false: every packet goes to the stub (`--no-cache`)
    /// Interrupts a process of the target without the stub; may be empty. gdbserver 13 sends ^C's
    /// SIGINT to a process group, and so stops no process that doesn't lead one.
    std::function<asio::awaitable<void>(std::int64_t pid)> interrupt_process;
    /// The view that a GDB gets; nothing: what suits the connecting process (`--view auto`).
    std::optional<near::ViewKind> view;
    std::string view_document, view_file;  ///< of ViewKind::file: its contents and its path
    /// Where a view's symbol files come from. May be empty, or give null: then files pass as they are.
    std::function<std::shared_ptr<near::SymbolStore>(near::ViewKind)> symbols;
    /// Reads a file of the target without the stub; throws std::system_error. May be empty.
    std::function<asio::awaitable<std::string>(std::string path)> read_target_file;
    /// As many bytes of such a file, or fewer where it ends.
    std::function<asio::awaitable<std::string>(std::string path, std::uint64_t offset, std::size_t most)>
        read_target_file_part;
  };
  /// `stub` leads to the stub, or to the far helper beside it.
  Session(asio::any_io_executor executor, transport::StreamPtr stub, Options options);
  ~Session() override;

  /// Speaks to the stub for the first time. Throws std::runtime_error with a sentence if it doesn't
  /// answer as a stub does within `timeout`.
  asio::awaitable<void> open(std::chrono::seconds timeout);

  /// Asks the stub something of our own, before any GDB is there.
  asio::awaitable<std::string> ask(std::string payload, link::Effect effect, link::Answer answer);

  /// Asks without waiting: what is asked or resumed next comes right behind it. `answered` gets nothing if
  /// the stub is gone; it is called from the loop.
  void ask_ahead(std::string payload, link::Effect effect,
                 std::function<void(const std::optional<std::string>&)> answered);

  /// The architecture that the stub's target description names ("aarch64", "i386:x86-64"); nothing if
  /// the stub has none, or no process yet.
  asio::awaitable<std::optional<std::string>> architecture();

  /// Lets the target run, without a GDB, by `payload` (vCont). Returns its stop reply, run-length expanded,
  /// or nothing if it still runs after `most`. Throws std::runtime_error if the session ends without one.
  asio::awaitable<std::optional<std::string>> resume(std::string payload, std::chrono::milliseconds most);
  /// Stops a target that runs. The stop reply; nothing if it can't be stopped within some seconds.
  asio::awaitable<std::optional<std::string>> interrupt();
  /// How often the stub's end was written to after something had come from there: what passed on the link.
  std::uint64_t round_trips() const noexcept { return round_trips_; }

  /// What `monitor rspbridge session` tells: the ready file.
  void set_ready(std::string ready) { shared_.ready = std::move(ready); }

  /// Whether the target's machine gives no sign of life, which those who look are told.
  void set_link_silent(bool silent);

  /// Takes GDBs from `listener` until the session ends.
  void serve(transport::ListenerPtr listener);

  /// Waits until the stub is gone, the session is empty, or request_end() was called; then treats
  /// the target as `on_exit` says. Call once.
  asio::awaitable<SessionEnd> wait();

  /// Closes everything without a word to the stub, for a session that could not be opened. Afterwards no
  /// coroutine uses it any more.
  asio::awaitable<void> abandon();

  /// Makes wait() return, with `reason` for the log.
  void request_end(std::string reason);

  std::optional<rsp::ThreadId> stopped_thread() const { return knowledge_.state().stopped_thread(); }

  inspect::State state() const override;
  asio::awaitable<inspect::Result<Answers>> ask(std::vector<Question> questions) override;
  asio::awaitable<std::optional<memmap::VmaMap>> map_of_stop() override;
  asio::awaitable<inspect::Result<std::string>> read_file(std::string path, Holds holds) override;
  asio::awaitable<inspect::Result<std::string>> read_file_part(std::string path, std::uint64_t offset,
                                                               std::size_t most) override;
  std::size_t largest_read() const override;
  link::LinkReport link_report() const override { return knowledge_.report(); }
  void observe(inspect::StubAccess::Observer* observer) override { observer_ = observer; }
  void count_as_stop() override;

  asio::awaitable<std::optional<inspect::Failure>> interrupt_target() override;
  asio::awaitable<std::optional<inspect::Failure>> continue_target() override;

 private:
  static constexpr int most_complaints = 10;  ///< of the stub, in the log
  struct Connection;
  /// Counts a coroutine for as long as it uses the session. None may wait for longer than the session lasts.
  class Counted {
   public:
    explicit Counted(Session& session) : session_(session) { ++session_.users_; }
    ~Counted() {
      if (--session_.users_ == 0) session_.wake();
    }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

   private:
    Session& session_;
  };
  /// Runs `work` by itself. What it throws ends the session.
  void spawn(asio::awaitable<void> work);
  asio::awaitable<void> guarded(asio::awaitable<void> work);
  /// Awaits what goes past the stub and doesn't use the session: it hangs with the link, and then isn't
  /// waited for any longer than the session lasts. Throws what it throws; std::system_error if the session
  /// ended first.
  asio::awaitable<void> until_end(asio::awaitable<void> work);
  /// The same, no longer than until `given_up`.
  asio::awaitable<std::string> read_until(std::function<bool()> given_up,
                                          asio::awaitable<std::string> reading);
  asio::awaitable<void> work_until(std::function<bool()> given_up, asio::awaitable<void> work);
  asio::awaitable<void> accept_from(transport::Listener& listener);
  static std::unique_ptr<FarSide> make_far(const Options& options);
  asio::awaitable<void> read_stub();
  /// Keeps GDB from giving up on a reply that takes long.
  asio::awaitable<void> keep_patient(std::shared_ptr<Connection> connection);
  asio::awaitable<void> read_gdb(std::shared_ptr<Connection> connection);
  void complain(const std::string& text);
  asio::awaitable<void> end_if_empty();
  asio::awaitable<void> leave_target();
  /// Kills or detaches one process, as on_exit says; false if the stub refused.
  asio::awaitable<bool> leave_process(std::string pid);
  asio::awaitable<void> wait_for(std::function<bool()> condition, std::chrono::milliseconds most);
  /// An object of the target's (GDB manual, "General Query Packets", qXfer), whole; nothing if the stub has
  /// none.
  asio::awaitable<std::optional<std::string>> object(std::string name, std::string annex);
  asio::awaitable<std::vector<rsp::ThreadId>> threads();
  /// The target's processes as `PID` in hex, or "" for the one of a stub without multiprocess.
  asio::awaitable<std::vector<std::string>> processes();
  /// False, with a line in the log, for one that isn't served.
  bool serves(const transport::Peer& peer) const;
  void admit(transport::Accepted accepted);
  std::shared_ptr<Connection> connect(transport::Accepted accepted);
  void make_observer(Connection& connection);
  /// Hands control of the target over; says what came of it.
  std::string take(const std::shared_ptr<Connection>& connection);
  std::string who_controls() const;
  std::string describe_clients(const Connection* asking) const;
  std::vector<std::shared_ptr<Connection>> clients() const;
  /// Gives observers their messages; false if there was none.
  bool carry_to_observers();
  /// GDB has changed something in the target.
  void on_change(const near::PacketRow& row, const std::string& request, const std::string& reply);
  /// Tells observers of a stop that isn't one on the way to another.
  void watch_for_stand();
  asio::awaitable<void> tell_if_standing(link::StopId stop);
  void write_to(Connection& connection);
  near::ViewSettings view_for(const transport::Peer& peer) const;
  ViewChoice picked_view(const transport::Peer& peer) const;
  /// A ^C was sent: sees to it that the target stops, by other means if need be.
  asio::awaitable<void> insist_on_stop();
  void deliver(const link::ToNear& message);
  void gdb_left(const std::shared_ptr<Connection>& connection);
  void carry_messages();
  /// Carries messages over the link and bytes to both streams until nothing is left to move.
  void settle();
  void end(SessionEnd how);
  void tell_observer();
  inspect::Failure why_not() const;
  void wake() {
    for (auto& waiter : waiters_) waiter.cancel();
  }

  asio::any_io_executor executor_;
  std::shared_ptr<transport::Stream> stub_;
  std::shared_ptr<OutQueue> to_stub_;
  Options options_;
  std::unique_ptr<FarSide> far_;
  near::Shared shared_;
  near::Knowledge knowledge_;
  std::shared_ptr<Connection> gdb_;  ///< the one in control
  std::vector<std::shared_ptr<Connection>> observers_;
  bool left_ = false;                      ///< no process is left, when it was looked at last
  std::optional<link::StopId> stands_at_;  ///< the stop that observers hear of, if it lasts
  std::optional<SessionEnd> end_;
  std::optional<std::string> architecture_;  ///< as far as the stub was asked
  std::vector<transport::ListenerPtr> listeners_;
  int users_ = 0;  ///< coroutines that use this session
  bool stub_open_ = false;
  bool leaving_ = false;  ///< the target is being left; what more asks for the end is on its way already
  bool connection_lost_ = false;
  bool link_silent_ = false;
  std::optional<bool> opened_;  ///< what answers is a stub
  std::map<link::RequestId, std::function<void(link::FileRead)>> file_reads_;
  int complaints_ = 0;
  bool settling_ = false;
  std::uint64_t round_trips_ = 0;
  bool heard_ = true;  ///< something came from the stub's end since it was last written to
  std::shared_ptr<std::optional<std::string>> resumed_;  ///< what resume() waits for
  inspect::StubAccess::Observer* observer_ = nullptr;
  inspect::State told_;  ///< what the observer knows
  std::list<asio::steady_timer>
      waiters_;  ///< one for each wait_for() under way; cancelled whenever something happened
  /// What outlives this session holds it weakly.
  std::shared_ptr<Session*> alive_ = std::make_shared<Session*>(this);
};

}  // namespace rspbridge::proxy
