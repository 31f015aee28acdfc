#include "transport/ssh_key_file.hpp"

#include <string.h>
#include <unistd.h>

#include <cerrno>

namespace rspbridge::transport {

KeyFile read_private_key(const std::filesystem::path& file, const std::string& passphrase) {
  KeyFile result;
  if (::access(file.c_str(), R_OK) != 0) {
    result.state = errno == ENOENT || errno == ENOTDIR ? KeyFileState::absent : KeyFileState::unreadable;
    result.error = ::strerror(errno);
    return result;
  }
  // libssh asks only if the key is encrypted and there is no passphrase yet.
  bool asked = !passphrase.empty();
  const auto refuse = [](const char*, char*, size_t, int, int, void* user) {
    *static_cast<bool*>(user) = true;
    return -1;
  };
  ssh_key key = nullptr;
  const char* given = passphrase.empty() ? nullptr : passphrase.c_str();
  if (ssh_pki_import_privkey_file(file.c_str(), given, refuse, &asked, &key) == SSH_OK) {
    result.state = KeyFileState::readable;
    result.key.reset(key);
  } else if (asked) {
    result.state = KeyFileState::needs_passphrase;
  } else {
    result.error = "not a private key that libssh understands";
  }
  return result;
}

SshKeyHandle read_public_half(const std::filesystem::path& file) {
  for (const std::string& path : {file.string() + ".pub", file.string()}) {
    ssh_key key = nullptr;
    if (ssh_pki_import_pubkey_file(path.c_str(), &key) == SSH_OK) return SshKeyHandle(key);
  }
  return {};
}

void wipe(std::string& secret) noexcept {
  ::explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace rspbridge::transport
