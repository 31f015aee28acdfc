// One client of the shared view.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "memmap/file_descriptor.hpp"
#include "memmap/view_protocol.hpp"
#include "proxy/inspect/inspector.hpp"
#include "proxy/inspect/view_server.hpp"

namespace rspbridge::proxy::inspect {

/// Reads requests and answers them, several at once; tells of each stop and resume. Lives as long as one of
/// its operations is under way. A client that breaks the protocol or doesn't read is cut off.
class ViewServer::Client : public std::enable_shared_from_this<Client> {
 public:
  Client(const asio::any_io_executor& executor, Inspector& inspector, memmap::FileDescriptor socket);
  /// Says hello and begins to read.
  void start(const std::string& session);
  void close();

 private:
  struct Outgoing {
    std::string bytes;
    memmap::FileDescriptor file;
    bool is_state = false;
  };
  void read();
  bool receive();
  void take(std::string_view bytes);
  asio::awaitable<void> answer(memmap::view::ClientMessage request);
  void send(const memmap::view::ServerMessage& message, memmap::FileDescriptor file = {});
  void flush();
  bool write_front();

  asio::any_io_executor executor_;
  Inspector& inspector_;
  asio::posix::stream_descriptor socket_;
  std::deque<Outgoing> outgoing_;
  Inspection::Subscription states_;
  std::size_t under_way_ = 0;  ///< requests
  bool reading_ = false, writing_ = false;
};

}  // namespace rspbridge::proxy::inspect
