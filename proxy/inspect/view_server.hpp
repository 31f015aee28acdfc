// Gives programs of this machine the target's memory: the server of docs/view.md.
#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "proxy/inspect/inspector.hpp"

namespace rspbridge::proxy::inspect {

/// Listens on a socket for the programs of this user and of root.
class ViewServer {
 public:
  /// Listens on SESSION.view in `folder`. `inspector` must outlive it. Throws std::system_error.
  ViewServer(asio::any_io_executor executor, Inspector& inspector, std::string session,
             const std::filesystem::path& folder);
  /// Cuts off all clients and removes the socket.
  ~ViewServer();
  ViewServer(const ViewServer&) = delete;
  ViewServer& operator=(const ViewServer&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  class Client;
  void accept();
  void welcome(int socket);

  asio::any_io_executor executor_;
  Inspector& inspector_;
  std::string session_;
  std::filesystem::path path_;
  asio::posix::stream_descriptor listener_;
  std::list<std::weak_ptr<Client>> clients_;
};

}  // namespace rspbridge::proxy::inspect
