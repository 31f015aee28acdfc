#include "transport/ssh_host_key_messages.hpp"

namespace rspbridge::transport {
namespace {

std::string list_of(const std::vector<std::filesystem::path>& files) {
  std::string list;
  for (const auto& file : files) list += (list.empty() ? "" : ", ") + file.string();
  return list.empty() ? "none" : list;
}

std::string host_of(const SshOptions& options) {
  return options.port == 22 ? options.hostname : "[" + options.hostname + "]:" + std::to_string(options.port);
}

std::string at(const KnownHostsLine& known) {
  return known.file.string() + ":" + std::to_string(known.line);
}

// "ed25519" of "ssh-ed25519", as ssh-keyscan -t takes it.
std::string scan_type(const std::string& type) {
  if (type.find("ed25519") != std::string::npos) return "ed25519";
  return type.find("ecdsa") != std::string::npos ? "ecdsa" : "rsa";
}

std::string ssh_command(const SshOptions& options) {
  std::string command = "ssh ";
  if (!options.config_file.empty()) command += "-F " + options.config_file.string() + " ";
  if (options.port != 22) command += "-p " + std::to_string(options.port) + " ";
  return command + options.user + "@" + options.alias;
}

std::string keyscan_command(const HostKeyFacts& facts) {
  const SshOptions& options = facts.options;
  std::string command = "ssh-keyscan ";
  if (options.port != 22) command += "-p " + std::to_string(options.port) + " ";
  return command + "-t " + scan_type(facts.type) + " " + options.hostname + " >> " +
         options.user_known_hosts.front().string();
}

// ssh-keyscan can't go through a jump host, and knows nothing of HostKeyAlias or of no file at all.
std::string how_to_accept(const HostKeyFacts& facts) {
  const SshOptions& options = facts.options;
  const bool plain_name = options.known_as.find(options.hostname) != std::string::npos;
  std::string text = "If that is the fingerprint of the host's own key, accept it by ";
  if (options.proxy.empty() && !options.user_known_hosts.empty() && plain_name)
    text += "'" + keyscan_command(facts) + "', or by logging in once with ";
  else
    text += "logging in once with ";
  return text + "'" + ssh_command(options) + "'.";
}

std::string shown_key(const HostKeyFacts& facts) {
  return "the " + facts.type + " key with fingerprint " + facts.fingerprint;
}

std::string how_to_forget(const HostKeyFacts& facts, const KnownHostsLine& known) {
  return "ssh-keygen -f " + known.file.string() + " -R '" + facts.options.known_as + "'";
}

}  // namespace

SshError host_key_not_known(const HostKeyFacts& facts) {
  return SshError(SshErrc::host_key_unknown, "The host key of " + host_of(facts.options) +
                                                 " isn't known: it showed " + shown_key(facts) +
                                                 ", and no known_hosts file has a key for it (read: " +
                                                 list_of(facts.files) + "). " + how_to_accept(facts));
}

SshError host_key_differs(const HostKeyFacts& facts, const KnownHostsLine& known) {
  return SshError(SshErrc::host_key_changed,
                  "The host key of " + host_of(facts.options) + " has changed: it showed " +
                      shown_key(facts) + ", but " + at(known) +
                      " has another one. Either somebody is in between, or the host was installed anew. "
                      "Don't go on before "
                      "you know which. If the new key is right, remove the old one with '" +
                      how_to_forget(facts, known) + "'.");
}

SshError host_key_of_other_kind(const HostKeyFacts& facts, const KnownHostsLine& known,
                                const std::string& known_type) {
  return SshError(SshErrc::host_key_changed,
                  "The host key of " + host_of(facts.options) +
                      " is of another kind than the known one: it showed " + shown_key(facts) + ", but " +
                      at(known) + " has a key of type " + known_type +
                      ". Somebody may be in between. If the new key is right, remove the old one with '" +
                      how_to_forget(facts, known) + "' and accept the new one.");
}

SshError host_key_revoked(const HostKeyFacts& facts, const KnownHostsLine& known) {
  return SshError(SshErrc::host_key_changed, "The host key of " + host_of(facts.options) +
                                                 " is marked as revoked in " + at(known) + ": " +
                                                 shown_key(facts) + ". It must not be trusted any more.");
}

SshError host_key_not_confirmed(const HostKeyFacts& facts, int answer) {
  return SshError(SshErrc::host_key_unknown, "The host key of " + host_of(facts.options) +
                                                 " could not be checked: libssh answered " +
                                                 std::to_string(answer) + " for " + shown_key(facts) + ".");
}

}  // namespace rspbridge::transport
