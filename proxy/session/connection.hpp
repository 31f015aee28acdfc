// One GDB's connection, as a session has it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "proxy/near/observer.hpp"
#include "proxy/session/session.hpp"

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
  bool observes() const noexcept { return observer != nullptr; }

  std::shared_ptr<transport::Stream> stream;
  std::shared_ptr<OutQueue> out;
  near::Client client;
  std::shared_ptr<near::Observer> observer;  ///< null: this GDB controls the target
  bool open = true;
  std::string name;
  asio::steady_timer patience;
};

}  // namespace rspbridge::proxy
