#include "proxy/helper/relay.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace rspbridge::proxy::helper {
namespace {

constexpr std::size_t most_pending = std::size_t{1} << 20;  // bytes for one end, before the other isn't read
constexpr int reads_in_a_turn = 8;                          // what is there already shares a frame
constexpr int farewell = 5000;    // ms for near to close the link, once the stub is gone
constexpr int last_words = 1000;  // ms for what the stub is still to get

void make_non_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
    throw std::system_error(errno, std::generic_category(), "fcntl");
}

bool try_again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Relay::Relay(int in, int out, StubSocket stub, Stub whose, std::string program_version)
    : in_(in),
      out_(out),
      stub_(std::move(stub.socket)),
      link_(std::move(program_version)),
      far_([this](link::ToNear message) { link_.send(message); }, far::Far::Stub::beside, &processes_),
      whose_(whose) {
  make_non_blocking(in_);
  make_non_blocking(out_);
  if (!stub_) far_.on_stub_closed(stub.why_not);
  settle();
}

std::string Relay::run() {
  while (!link_closed_) wait_and_move();
  flush_stub();
  if (whose_ == Stub::own) stop_target();
  return link_.error();
}

void Relay::wait_and_move() {
  const auto events = [](bool reads, bool writes) {
    return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
  };
  std::array<pollfd, 3> fds{
      pollfd{in_, events(to_stub_.size() < most_pending, false), 0},
      pollfd{out_, events(false, !to_near_.empty()), 0},
      pollfd{stub_.get(), events(to_near_.size() < most_pending, !to_stub_.empty()), 0}};
  // Near may be sending at this moment, and should be able to.
  const bool nothing_left = !stub_ && to_near_.empty();
  const bool reads = far_.reads() && to_near_.size() < most_pending;
  const int ready = ::poll(fds.data(), fds.size(), reads ? 0 : nothing_left ? farewell : -1);
  if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  if (ready == 0 && !reads) link_closed_ = true;
  if (ready < 0) return;
  const auto readable = [](const pollfd& fd) {
    return (fd.events & POLLIN) != 0 && (fd.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
  };
  if (readable(fds[0])) read_link();
  if (readable(fds[2])) read_stub();
  if ((fds[1].revents & POLLERR) != 0) link_closed_ = true;  // nobody reads any more
  if (reads) far_.read_on();
  settle();
  write_stub();
  write_link();
}

void Relay::read_link() {
  std::array<char, std::size_t{64} << 10> buffer;
  const ssize_t n = ::read(in_, buffer.data(), buffer.size());
  if (n < 0 && try_again(errno)) return;
  if (n <= 0) {
    link_closed_ = true;
    return;
  }
  link_.feed({buffer.data(), static_cast<std::size_t>(n)});
  while (auto message = link_.next()) far_.on_link(*std::move(message));
  if (!link_.error().empty()) link_closed_ = true;
}

void Relay::read_stub() {
  std::array<char, std::size_t{64} << 10> buffer;
  for (int i = 0; i < reads_in_a_turn && stub_; ++i) {
    const ssize_t n = ::recv(stub_.get(), buffer.data(), buffer.size(), 0);
    if (n > 0) {
      far_.on_stub_bytes({buffer.data(), static_cast<std::size_t>(n)});
      continue;
    }
    if (n < 0 && try_again(errno)) return;
    const std::string lost = std::string("the connection to the stub was lost: ") + std::strerror(errno);
    stub_closed(n == 0 ? "the stub closed the connection" : lost);
  }
}

void Relay::stub_closed(const std::string& reason) {
  stub_.reset();
  to_stub_.clear();
  far_.on_stub_closed(reason);
}

void Relay::settle() {
  std::string for_stub = far_.take_output();
  if (stub_) to_stub_ += for_stub;
  to_near_ += link_.take_output();
}

void Relay::write_stub() {
  if (!stub_ || to_stub_.empty()) return;
  const ssize_t n = ::send(stub_.get(), to_stub_.data(), to_stub_.size(), MSG_NOSIGNAL);
  if (n >= 0)
    to_stub_.erase(0, static_cast<std::size_t>(n));
  else if (!try_again(errno))
    to_stub_.clear();  // it is gone: what it still said, and its end, are to be read
}

void Relay::write_link() {
  if (to_near_.empty()) return;
  const ssize_t n = ::write(out_, to_near_.data(), to_near_.size());
  if (n >= 0)
    to_near_.erase(0, static_cast<std::size_t>(n));
  else if (!try_again(errno))
    link_closed_ = true;
}

// The last that near said, such as a kill, is for the stub all the same.
void Relay::flush_stub() {
  pollfd wait{stub_.get(), POLLOUT, 0};
  while (stub_ && !to_stub_.empty() && ::poll(&wait, 1, last_words) > 0) write_stub();
}

// gdbserver 13 takes no heed of a connection's end while the target runs (remote-utils.cc, input_interrupt):
// both would go on for ever.
void Relay::stop_target() {
  if (!stub_ || !far_.runs()) return;
  to_stub_ = "\x03";
  write_stub();
  pollfd wait{stub_.get(), POLLIN, 0};
  ::poll(&wait, 1, last_words);
}

}  // namespace rspbridge::proxy::helper
