#include "tests/memmap/view_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace rspbridge::memmap::test {
namespace {

void must(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

FileDescriptor listen_on(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  must(path.size() < sizeof address.sun_path, "path");
  std::strcpy(address.sun_path, path.c_str());
  must(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  must(::listen(socket.get(), 8) == 0, "listen");
  return socket;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  char name[] = "/tmp/view-test-XXXXXX";
  must(::mkdtemp(name) != nullptr, "mkdtemp");
  path_ = name;
}
TemporaryDirectory::~TemporaryDirectory() {
  std::filesystem::remove_all(path_);
}

char content(std::uint64_t address, std::uint64_t stop_id) {
  return static_cast<char>(1 + (address / view_page_size * 7 + stop_id * 31) % 250);
}

ViewServer::ViewServer(std::string socket_path)
    : path(std::move(socket_path)),
      view_(SharedView::create().value()),
      listener_(listen_on(path)),
      wake_(::eventfd(0, EFD_CLOEXEC)),
      all_(view_.client_descriptor().value()) {
  thread_ = std::thread([this] { run(); });
}

ViewServer::~ViewServer() {
  die();
  thread_.join();
}

void ViewServer::die() {
  ended_ = true;
  const std::uint64_t one = 1;
  must(::write(wake_.get(), &one, sizeof one) == sizeof one, "eventfd");
}

void ViewServer::stop() {
  const std::lock_guard lock(mutex_);
  must(!view_.stop(view_.stop_id() + 1), "stop");
  tell_state();
  for (auto& client : clients_)
    for (const auto& request : std::exchange(client.held, {})) ensure(client, request);
}

void ViewServer::resume() {
  const std::lock_guard lock(mutex_);
  must(!view_.resume({}), "resume");
  tell_state();
}

void ViewServer::set_unreadable(AddressRange range) {
  const std::lock_guard lock(mutex_);
  unreadable_.insert(range);
}

std::uint64_t ViewServer::stop_id() {
  const std::lock_guard lock(mutex_);
  return view_.stop_id();
}

const char* ViewServer::page(std::uint64_t address) {
  void* place =
      ::mmap(nullptr, view_page_size, PROT_READ, MAP_SHARED, all_.get(), static_cast<off_t>(address));
  must(place != MAP_FAILED, "mmap");
  return static_cast<const char*>(place);
}

void ViewServer::run() {
  while (!ended_) {
    std::vector<pollfd> ends{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& client : clients_) ends.push_back({client.socket.get(), POLLIN, 0});
    if (::poll(ends.data(), ends.size(), -1) < 0 || ends[0].revents != 0) break;
    for (std::size_t i = ends.size() - 1; i >= 2; --i) {
      if (ends[i].revents == 0 || serve(clients_[i - 2])) continue;
      const std::lock_guard lock(mutex_);
      clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i - 2));
    }
    if (ends[1].revents != 0) welcome();
  }
  const std::lock_guard lock(mutex_);
  clients_.clear();
  listener_ = FileDescriptor();
}

void ViewServer::welcome() {
  const std::lock_guard lock(mutex_);
  Client client{.socket = FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                .held = {}};
  const view::Hello hello{.page_size = static_cast<std::uint32_t>(view_page_size),
                          .stop_id = view_.stop_id(),
                          .running = view_.running(),
                          .session = "test"};
  send(client, hello, view_.client_descriptor().value().get());
  clients_.push_back(std::move(client));
}

bool ViewServer::serve(Client& client) {
  std::string bytes(view::max_message, '\0');
  const auto size = ::recv(client.socket.get(), bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  const auto message = view::decode_client(std::string_view(bytes).substr(0, static_cast<std::size_t>(size)));
  if (!message) return false;
  ++requests;
  const std::lock_guard lock(mutex_);
  if (const auto* request = std::get_if<view::Ensure>(&*message)) ensure(client, *request);
  if (const auto* request = std::get_if<view::VmasRequest>(&*message)) send_vmas(client, *request);
  return true;
}

void ViewServer::ensure(Client& client, const view::Ensure& request) {
  auto step = view::next_step(view_, request);
  if (!step.fetch.empty()) std::this_thread::sleep_for(delay);
  while (!step.fetch.empty()) {
    for (const auto& range : step.fetch) fetch(range);
    for (const auto& range : step.ahead) fetch(range);
    step = view::next_step(view_, request);
  }
  if (!step.answer) {
    client.held.push_back(request);
    return;
  }
  if (before_answer) before_answer(*this);
  send(client, *step.answer);
}

void ViewServer::fetch(AddressRange range) {
  for (const auto& bad : unreadable_.within(range)) view_.set_unreadable(bad);
  for (const auto& good : view_.missing(range)) {
    std::string bytes(good.size(), '\0');
    for (std::size_t at = 0; at < bytes.size(); at += view_page_size)
      std::memset(bytes.data() + at, content(good.begin.value + at, view_.stop_id()), view_page_size);
    must(view_.write(good.begin, bytes).has_value(), "write");
    fetched += bytes.size();
  }
}

void ViewServer::send_vmas(Client& client, const view::VmasRequest& request) {
  FileDescriptor file(::memfd_create("vmas", MFD_CLOEXEC));
  must(::write(file.get(), vmas.data(), vmas.size()) == static_cast<ssize_t>(vmas.size()), "write");
  send(client, view::VmasReply{.id = request.id, .stop_id = view_.stop_id(), .size = vmas.size()},
       file.get());
}

void ViewServer::send(Client& client, const view::ServerMessage& message, int file) {
  auto bytes = view::encode(message);
  if (spoil_answer) bytes = spoil_answer(bytes);
  iovec part{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (file >= 0) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    auto* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &file, sizeof file);
  }
  ::sendmsg(client.socket.get(), &header, MSG_NOSIGNAL);
}

void ViewServer::tell_state() {
  for (auto& client : clients_)
    send(client, view::State{.stop_id = view_.stop_id(), .running = view_.running()});
}

}  // namespace rspbridge::memmap::test
