// Reading private key files.
#pragma once

#include <filesystem>
#include <string>

#include "transport/ssh_handles.hpp"

namespace rspbridge::transport {

enum class KeyFileState : unsigned char { readable, needs_passphrase, absent, unreadable };

struct KeyFile {
  KeyFileState state = KeyFileState::unreadable;
  SshKeyHandle key;   ///< the private key, if readable
  std::string error;  ///< why it is unreadable
};

/// Reads a private key in any format that libssh knows. A wrong passphrase leaves it at
/// needs_passphrase.
KeyFile read_private_key(const std::filesystem::path& file, const std::string& passphrase = {});

/// The public half of a key file that needs a passphrase: from FILE.pub, or from the head of the
/// file itself. Null if neither has it.
SshKeyHandle read_public_half(const std::filesystem::path& file);

/// Overwrites a passphrase that isn't needed any more.
void wipe(std::string& secret) noexcept;

}  // namespace rspbridge::transport
