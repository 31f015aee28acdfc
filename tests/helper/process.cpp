#include "tests/helper/process.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rspbridge::proxy::helper::test {
namespace {

constexpr int patience = 10000;  // ms

bool readable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, patience) > 0;
}

std::string read_once(int fd) {
  std::array<char, 65536> buffer{};
  const ssize_t n = readable(fd) ? ::read(fd, buffer.data(), buffer.size()) : 0;
  return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

std::string program() {
  return RSPBRIDGE_HELPERS_DIR "/rspbridge-far-" RSPBRIDGE_MACHINE;
}

Process::Process(const std::vector<std::string>& argv) {
  std::signal(SIGPIPE, SIG_IGN);
  int in[2], out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::execvp(words[0], words.data());
    ::_exit(126);
  }
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

Process::~Process() {
  close_stdin();
  ::close(out_);
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool Process::write(const std::string& bytes) const {
  return write_all(in_, bytes);
}

void Process::close_stdin() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

std::string Process::read() const {
  return read_once(out_);
}

int Process::wait() {
  for (int i = 0; i < patience / 10; ++i) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return -1;
}

std::optional<link::ToNear> NearSide::next() {
  if (link_.has_output()) flush();
  for (;;) {
    if (auto message = link_.next()) return message;
    const std::string bytes = process_.read();
    if (bytes.empty()) return std::nullopt;
    link_.feed(bytes);
  }
}

std::optional<std::string> NearSide::ask(std::string payload, link::Effect effect) {
  send(link::Request{.id = ++last_id, .payload = std::move(payload), .effect = effect});
  const auto reply = next_of<link::Reply>();
  return reply && reply->id == last_id ? std::optional(reply->payload) : std::nullopt;
}

ScriptedStub::ScriptedStub() {
  char name[] = "/tmp/rspbridge-test-XXXXXX";
  if (!::mkdtemp(name)) throw std::runtime_error("mkdtemp");
  folder_ = name;
  path_ = folder_ + "/stub";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 1) != 0)
    throw std::runtime_error("can't listen");
}

ScriptedStub::~ScriptedStub() {
  close();
  ::close(listener_);
  ::unlink(path_.c_str());
  ::rmdir(folder_.c_str());
}

void ScriptedStub::accept() {
  if (!readable(listener_)) throw std::runtime_error("nobody connects");
  fd_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
}

bool ScriptedStub::gets(const std::string& text) {
  for (;;) {
    const auto at = got_.find(text);
    if (at != std::string::npos) {
      got_.erase(0, at + text.size());
      return true;
    }
    const std::string more = read_once(fd_);
    if (more.empty()) return false;
    got_ += more;
  }
}

void ScriptedStub::says(const std::string& bytes) const {
  if (!write_all(fd_, bytes)) throw std::runtime_error("the helper left the stub");
}

std::size_t ScriptedStub::says_without_waiting(std::string_view bytes) const {
  std::size_t taken = 0;
  pollfd wait{fd_, POLLOUT, 0};
  while (taken < bytes.size() && ::poll(&wait, 1, 1000) > 0) {
    const ssize_t n = ::send(fd_, bytes.data() + taken, bytes.size() - taken, MSG_DONTWAIT);
    if (n <= 0) throw std::runtime_error("can't write to the helper");
    taken += static_cast<std::size_t>(n);
  }
  return taken;
}

void ScriptedStub::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace rspbridge::proxy::helper::test
