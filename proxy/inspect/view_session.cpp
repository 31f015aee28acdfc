#include "proxy/inspect/view_session.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>

namespace rspbridge::proxy::inspect {

using asio::posix::stream_descriptor;
namespace view = memmap::view;

namespace {

constexpr std::size_t most_under_way = 64, most_outgoing = 1024;

int duplicate(int file) {
  return ::fcntl(file, F_DUPFD_CLOEXEC, 0);
}

// A file that holds `text`, to be read.
memmap::FileDescriptor file_with(const std::string& text) {
  memmap::FileDescriptor file(::memfd_create("rspbridge-vmas", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  for (std::size_t at = 0; file && at < text.size();) {
    const auto written = ::pwrite(file.get(), text.data() + at, text.size() - at, static_cast<off_t>(at));
    if (written <= 0) return {};
    at += static_cast<std::size_t>(written);
  }
  if (file && ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    return {};
  return file;
}

view::Failure failure(std::uint32_t id, view::FailureCode code, std::string sentence) {
  return {.id = id, .code = code, .range = {}, .sentence = std::move(sentence)};
}

}  // namespace

ViewServer::Client::Client(const asio::any_io_executor& executor, Inspector& inspector,
                           memmap::FileDescriptor socket)
    : executor_(executor), inspector_(inspector), socket_(executor, duplicate(socket.get())) {}

void ViewServer::Client::start(const std::string& session) {
  auto file = inspector_.view().client_descriptor();
  if (!file) {
    spdlog::warn("refused a client of the view: {}", file.error().message());
    return close();
  }
  send(view::Hello{.page_size = static_cast<std::uint32_t>(memmap::view_page_size),
                   .stop_id = inspector_.view().stop_id(),
                   .running = inspector_.view().running(),
                   .session = session},
       *std::move(file));
  states_ = inspector_.subscribe([weak = weak_from_this()](const State& now) {
    const auto self = weak.lock();
    if (!self) return;
    if (now.over) return self->close();
    self->send(view::State{.stop_id = now.stop_id, .running = now.running});
  });
  read();
}

void ViewServer::Client::close() {
  states_.reset();
  outgoing_.clear();
  asio::error_code closed_anyway;
  socket_.close(closed_anyway);
}

// asio tells of what arrives while it is waited for, and only of that: all that is there is read first.
void ViewServer::Client::read() {
  while (!reading_ && socket_.is_open() && under_way_ < most_under_way)
    if (!receive()) break;
  if (reading_ || !socket_.is_open() || under_way_ >= most_under_way) return;
  reading_ = true;
  socket_.async_wait(stream_descriptor::wait_read,
                     [self = shared_from_this()](const asio::error_code& error) {
                       self->reading_ = false;
                       if (!error) self->read();
                     });
}

// One message; false if there is none.
bool ViewServer::Client::receive() {
  std::string bytes(view::max_message + 1, '\0');
  // No room for descriptors: the kernel drops what comes, and says so.
  iovec part{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  const auto size = ::recvmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && errno == EAGAIN) return false;
  if (size < 0 && errno == EINTR) return true;
  if (size <= 0 || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    close();
  else
    take(std::string_view(bytes).substr(0, static_cast<std::size_t>(size)));
  return true;
}

void ViewServer::Client::take(std::string_view bytes) {
  auto message = view::decode_client(bytes);
  if (!message) {
    spdlog::warn("a client of the view broke the protocol, and was cut off");
    return close();
  }
  ++under_way_;
  asio::co_spawn(
      executor_,
      [self = shared_from_this(), request = *std::move(message)]() mutable -> asio::awaitable<void> {
        auto answering = self->answer(std::move(request));
        co_await std::move(answering);
        --self->under_way_;
        asio::post(self->executor_, [self] { self->read(); });
      },
      asio::detached);
}

asio::awaitable<void> ViewServer::Client::answer(view::ClientMessage request) {
  if (const auto* ensure = std::get_if<view::Ensure>(&request)) {
    const view::ServerMessage message = co_await inspector_.ensure(*ensure);
    send(message);
    co_return;
  }
  const std::uint32_t id = std::get<view::VmasRequest>(request).id;
  const auto map = co_await inspector_.map();
  if (!map) {
    send(failure(id, view::FailureCode::link, map.error().sentence));
    co_return;
  }
  const std::string text = memmap::format_maps((*map)->map);
  auto file = file_with(text);
  if (file)
    send(view::VmasReply{.id = id, .stop_id = (*map)->stop_id, .size = text.size()}, std::move(file));
  else
    send(failure(id, view::FailureCode::link, std::string("no memory for the map: ") + std::strerror(errno)));
}

void ViewServer::Client::send(const view::ServerMessage& message, memmap::FileDescriptor file) {
  if (!socket_.is_open()) return;
  const bool is_state = std::holds_alternative<view::State>(message);
  // Of several states that wait the last one is enough.
  if (is_state && !outgoing_.empty() && outgoing_.back().is_state) outgoing_.pop_back();
  if (outgoing_.size() >= most_outgoing) {
    spdlog::warn("a client of the view doesn't read what it asked for, and was cut off");
    return close();
  }
  outgoing_.push_back({view::encode(message), std::move(file), is_state});
  flush();
}

bool ViewServer::Client::write_front() {
  Outgoing& front = outgoing_.front();
  iovec part{front.bytes.data(), front.bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (front.file) {
    const int file = front.file.get();
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof file);
    std::memcpy(CMSG_DATA(rights), &file, sizeof file);
  }
  return ::sendmsg(socket_.native_handle(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

void ViewServer::Client::flush() {
  while (!writing_ && !outgoing_.empty()) {
    if (write_front()) {
      outgoing_.pop_front();
      continue;
    }
    if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR) return close();
    writing_ = true;
    socket_.async_wait(stream_descriptor::wait_write,
                       [self = shared_from_this()](const asio::error_code& error) {
                         self->writing_ = false;
                         if (!error) self->flush();
                       });
  }
}

}  // namespace rspbridge::proxy::inspect
