// Two streams joined back to back.
#pragma once

#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>

#include "transport/socket_stream.hpp"

namespace rspbridge::transport::test {

inline std::pair<StreamPtr, StreamPtr> connected_pair(const asio::any_io_executor& executor) {
  using Socket = asio::local::stream_protocol::socket;
  Socket one(executor), other(executor);
  asio::local::connect_pair(one, other);
  return {make_socket_stream(std::move(one), "pair"), make_socket_stream(std::move(other), "pair")};
}

}  // namespace rspbridge::transport::test
