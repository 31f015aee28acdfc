// Far between the link on two descriptors and the stub on a socket.
#pragma once

#include <cstdint>
#include <string>

#include "memmap/file_descriptor.hpp"
#include "proxy/far/far.hpp"
#include "proxy/helper/process_access.hpp"
#include "proxy/helper/stub_socket.hpp"
#include "proxy/link/stream_link.hpp"

namespace rspbridge::proxy::helper {

/// Runs until either end closes. Memory is bounded: what one end doesn't take isn't read from the other.
class Relay {
 public:
  enum class Stub : std::uint8_t {
    another,  ///< it goes on without this connection
    own,      ///< it is to end with it
  };
  /// @param in, out the link; not owned, made non-blocking
  /// @param stub without a socket, its sentence is told over the link
  Relay(int in, int out, StubSocket stub, Stub whose, std::string program_version);

  /// Returns once the link is closed, or some seconds after near was told that the stub is gone. A sentence
  /// if the link failed.
  std::string run();

 private:
  void wait_and_move();
  void read_link();
  void read_stub();
  void write_link();
  void write_stub();
  void stub_closed(const std::string& reason);
  void settle();
  void flush_stub();
  void stop_target();

  int in_, out_;
  memmap::FileDescriptor stub_;
  link::FarEnd link_;
  LinuxProcessAccess processes_;
  far::Far far_;
  std::string to_near_, to_stub_;
  bool link_closed_ = false;
  Stub whose_;
};

}  // namespace rspbridge::proxy::helper
