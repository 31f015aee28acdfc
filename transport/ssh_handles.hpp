// libssh's objects in unique_ptr. Private to transport: the rest of the program doesn't see libssh.
#pragma once

#include <libssh/libssh.h>

#include <memory>

namespace rspbridge::transport {

template <auto Free>
struct SshDeleter {
  template <class Handle>
  void operator()(Handle* handle) const noexcept {
    Free(handle);
  }
};

using SshSessionHandle = std::unique_ptr<ssh_session_struct, SshDeleter<ssh_free>>;
using SshChannelHandle = std::unique_ptr<ssh_channel_struct, SshDeleter<ssh_channel_free>>;
using SshEventHandle = std::unique_ptr<ssh_event_struct, SshDeleter<ssh_event_free>>;
using SshKeyHandle = std::unique_ptr<ssh_key_struct, SshDeleter<ssh_key_free>>;
using SshText = std::unique_ptr<char, SshDeleter<ssh_string_free_char>>;

}  // namespace rspbridge::transport
