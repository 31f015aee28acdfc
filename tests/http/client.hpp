// A server in a thread of its own, and blocking clients of it.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <asio/buffer.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>

#include "proxy/http/server.hpp"
#include "tests/http/fake.hpp"

namespace rspbridge::proxy::http::test {

/// A running server; ends with this object.
class RunningServer {
 public:
  explicit RunningServer(Server::Settings settings = {}) : guard_(asio::make_work_guard(io_)) {
    settings.port = 0;
    settings.session = "demo";
    server_ = Server::start(io_, std::move(settings), *target);
    port = static_cast<std::uint16_t>(std::stoi(server_->url().substr(server_->url().rfind(':') + 1)));
    host = "127.0.0.1:" + std::to_string(port);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    run([this] { server_->stop(); });
    guard_.reset();
    thread_.join();  // the loop has nothing left to do, or this never ends
  }
  /// Runs `work` on the server's thread, to its end.
  template <class Work>
  void run(Work work) {
    std::promise<void> done;
    asio::post(io_, [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }
  std::string url() const { return server_->url(); }

  std::shared_ptr<FakeInspection> target = sample_target();
  std::uint16_t port = 0;
  std::string host;

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

/// One connection. All waits end after a while.
class Client {
 public:
  explicit Client(const RunningServer& server) : socket_(io_), host_(server.host) {
    socket_.connect({asio::ip::address_v4::loopback(), server.port});
    const timeval limit{20, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  /// Sends a request with our Host and `more` header lines.
  void send(const std::string& target, const std::string& more = {}, const std::string& method = "GET") {
    send_raw(method + " " + target + " HTTP/1.1\r\nHost: " + host_ + "\r\n" + more + "\r\n");
  }
  void send_raw(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
  /// What comes up to and with `mark`, beginning where the last read ended; what there was if the connection
  /// ends or nothing comes.
  std::string read_until(const std::string& mark) {
    auto at = received_.find(mark);
    while (at == std::string::npos && receive()) at = received_.find(mark);
    return take(at == std::string::npos ? received_.size() : at + mark.size());
  }
  std::string read_bytes(std::size_t count) {
    while (received_.size() < count && receive()) {
    }
    return take(std::min(count, received_.size()));
  }
  /// Head and body of one answer with a Content-Length.
  std::string read_answer(bool with_body = true) {
    auto head = read_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    if (!with_body || at == std::string::npos) return head;
    return head + read_bytes(std::stoul(head.substr(at + 16)));
  }
  /// True if the server ended the connection, with nothing left to read.
  bool at_end() {
    while (receive()) received_.clear();
    return ended_;
  }
  void receive_little() { socket_.set_option(asio::socket_base::receive_buffer_size(4096)); }

 private:
  bool receive() {
    char buffer[16384];
    const auto count = ::recv(socket_.native_handle(), buffer, sizeof buffer, 0);
    ended_ = count == 0 || (count < 0 && errno == ECONNRESET);
    if (count <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  std::string take(std::size_t count) {
    auto taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string host_, received_;
  bool ended_ = false;
};

}  // namespace rspbridge::proxy::http::test
