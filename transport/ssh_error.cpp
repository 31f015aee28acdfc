#include "transport/ssh.hpp"

namespace rspbridge::transport {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "ssh"; }

  std::string message(int value) const override {
    switch (static_cast<SshErrc>(value)) {
      case SshErrc::bad_config:
        return "wrong SSH configuration";
      case SshErrc::unreachable:
        return "SSH server not reachable";
      case SshErrc::host_key_unknown:
        return "SSH host key unknown";
      case SshErrc::host_key_changed:
        return "SSH host key changed";
      case SshErrc::auth_failed:
        return "SSH authentication failed";
      case SshErrc::channel_refused:
        return "SSH channel refused";
      case SshErrc::connection_lost:
        return "SSH connection lost";
    }
    return "SSH error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& ssh_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(SshErrc code) noexcept {
  return {static_cast<int>(code), ssh_category()};
}

SshError::SshError(SshErrc code, std::string message)
    : std::system_error(make_error_code(code)), message_(std::move(message)) {}

}  // namespace rspbridge::transport
