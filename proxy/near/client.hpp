// One GDB's connection.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/link/messages.hpp"
#include "proxy/near/absent_files.hpp"
#include "proxy/near/expected_files.hpp"
#include "proxy/near/files_ahead.hpp"
#include "proxy/near/packet_table.hpp"
#include "proxy/near/symbol_offer.hpp"
#include "proxy/near/task.hpp"
#include "proxy/near/undo_ledger.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/endpoint.hpp"

namespace rspbridge::proxy::near {

/// What outlives a GDB's connection. One a session.
struct Shared {
  link::RequestId last_id = 0;
  bool multiprocess = false;                         ///< some GDB switched the multiprocess extension on
  bool keeps_answers = true;                         ///< false: every packet goes to the stub (`--no-cache`)
  std::map<std::int64_t, AbsentFiles> absent_files;  ///< by file system
  std::int64_t file_system = 0;                      ///< that vFile:setfs selected, in the stub
  std::string ready;                                 ///< the session's ready file, once it has one
  bool runs_through_calls = false;                   ///< far can, since it runs beside the stub
  std::set<std::string> written_files;  ///< by a GDB of this session: what is known of such a path may be old
  std::map<std::string, FileIdentity> last_seen;  ///< by path: a guess at what is there now
};

class Client;

/// Requests to the stub whose replies are awaited: `auto asked = client.ask(…); x = co_await asked;`.
/// All are sent before the first reply is waited for. The replies, in the order of the requests, are
/// run-length expanded. Must outlive the wait.
class AskedAll {
 public:
  AskedAll(const AskedAll&) = delete;
  AskedAll& operator=(const AskedAll&) = delete;
  bool await_ready() const noexcept { return requests_.empty(); }
  void await_suspend(std::coroutine_handle<> waiter);
  std::vector<std::string> await_resume() { return std::move(replies_); }

 protected:
  friend class Client;
  AskedAll(Client& client, std::vector<link::Request> requests, const PacketRow* row)
      : client_(client), requests_(std::move(requests)), row_(row), replies_(requests_.size()) {}
  Client& client_;
  std::vector<link::Request> requests_;
  const PacketRow* row_;  ///< of a packet that is sent on GDB's behalf, else null
  std::vector<std::string> replies_;
  std::size_t answered_ = 0;
};

/// One request.
class Asked : public AskedAll {
 public:
  std::string await_resume() { return std::move(replies_.front()); }

 private:
  friend class Client;
  using AskedAll::AskedAll;
};

/// Looks at files of the target, all at once: `auto looking = client.look_at({…}); seen = co_await looking;`.
/// In the order of the paths. Must outlive the wait.
class LookingAtFiles {
 public:
  LookingAtFiles(const LookingAtFiles&) = delete;
  LookingAtFiles& operator=(const LookingAtFiles&) = delete;
  bool await_ready() const noexcept { return paths_.empty(); }
  bool await_suspend(std::coroutine_handle<> waiter);
  std::vector<link::FileSeen> await_resume() { return std::move(seen_); }

 private:
  friend class Client;
  LookingAtFiles(Client& client, std::vector<std::string> paths, std::uint64_t most)
      : client_(client), paths_(std::move(paths)), most_(most), seen_(paths_.size()) {}
  Client& client_;
  std::vector<std::string> paths_;
  std::uint64_t most_;  ///< bytes of each
  std::vector<link::FileSeen> seen_;
  std::size_t left_ = 0;
};

/// Routes what one GDB sends by the packet table, and gives it its replies in the order of its
/// requests. Sans-IO: bytes in, bytes out.
class Client {
 public:
  struct Hooks {
    link::SendToFar far;
    std::function<void(std::string)> warning;
    std::function<void(std::string)> info = [](const std::string&) {};  ///< worth a line in the log
    /// Everything that was learned of the target is forgotten.
    std::function<void()> flush = [] {};
    std::function<FilesAhead::Clock::time_point()> now = FilesAhead::Clock::now;
    /// How the way to the stub stands: lines for people.
    std::function<std::string()> describe_link = [] { return std::string(); };
    /// Who is connected, and who controls the target: lines for people.
    std::function<std::string()> describe_clients = [] { return std::string(); };
    /// This GDB is to control the target; what came of it, for people.
    std::function<std::string()> take = [] { return std::string("This GDB controls the target.\n"); };
    /// False: this GDB only observes (near/observer.hpp).
    std::function<bool()> controls = [] { return true; };
  };
  /// `shared` must outlive the client. `view` is what this GDB gets to see of the target.
  Client(Hooks hooks, Shared& shared, ViewSettings view = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void on_gdb_bytes(std::string_view bytes);
  /// GDB's connection ended. Gives what takes back what it left in the stub. Call once.
  std::vector<UndoLedger::Entry> on_gdb_closed();
  void on_link(const link::ToNear& message);
  /// This GDB controls the target from now on: what it selected counts.
  void take_control();
  /// It doesn't any more. Gives what takes back what it left in the stub, but for its open files.
  std::vector<UndoLedger::Entry> lose_control() { return undo_.take_all_but("vFile:close:"); }
  /// GDB waits for a reply, or for a stop.
  bool is_waiting() const noexcept { return !slots_.empty() || !incoming_.empty(); }
  /// GDB gives a stub a few seconds for a reply (`set remotetimeout`), and one of ours may take longer: the
  /// link is slow or cut, or a file is read first. GDB skips what is no packet and starts its clock anew,
  /// so an acknowledgement that it doesn't need keeps it waiting (remote.c, getpkt). Others may not.
  bool takes_patience() const noexcept { return is_gdb_ && !slots_.empty() && awaits_reply_; }

  /// Bytes to be written to GDB now.
  std::string take_output() { return gdb_.take_output(); }

  // ---- for the handlers of the packet table ----

  /// Asks the stub something of our own: GDB's notes and what it selected stay as they are.
  Asked ask(std::string payload, link::Effect effect = link::Effect::looks,
            link::Answer answer = link::Answer::reply);
  /// Several that change nothing.
  AskedAll ask_all(std::vector<std::string> payloads);
  LookingAtFiles look_at(std::vector<std::string> paths, std::uint64_t most = link::LookAtFile::first_page) {
    return {*this, std::move(paths), most};
  }
  /// Looks at a file that somebody will look at soon; its id doesn't matter.
  void look_ahead(link::LookAtFile file);
  /// Whether look_ahead() did, and nobody has taken it.
  bool looks_ahead(const link::LookAtFile& file) const { return files_ahead_.has(file); }
  /// GDB will read memory there.
  void read_ahead(std::uint64_t address);
  void expect_files(const ExpectedFiles& files) { view_.files().expect(files); }
  /// What is known of files from looking at them holds no longer.
  void forget_files() {
    shared_.absent_files.clear();
    files_ahead_.clear();
  }
  /// Sends the stub a packet on GDB's behalf: what the row notes of such packets is noted, and output
  /// on the way goes to GDB.
  Asked pass(const PacketRow& row, std::string payload);

  /// Answers the packet at hand, in its turn.
  void answer(std::string reply);
  /// Sends the packet at hand to the stub.
  void forward(const PacketRow& row, std::string_view payload);
  /// Answers OK, and ends acknowledgement on this leg right after it.
  void agree_no_ack();
  void set_non_stop(bool on) { non_stop_ = on; }
  void set_is_gdb(bool is_gdb) { is_gdb_ = is_gdb; }
  /// The Hg packet that would select what is selected; empty if that isn't known.
  const std::string& general_thread() const noexcept { return general_thread_; }
  /// Its `pPID` part; empty if it names no process.
  std::string general_process() const;
  void set_general_thread(std::string hg) { general_thread_ = std::move(hg); }
  SymbolOffer& symbol_offer() noexcept { return symbol_offer_; }
  void give_symbols(std::vector<link::Symbol> symbols) { hooks_.far(link::Symbols{std::move(symbols)}); }
  /// Which calls GDB steps over from now on. Nothing is sent if that was known.
  void give_hint(link::StepHint hint);
  UndoLedger& undo() noexcept { return undo_; }
  /// The process ("p1f"; empty: any) is gone, and with it what GDB left there and what was selected of it.
  void process_left(const std::string& process);
  Shared& shared() noexcept { return shared_; }
  /// That this GDB selected with vFile:setfs.
  std::int64_t file_system() const noexcept { return file_system_; }
  void set_file_system(std::int64_t pid);
  void warn(std::string text) { hooks_.warning(std::move(text)); }
  void inform(std::string text) { hooks_.info(std::move(text)); }
  bool non_stop() const noexcept { return non_stop_; }
  const Hooks& hooks() const noexcept { return hooks_; }

 private:
  friend class AskedAll;
  friend class LookingAtFiles;
  /// Who waits for the reply to a request.
  struct Waiting {
    AskedAll* asked = nullptr;
    std::size_t index = 0;  ///< of the request in `asked`
    std::coroutine_handle<> waiter;
  };
  struct Slot {
    link::RequestId id = 0;
    std::string request;
    const PacketRow* row = nullptr;
    std::optional<std::string> reply;
    bool then_no_ack = false;
  };
  /// What GDB selected, or the stub at the last stop; nothing before either.
  std::optional<rsp::ThreadId> selected_thread() const;
  link::Request request(std::string payload, link::Effect effect, link::Answer answer);
  void on_packet(std::string payload);
  bool is_retransmission(const std::string& payload) const;
  void begin(std::string payload);
  /// Ends the task under way if it is done, and begins what waited for it.
  void go_on();
  void resume(link::RequestId id, const std::string& payload, bool final);
  /// Resumes the task under way.
  void go_on_with(std::coroutine_handle<> waiter);
  void on_file_seen(link::FileSeen seen);
  void on_reply(link::RequestId id, const std::string& payload, bool final);
  void flush();
  /// A packet of GDB's passes: what was looked at before it may be old then.
  void drop_files_ahead(const PacketRow& row);
  /// Follows which thread is selected, and drops what belonged to a process that is gone.
  void look_into_stop(std::string_view stop_reply);

  Hooks hooks_;
  Shared& shared_;
  rsp::Endpoint gdb_;
  std::deque<Slot> slots_;
  UndoLedger undo_;
  SymbolOffer symbol_offer_;
  link::StepHint hint_;
  std::string general_thread_;
  std::int64_t file_system_ = 0;
  bool non_stop_ = false;
  bool is_gdb_ = false;        ///< by the features that it offered
  bool awaits_reply_ = false;  ///< its last packet isn't one that waits for a stop
  View view_;
  std::map<link::RequestId, Waiting> waiting_;
  struct Looking {
    LookingAtFiles* files = nullptr;
    std::size_t index = 0;
    link::LookAtFile asked;
    std::coroutine_handle<> waiter;
  };
  std::map<link::RequestId, Looking> looking_;
  FilesAhead files_ahead_;
  std::deque<std::string> incoming_;       ///< packets that wait for the task under way
  std::optional<Task<std::string>> task_;  ///< gives the reply of the last slot
  bool in_task_ = false;                   ///< the task is running at this moment
};

}  // namespace rspbridge::proxy::near
