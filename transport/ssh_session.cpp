#include <libssh/libssh.h>

#include <utility>

#include <asio/ip/address.hpp>
#include <asio/this_coro.hpp>

#include "transport/deadline.hpp"
#include "transport/ssh.hpp"
#include "transport/ssh_auth.hpp"
#include "transport/ssh_channel.hpp"
#include "transport/ssh_host_key_messages.hpp"
#include "transport/ssh_known_hosts.hpp"
#include "transport/ssh_link.hpp"

namespace rspbridge::transport {
namespace {

class SshCommand final : public Command {
 public:
  explicit SshCommand(std::shared_ptr<SshChannel> channel) : channel_(std::move(channel)) {}
  ~SshCommand() override { channel_->close(); }

  asio::awaitable<std::size_t> read_stdout(std::span<char> into) override {
    return channel_->read(into, false);
  }
  asio::awaitable<std::size_t> read_stderr(std::span<char> into) override {
    return channel_->read(into, true);
  }
  asio::awaitable<void> write_stdin(std::string_view bytes) override { return channel_->write(bytes); }
  void close_stdin() noexcept override { channel_->send_eof(); }
  void resize(int columns, int rows) noexcept override { channel_->resize(columns, rows); }
  asio::awaitable<ExitStatus> wait() override { return channel_->wait(); }
  void close() noexcept override { channel_->close(); }

 private:
  std::shared_ptr<SshChannel> channel_;
};

class SshStream final : public Stream {
 public:
  SshStream(std::shared_ptr<SshChannel> channel, std::string name)
      : channel_(std::move(channel)), name_(std::move(name)) {}
  ~SshStream() override { channel_->close(); }

  asio::awaitable<std::size_t> read_some(std::span<char> into) override {
    return channel_->read(into, false);
  }
  asio::awaitable<void> write(std::string_view bytes) override { return channel_->write(bytes); }
  std::size_t write_at_once(std::string_view bytes) noexcept override {
    return channel_->write_at_once(bytes);
  }
  void shutdown_write() noexcept override { channel_->send_eof(); }
  void close() noexcept override { channel_->close(); }
  std::string describe() const override { return name_; }

 private:
  std::shared_ptr<SshChannel> channel_;
  std::string name_;
};

bool is_loopback(const std::string& host) {
  std::error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  return host == "localhost" || (!not_numeric && address.is_loopback());
}

class LibsshSession final : public SshSession {
 public:
  LibsshSession(std::shared_ptr<SshLink> link, SshOptions options, Details details)
      : link_(std::move(link)), options_(std::move(options)), details_(std::move(details)) {}

  asio::awaitable<CommandPtr> exec(std::string command, std::optional<Pty> pty) override {
    const auto self = shared_from_this();
    auto channel = std::make_shared<SshChannel>(link_);
    co_await channel->open_session();
    if (pty) co_await channel->request_pty(*pty);
    co_await channel->request_exec(std::move(command));
    co_return std::make_unique<SshCommand>(std::move(channel));
  }

  asio::awaitable<StreamPtr> direct_tcpip(std::string host, std::uint16_t port) override {
    const auto self = shared_from_this();
    auto channel = std::make_shared<SshChannel>(link_);
    co_await channel->open_direct_tcpip(host, port);
    std::string name =
        (is_loopback(host) ? options_.alias : host) + ":" + std::to_string(port) + " (over SSH)";
    co_return std::make_unique<SshStream>(std::move(channel), std::move(name));
  }

  std::string describe() const override { return options_.describe(); }
  Details details() const override { return details_; }
  void on_silence(std::function<void(const std::optional<Silence>&)> told) override {
    link_->on_silence(std::move(told));
  }
  void close() noexcept override {
    link_->fail("The SSH connection to " + options_.describe() + " was closed.");
  }

 private:
  std::shared_ptr<SshLink> link_;
  SshOptions options_;
  Details details_;
};

SshError unreachable(const SshOptions& options, const std::string& why) {
  return SshError(SshErrc::unreachable, "There is no SSH connection to " + options.describe() + ": " + why);
}

std::string seconds(std::chrono::seconds time) {
  return std::to_string(time.count()) + " seconds";
}

SshSession::Details check_host_key(SshLink& link, const SshKnownHosts& known_hosts,
                                   const SshOptions& options) {
  ssh_key raw = nullptr;
  if (ssh_get_server_publickey(link.session(), &raw) != SSH_OK)
    throw unreachable(options, "the server showed no host key.");
  const SshKeyHandle key(raw);
  known_hosts.check(key.get(), options);
  const auto confirmed = ssh_session_is_known_server(link.session());
  SshSession::Details details{key_type(key.get()), fingerprint(key.get()), {}, ssh_version(0)};
  if (confirmed != SSH_KNOWN_HOSTS_OK)
    throw host_key_not_confirmed({options, details.host_key_type, details.fingerprint, known_hosts.files()},
                                 confirmed);
  if (const char* cipher = ssh_get_cipher_in(link.session())) details.cipher = cipher;
  return details;
}

}  // namespace

asio::awaitable<SshSessionPtr> SshSession::connect(SshTarget target, AskPassphrase ask) {
  const auto executor = co_await asio::this_coro::executor;
  SshOptions options = resolve_ssh_options(target);
  const SshKnownHosts known_hosts(options);
  Deadline deadline(executor, options.connect_timeout);
  Dialed dialed = co_await dial(options, deadline);
  const auto link =
      std::make_shared<SshLink>(executor, options, std::move(dialed), known_hosts.path_for_libssh());
  deadline.set_action([weak = std::weak_ptr(link)] {
    if (const auto alive = weak.lock()) alive->fail("timed out");
  });
  Details details;
  try {
    std::function<int()> handshake = [session = link->session()] { return ssh_connect(session); };
    const int result = co_await link->drive(handshake, SSH_AGAIN);
    if (result != SSH_OK)
      throw unreachable(options,
                        link->last_error() + (options.proxy.empty() ? " Is that an SSH server?" : ""));
    details = check_host_key(*link, known_hosts, options);
    co_await authenticate(*link, options, ask, deadline);
  } catch (const SshError& error) {
    if (deadline.passed())
      throw unreachable(options, "the server didn't answer within " + seconds(options.connect_timeout) + ".");
    if (error.code() == SshErrc::connection_lost) throw unreachable(options, error.what());
    throw;
  }
  link->serve(options);
  co_return std::make_shared<LibsshSession>(link, std::move(options), std::move(details));
}

}  // namespace rspbridge::transport
