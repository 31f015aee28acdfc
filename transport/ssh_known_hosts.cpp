#include "transport/ssh_known_hosts.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

#include "transport/ssh_host_key_messages.hpp"

namespace rspbridge::transport {
namespace {

// The key on a line without marker, if the line is about the host.
SshKeyHandle parse_entry(const std::string& line, const std::string& known_as) {
  ssh_knownhosts_entry* entry = nullptr;
  if (ssh_known_hosts_parse_line(known_as.c_str(), line.c_str(), &entry) != SSH_OK) return {};
  SshKeyHandle key(entry->publickey);
  entry->publickey = nullptr;
  ssh_knownhosts_entry_free(entry);
  return key;
}

// Takes "@revoked" off a line. Nothing for a line that names no key: blank, comment, @cert-authority.
std::optional<std::string> strip_marker(std::string line, bool& revoked) {
  constexpr std::string_view blanks = " \t";
  constexpr std::string_view revoked_mark = "@revoked";
  line.erase(0, std::min(line.find_first_not_of(blanks), line.size()));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  revoked = line.starts_with(revoked_mark);
  if (revoked) {
    line.erase(0, revoked_mark.size());
    line.erase(0, std::min(line.find_first_not_of(blanks), line.size()));
  }
  if (line.empty() || line[0] == '#' || line[0] == '@') return std::nullopt;
  return line;
}

bool same_kind(ssh_key one, ssh_key other) {
  return ssh_key_type(one) == ssh_key_type(other);
}

}  // namespace

std::string fingerprint(ssh_key key) {
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) return "unknown";
  const SshText text(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
  ssh_clean_pubkey_hash(&hash);
  return text ? text.get() : "unknown";
}

std::string key_type(ssh_key key) {
  const char* name = ssh_key_type_to_char(ssh_key_type(key));
  return name ? name : "unknown";
}

SshKnownHosts::SshKnownHosts(const SshOptions& options) {
  for (const auto& file : options.user_known_hosts) read(file, options.known_as);
  for (const auto& file : options.global_known_hosts) read(file, options.known_as);
  write_for_libssh();
}

void SshKnownHosts::read(const std::filesystem::path& file, const std::string& known_as) {
  files_.push_back(file);
  std::ifstream input(file);
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    bool revoked = false;
    const auto entry = strip_marker(std::move(line), revoked);
    if (!entry) continue;
    if (SshKeyHandle key = parse_entry(*entry, known_as))
      entries_.push_back(Entry{file, number, revoked, std::move(key)});
  }
}

void SshKnownHosts::write_for_libssh() {
  std::string text;
  for (const auto& entry : entries_) {
    char* base64 = nullptr;
    if (entry.revoked || ssh_pki_export_pubkey_base64(entry.key.get(), &base64) != SSH_OK) continue;
    const SshText owner(base64);
    text += std::string(sole_host) + " " + key_type(entry.key.get()) + " " + base64 + "\n";
  }
  for_libssh_.reset(::memfd_create("known_hosts", MFD_CLOEXEC));
  if (!for_libssh_ ||
      ::write(for_libssh_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::system_error(errno, std::generic_category(), "known_hosts");
}

std::string SshKnownHosts::path_for_libssh() const {
  return "/proc/self/fd/" + std::to_string(for_libssh_.get());
}

void SshKnownHosts::check(ssh_key key, const SshOptions& options) const {
  const HostKeyFacts facts{options, key_type(key), fingerprint(key), files_};
  const Entry* known = nullptr;
  const Entry* same_type = nullptr;
  for (const auto& entry : entries_) {
    const bool equal = ssh_key_cmp(entry.key.get(), key, SSH_KEY_CMP_PUBLIC) == 0;
    if (equal && entry.revoked) throw host_key_revoked(facts, {entry.file, entry.line});
    if (entry.revoked) continue;
    if (equal && !known) known = &entry;
    if (!same_type && same_kind(entry.key.get(), key)) same_type = &entry;
  }
  if (known) return;
  if (same_type) throw host_key_differs(facts, {same_type->file, same_type->line});
  for (const auto& entry : entries_)
    if (!entry.revoked)
      throw host_key_of_other_kind(facts, {entry.file, entry.line}, key_type(entry.key.get()));
  throw host_key_not_known(facts);
}

}  // namespace rspbridge::transport
