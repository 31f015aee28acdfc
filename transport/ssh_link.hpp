// One libssh session in the asio loop. libssh is only ever asked to do what can be done without
// waiting; asio does the waiting.
#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "transport/ssh.hpp"
#include "transport/ssh_dial.hpp"
#include "transport/ssh_handles.hpp"
#include "transport/ssh_options.hpp"
#include "transport/wakeup.hpp"

namespace rspbridge::transport {

class SshLink : public std::enable_shared_from_this<SshLink> {
 public:
  /// `known_hosts_file` is for libssh. Throws SshError (bad_config) for what libssh doesn't accept.
  SshLink(const asio::any_io_executor& executor, const SshOptions& options, Dialed dialed,
          const std::string& known_hosts_file);
  SshLink(const SshLink&) = delete;
  SshLink& operator=(const SshLink&) = delete;
  ~SshLink();

  ssh_session session() const noexcept { return session_.get(); }
  const asio::any_io_executor& executor() const noexcept { return executor_; }

  /// Calls `step`, which calls libssh, until it returns something else than `again`, and returns that.
  /// `step` outlives the call. Throws SshError (connection_lost) if the link is lost meanwhile.
  asio::awaitable<int> drive(const std::function<int()>& step, int again);

  /// From now on, channels are served whenever bytes arrive, and the server is asked for signs of
  /// life. To be called once, after authentication.
  void serve(const SshOptions& options);

  /// To be called after any use of libssh: flushes, and tells whoever may go on.
  void touch();

  /// Whether libssh holds bytes that the socket doesn't take; more had better wait.
  bool backed_up() const noexcept;

  /// Until something may have changed: bytes came, or bytes left.
  asio::awaitable<void> progress() { return progress_.wait(); }

  /// Ends the link; all that wait fail with connection_lost and `reason`, a whole sentence.
  void fail(std::string reason) noexcept;
  bool lost() const noexcept { return lost_; }
  void throw_if_lost() const;

  /// See SshSession::on_silence().
  void on_silence(std::function<void(const std::optional<SshSession::Silence>&)> told) {
    told_ = std::move(told);
  }

  /// libssh's last error, and what a proxy command complained of.
  std::string last_error() const;

  /// `wakeup` is notified if the link is lost, until forget() is called.
  void remember(Wakeup& wakeup) { waiting_channels_.insert(&wakeup); }
  void forget(Wakeup& wakeup) { waiting_channels_.erase(&wakeup); }

 private:
  using Descriptor = asio::posix::stream_descriptor;
  void configure(const SshOptions& options, const std::string& known_hosts_file);
  void set(ssh_options_e option, const void* value, const char* keyword);
  void set_list(ssh_options_e option, const std::string& list, const char* keyword);
  void stay_nonblocking() noexcept;
  void arm();
  void on_ready();
  void drain();
  void note_traffic();
  void watch_for_silence(std::weak_ptr<SshLink> self);
  void look_for_silence();
  void ask_for_life();
  void tell_silence();

  asio::any_io_executor executor_;
  SshSessionHandle session_;
  SshEventHandle event_;   // set once the link is served
  Descriptor descriptor_;  // a duplicate: libssh closes its own
  std::shared_ptr<ProxyProcess> proxy_;
  bool is_tcp_;
  bool waits_to_read_ = false, waits_to_write_ = false;

  ssh_counter_struct counter_{};
  std::uint64_t bytes_seen_ = 0, bytes_sent_ = 0;
  Wakeup progress_;
  std::set<Wakeup*> waiting_channels_;

  using TimePoint = std::chrono::steady_clock::time_point;
  asio::steady_timer silence_timer_;
  TimePoint last_sign_of_life_;
  std::optional<TimePoint> sent_;   ///< the first of what was sent since then
  std::optional<TimePoint> asked_;  ///< for a sign of life, first since then
  bool silent_ = false;
  std::chrono::seconds alive_interval_{0};
  int alive_count_max_ = 0, unanswered_ = 0;
  std::function<void(const std::optional<SshSession::Silence>&)> told_;

  bool lost_ = false;
  std::string reason_;
};

}  // namespace rspbridge::transport
