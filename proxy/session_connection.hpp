// One GDB's connection, as a session has it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "proxy/session.hpp"

namespace rspbridge::proxy {

struct Session::Connection {
  Connection(std::shared_ptr<transport::Stream> gdb, std::shared_ptr<OutQueue> queue, std::string peer,
             near::Client::Hooks hooks, near::Shared& shared, near::ViewSettings view,
             const asio::any_io_executor& stream_executor)
      : stream(std::move(gdb)),
        out(std::move(queue)),
        client(std::move(hooks), shared, std::move(view)),
        name(std::move(peer)),
        patience(stream_executor) {}
  std::shared_ptr<transport::Stream> stream;
  std::shared_ptr<OutQueue> out;
  near::Client client;
  std::string name;
  asio::steady_timer patience;
};

}  // namespace rspbridge::proxy
