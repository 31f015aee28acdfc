#include "tests/transport/ssh_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "transport/local_user.hpp"

namespace rspbridge::transport::test {
namespace {

constexpr const char* sshd_path = "/usr/sbin/sshd";
constexpr auto pause = std::chrono::milliseconds(10);
constexpr int most_steps = 1000;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::uint16_t free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool answers(std::uint16_t port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool accepts_connections(const std::string& socket_path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

UniqueFd open_log(const std::filesystem::path& path) {
  return UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

}  // namespace

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("can't write " + path.string());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void run_tool(const std::vector<std::string>& argv) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  Child child = Child::start(argv, {null.get(), null.get(), null.get()}, {});
  for (int step = 0; step < most_steps; ++step) {
    if (const auto status = child.try_reap()) {
      if (status->ok()) return;
      throw std::runtime_error(argv[0] + ": " + status->describe());
    }
    std::this_thread::sleep_for(pause);
  }
  throw std::runtime_error(argv[0] + " doesn't end");
}

void make_key(const std::filesystem::path& file, const std::string& type, const std::string& passphrase) {
  run_tool({"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "", "-f", file.string()});
}

SshServer::SshServer(const std::string& more) {
  if (::access(sshd_path, X_OK) != 0)
    throw std::runtime_error(std::string(sshd_path) + " isn't installed (Debian: openssh-server)");
  if (::getuid() == 0) std::filesystem::create_directories("/run/sshd");  // as its service would
  make_key(path("host_key"));
  make_key(user_key());
  accept_only(user_key());
  port_ = free_port();
  write_file(path("sshd_config"),
             "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " +
                 path("host_key").string() + "\nAuthorizedKeysFile " + path("authorized_keys").string() +
                 "\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
                 "KbdInteractiveAuthentication no\nPermitRootLogin yes\nLogLevel VERBOSE\n" +
                 more + "\n");
  write_file(known_hosts(), known_hosts_line(path("host_key")));
  write_file(ssh_config(), "UserKnownHostsFile " + known_hosts().string() +
                               "\nGlobalKnownHostsFile none\nIdentityAgent none\nIdentityFile " +
                               user_key().string() + "\n");
  start();
}

void SshServer::start() {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd log_file = open_log(path("log"));
  ChildOptions options;
  options.new_process_group = false;  // sshd's sessions are to outlive it
  sshd_.emplace(Child::start({sshd_path, "-D", "-e", "-f", path("sshd_config").string()},
                             {null.get(), null.get(), log_file.get()}, options));
  for (int step = 0; step < most_steps && !sshd_->try_reap(); ++step) {
    if (answers(port_)) return;
    std::this_thread::sleep_for(pause);
  }
  throw std::runtime_error("sshd doesn't start: " + log());
}

SshTarget SshServer::target() const {
  SshTarget target;
  target.host = "127.0.0.1";
  target.port = port_;
  target.config_file = ssh_config();
  return target;
}

void SshServer::accept_only(const std::filesystem::path& file) const {
  write_file(path("authorized_keys"), read_file(file.string() + ".pub"));
}

std::string SshServer::known_hosts_line(const std::filesystem::path& host_key) const {
  return "[127.0.0.1]:" + std::to_string(port_) + " " + read_file(host_key.string() + ".pub");
}

SshAgent::SshAgent(const std::vector<std::filesystem::path>& keys) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  agent_.emplace(Child::start({"ssh-agent", "-D", "-a", socket()}, {null.get(), null.get(), null.get()}, {}));
  // The socket's name is there a moment before the agent listens.
  for (int step = 0; step < most_steps && !accepts_connections(socket()); ++step)
    std::this_thread::sleep_for(pause);
  for (const auto& key : keys) run_tool({"env", "SSH_AUTH_SOCK=" + socket(), "ssh-add", "-q", key.string()});
}

}  // namespace rspbridge::transport::test
