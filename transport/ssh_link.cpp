#include "transport/ssh_link.hpp"

#include <fcntl.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <asio/post.hpp>

#include "transport/ssh_known_hosts.hpp"

namespace rspbridge::transport {
namespace {

// libssh reads 4 KiB at a time. This many reads, and the loop's other work gets its turn.
constexpr int reads_at_once = 256;

// Silence is looked for so often. What isn't answered that long may wait for the program at the other end, so
// the server itself is asked; if it doesn't answer in that time either, something is wrong.
constexpr std::chrono::seconds silence_period{1}, prompt_answer{3};

}  // namespace

SshLink::SshLink(const asio::any_io_executor& executor, const SshOptions& options, Dialed dialed,
                 const std::string& known_hosts_file)
    : executor_(executor),
      session_(ssh_new()),
      descriptor_(executor),
      proxy_(std::move(dialed.proxy)),
      is_tcp_(dialed.is_tcp),
      progress_(executor),
      silence_timer_(executor) {
  if (!session_) throw std::bad_alloc();
  configure(options, known_hosts_file);
  descriptor_.assign(::fcntl(dialed.fd.get(), F_DUPFD_CLOEXEC, 3));
  int fd = dialed.fd.get();
  set(SSH_OPTIONS_FD, &fd, "socket");
  (void)dialed.fd.release();  // libssh's from here: ssh_free() closes it
  ssh_set_counters(session_.get(), &counter_, nullptr);
  ssh_set_blocking(session_.get(), 0);
}

SshLink::~SshLink() {
  std::error_code closed_anyway;
  descriptor_.close(closed_anyway);
  if (event_) ssh_event_remove_session(event_.get(), session_.get());
}

void SshLink::set(ssh_options_e option, const void* value, const char* keyword) {
  if (ssh_options_set(session_.get(), option, value) < 0)
    throw SshError(SshErrc::bad_config, "libssh doesn't take the SSH option " + std::string(keyword) + ": " +
                                            ssh_get_error(session_.get()) + ".");
}

void SshLink::set_list(ssh_options_e option, const std::string& list, const char* keyword) {
  if (!list.empty()) set(option, list.c_str(), keyword);
}

void SshLink::configure(const SshOptions& options, const std::string& known_hosts_file) {
  const bool no = false;
  set(SSH_OPTIONS_PROCESS_CONFIG, &no, "ProcessConfig");
  // Not the real name: that is looked up in known_hosts before, and libssh would have it parsed.
  set(SSH_OPTIONS_HOST, SshKnownHosts::sole_host, "HostName");
  set(SSH_OPTIONS_USER, options.user.c_str(), "User");
  set(SSH_OPTIONS_KNOWNHOSTS, known_hosts_file.c_str(), "UserKnownHostsFile");
  set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null", "GlobalKnownHostsFile");
  const int strict = 1;
  set(SSH_OPTIONS_STRICTHOSTKEYCHECK, &strict, "StrictHostKeyChecking");
  if (options.agent_socket) set(SSH_OPTIONS_IDENTITY_AGENT, options.agent_socket->c_str(), "IdentityAgent");
  const SshAlgorithms& algorithms = options.algorithms;
  set_list(SSH_OPTIONS_CIPHERS_C_S, algorithms.ciphers, "Ciphers");
  set_list(SSH_OPTIONS_CIPHERS_S_C, algorithms.ciphers, "Ciphers");
  set_list(SSH_OPTIONS_HMAC_C_S, algorithms.macs, "MACs");
  set_list(SSH_OPTIONS_HMAC_S_C, algorithms.macs, "MACs");
  set_list(SSH_OPTIONS_KEY_EXCHANGE, algorithms.key_exchange, "KexAlgorithms");
  set_list(SSH_OPTIONS_HOSTKEYS, algorithms.host_keys, "HostKeyAlgorithms");
  set_list(SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, algorithms.public_keys, "PubkeyAcceptedAlgorithms");
  set(SSH_OPTIONS_COMPRESSION, options.compression ? "yes" : "no", "Compression");
  if (options.rekey_bytes > 0) set(SSH_OPTIONS_REKEY_DATA, &options.rekey_bytes, "RekeyLimit");
}

// libssh makes the socket blocking again as soon as it is connected; a full send buffer would then
// stop the whole loop. The flag belongs to both duplicates.
void SshLink::stay_nonblocking() noexcept {
  const int flags = ::fcntl(descriptor_.native_handle(), F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) == 0)
    ::fcntl(descriptor_.native_handle(), F_SETFL, flags | O_NONBLOCK);
}

asio::awaitable<int> SshLink::drive(const std::function<int()>& step, int again) {
  const auto self = shared_from_this();
  while (true) {
    throw_if_lost();
    const int result = step();
    if (!event_) stay_nonblocking();
    if (result != again) {
      touch();
      co_return result;
    }
    touch();
    throw_if_lost();
    arm();
    co_await progress_.wait();
  }
}

void SshLink::serve(const SshOptions& options) {
  event_.reset(ssh_event_new());
  if (!event_ || ssh_event_add_session(event_.get(), session_.get()) != SSH_OK) throw std::bad_alloc();
  alive_interval_ = options.alive_interval;
  alive_count_max_ = options.alive_count_max;
  last_sign_of_life_ = std::chrono::steady_clock::now();
  if (alive_interval_.count() > 0) watch_for_silence(weak_from_this());
  drain();
  touch();
  if (!lost_) arm();
}

bool SshLink::backed_up() const noexcept {
  return (ssh_get_status(session_.get()) & SSH_WRITE_PENDING) != 0;
}

void SshLink::touch() {
  if (lost_) return;
  // Only a poll lets libssh know that it may write again, and each write makes it forget.
  if (event_ && ssh_is_connected(session_.get()) && backed_up()) ssh_event_dopoll(event_.get(), 0);
  note_traffic();
  if (!ssh_is_connected(session_.get())) {
    if (proxy_) proxy_->end();  // for its last words
    return fail("The SSH connection was lost: " + last_error());
  }
  if (backed_up()) arm();
}

void SshLink::note_traffic() {
  const bool arrived = std::exchange(bytes_seen_, counter_.in_bytes) != counter_.in_bytes;
  const bool sent = std::exchange(bytes_sent_, counter_.out_bytes) != counter_.out_bytes;
  if (!arrived && (!sent || sent_)) return;
  const auto now = std::chrono::steady_clock::now();
  if (!arrived) {
    sent_ = now;
    return;
  }
  last_sign_of_life_ = now;
  sent_.reset();
  asked_.reset();
  unanswered_ = 0;
  if (std::exchange(silent_, false)) tell_silence();
  progress_.notify();
}

void SshLink::arm() {
  const auto ready = [weak = weak_from_this()](bool SshLink::*waits, std::error_code error) {
    const auto self = weak.lock();
    if (!self) return;
    (*self).*waits = false;
    if (!error) self->on_ready();
  };
  if (!waits_to_read_) {
    waits_to_read_ = true;
    descriptor_.async_wait(Descriptor::wait_read,
                           [ready](std::error_code error) { ready(&SshLink::waits_to_read_, error); });
  }
  if (!waits_to_write_ && backed_up()) {
    waits_to_write_ = true;
    descriptor_.async_wait(Descriptor::wait_write,
                           [ready](std::error_code error) { ready(&SshLink::waits_to_write_, error); });
  }
}

void SshLink::on_ready() {
  if (lost_) return;
  if (is_tcp_) {
    // A delayed acknowledgement makes the server hold back its next small packet for 40 ms.
    const int on = 1;
    ::setsockopt(descriptor_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  }
  if (event_) {
    drain();
    touch();
    if (!lost_) arm();
  }
  progress_.notify();
}

void SshLink::drain() {
  for (int reads = 0; reads < reads_at_once && ssh_is_connected(session_.get()); ++reads)
    if (ssh_event_dopoll(event_.get(), 0) != SSH_OK) return;
}

void SshLink::watch_for_silence(std::weak_ptr<SshLink> weak) {
  silence_timer_.expires_after(std::min(silence_period, alive_interval_));
  silence_timer_.async_wait([weak](std::error_code cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self || self->lost_) return;
    self->look_for_silence();
    if (!self->lost_) self->watch_for_silence(weak);
  });
}

void SshLink::look_for_silence() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= last_sign_of_life_ + alive_interval_ * (unanswered_ + 1)) {
    if (unanswered_ >= alive_count_max_) {
      const auto silence = alive_interval_ * (unanswered_ + 1);
      return fail("The SSH connection was lost: the server hasn't answered for " +
                  std::to_string(silence.count()) + " seconds.");
    }
    ++unanswered_;
    ask_for_life();
  } else if (!asked_ && sent_ && now >= *sent_ + prompt_answer) {
    ask_for_life();
  }
  if (!silent_ && asked_ && now >= *asked_ + prompt_answer) {
    silent_ = true;
    tell_silence();
  }
}

void SshLink::ask_for_life() {
  if (!asked_) asked_ = std::chrono::steady_clock::now();
  // Twice: after an answer, the first call merely takes note of it.
  ssh_send_keepalive(session_.get());
  ssh_send_keepalive(session_.get());
  touch();
}

// Not at once: this may be amid libssh's work. What is told is how it is now, though it may be over by then.
void SshLink::tell_silence() {
  std::optional<SshSession::Silence> silence;
  if (silent_)
    silence = {std::min(sent_.value_or(*asked_), *asked_),
               last_sign_of_life_ + alive_interval_ * (alive_count_max_ + 1)};
  asio::post(executor_, [weak = weak_from_this(), silence] {
    const auto self = weak.lock();
    if (self && self->told_ && !self->lost_) self->told_(silence);
  });
}

void SshLink::fail(std::string reason) noexcept {
  if (lost_) return;
  lost_ = true;
  reason_ = std::move(reason);
  ::shutdown(descriptor_.native_handle(), SHUT_RDWR);
  std::error_code closed_anyway;
  descriptor_.close(closed_anyway);
  silence_timer_.cancel();
  progress_.notify();
  for (Wakeup* wakeup : waiting_channels_) wakeup->notify();
}

void SshLink::throw_if_lost() const {
  if (lost_) throw SshError(SshErrc::connection_lost, reason_);
}

std::string SshLink::last_error() const {
  const std::string error = ssh_get_error(session_.get());
  std::string text = error.empty() ? "the server closed it." : error + ".";
  if (!proxy_) return text;
  const std::string complaints = proxy_->complaints();
  return complaints.empty() ? text : text + " The proxy command said: '" + complaints + "'.";
}

}  // namespace rspbridge::transport
