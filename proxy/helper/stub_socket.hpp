// The connection to a stub that listens on this machine.
#pragma once

#include <string>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy::helper {

/// Either a non-blocking socket or a sentence, without a full stop, that says why there is none.
struct StubSocket {
  memmap::FileDescriptor socket;
  std::string why_not;
};

/// Connects within 10 s. `where` is 127.0.0.1:PORT, [::1]:PORT or any other numeric address, localhost:PORT,
/// or unix:/PATH: a static program can't look names up.
StubSocket connect_stub(const std::string& where);

}  // namespace rspbridge::proxy::helper
