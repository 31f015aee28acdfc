#include "transport/ssh_auth.hpp"

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "transport/ssh_agent.hpp"
#include "transport/ssh_key_file.hpp"

namespace rspbridge::transport {
namespace {

constexpr int passphrase_tries = 3;

class Authenticator {
 public:
  Authenticator(SshLink& link, const SshOptions& options, const AskPassphrase& ask, Deadline& deadline)
      : link_(link), options_(options), ask_(ask), deadline_(deadline) {}

  asio::awaitable<void> run() {
    const bool success = co_await try_everything();
    if (success) co_return;
    // sshd hangs up after too many keys (MaxAuthTries); anything else isn't about authentication.
    if (given_up_ && link_.last_error().find("authentication") == std::string::npos) link_.throw_if_lost();
    throw failure();
  }

 private:
  asio::awaitable<bool> try_everything() {
    if (!options_.public_key_authentication) {
      note("public keys: switched off by PubkeyAuthentication");
      co_return false;
    }
    bool success = co_await try_agent();
    for (std::size_t at = 0; at < options_.identity_files.size() && !success && !given_up_; ++at)
      success = co_await try_file(options_.identity_files[at]);
    co_return success;
  }

  asio::awaitable<bool> try_agent() {
    if (options_.identities_only) {
      note("agent: not asked (IdentitiesOnly)");
      co_return false;
    }
    if (!options_.agent_socket) {
      note("agent: none (SSH_AUTH_SOCK isn't set)");
      co_return false;
    }
    const auto keys = count_agent_keys(*options_.agent_socket);
    if (!keys) {
      note("agent: " + *options_.agent_socket + " doesn't answer");
      co_return false;
    }
    note("agent: " + std::to_string(*keys) + (*keys == 1 ? " key" : " keys") + ", none accepted");
    if (*keys == 0) co_return false;
    std::function<int()> step = [session = link_.session()] { return ssh_userauth_agent(session, nullptr); };
    const bool success = co_await accepted(step);
    co_return success;
  }

  asio::awaitable<bool> try_file(std::filesystem::path file) {
    KeyFile key = read_private_key(file);
    bool success = false;
    if (key.state == KeyFileState::absent) {
      note(file.string() + ": not there");
    } else if (key.state == KeyFileState::unreadable) {
      note(file.string() + ": " + key.error);
    } else if (key.state == KeyFileState::needs_passphrase) {
      success = co_await try_encrypted(file);
    } else {
      success = co_await try_key(key.key.get(), file);
    }
    co_return success;
  }

  // Nobody is to type a passphrase for a key that the server wouldn't take.
  asio::awaitable<bool> try_encrypted(std::filesystem::path file) {
    const SshKeyHandle public_half = read_public_half(file);
    if (public_half) {
      std::function<int()> step = [session = link_.session(), key = public_half.get()] {
        return ssh_userauth_try_publickey(session, nullptr, key);
      };
      const bool wanted = co_await accepted(step);
      if (!wanted) {
        note(file.string() + ": not accepted by the server");
        co_return false;
      }
    }
    KeyFile key;
    for (int tries = 0; tries < passphrase_tries && key.state != KeyFileState::readable; ++tries) {
      auto passphrase = ask(file, tries > 0);
      if (!passphrase) {
        note(file.string() + ": needs a passphrase, and none was given");
        co_return false;
      }
      key = read_private_key(file, *passphrase);
      wipe(*passphrase);
    }
    if (key.state != KeyFileState::readable) {
      note(file.string() + ": wrong passphrase");
      co_return false;
    }
    const bool success = co_await try_key(key.key.get(), file);
    co_return success;
  }

  std::optional<std::string> ask(const std::filesystem::path& file, bool again) {
    if (!ask_) return std::nullopt;
    const auto before = Deadline::Clock::now();
    const std::string prompt =
        std::string(again ? "Wrong passphrase. " : "") + "Passphrase for " + file.string() + ": ";
    auto passphrase = ask_(prompt);
    deadline_.extend(Deadline::Clock::now() - before);
    if (passphrase && passphrase->empty()) return std::nullopt;
    return passphrase;
  }

  asio::awaitable<bool> try_key(ssh_key key, const std::filesystem::path& file) {
    std::function<int()> step = [session = link_.session(), key] {
      return ssh_userauth_publickey(session, nullptr, key);
    };
    const bool success = co_await accepted(step);
    if (!success) note(file.string() + ": not accepted by the server");
    co_return success;
  }

  asio::awaitable<bool> accepted(const std::function<int()>& step) {
    int answer = SSH_AUTH_ERROR;
    try {
      answer = co_await link_.drive(step, SSH_AUTH_AGAIN);
    } catch (const SshError&) {
      answer = SSH_AUTH_ERROR;  // lost: failure() says so
    }
    if (answer == SSH_AUTH_PARTIAL) wants_more_ = true;
    if (link_.lost()) given_up_ = true;
    co_return answer == SSH_AUTH_SUCCESS;
  }

  void note(std::string line) { tried_.push_back(std::move(line)); }

  SshError failure() const {
    std::string message = "The SSH server at " + options_.describe() + " accepted no key. Tried:";
    for (const auto& line : tried_) message += "\n  " + line;
    if (given_up_) message += "\nThe server ended the connection: " + link_.last_error();
    if (wants_more_) message += "\nA key was accepted, but the server asks for more than a key.";
    return SshError(
        SshErrc::auth_failed,
        message +
            "\nPut a public key on the host (ssh-copy-id), name its private key with -i, or add it "
            "to the agent (ssh-add).");
  }

  SshLink& link_;
  const SshOptions& options_;
  const AskPassphrase& ask_;
  Deadline& deadline_;
  std::vector<std::string> tried_;
  bool given_up_ = false, wants_more_ = false;
};

}  // namespace

asio::awaitable<void> authenticate(SshLink& link, const SshOptions& options, const AskPassphrase& ask,
                                   Deadline& deadline) {
  Authenticator authenticator(link, options, ask, deadline);
  co_await authenticator.run();
}

}  // namespace rspbridge::transport
