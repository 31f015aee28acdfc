#include "transport/ssh_options.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "transport/local_user.hpp"
#include "transport/ssh_config.hpp"
#include "transport/ssh_proxy_command.hpp"
#include "transport/ssh_tokens.hpp"

namespace rspbridge::transport {
namespace {

// libssh's own defaults, with AES-GCM first: it is the fastest where the processor has AES.
constexpr std::string_view cipher_list =
    "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes192-ctr,"
    "aes128-ctr";
constexpr std::string_view mac_list =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";
constexpr std::string_view key_exchange_list =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group18-sha512,diffie-hellman-group16-sha512,"
    "diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha256";
constexpr std::string_view host_key_list =
    "ssh-ed25519,ecdsa-sha2-nistp521,ecdsa-sha2-nistp384,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256";

[[noreturn]] void fail(const std::string& message) {
  throw SshError(SshErrc::bad_config, message);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

bool says_yes(const SshConfig& config, const std::string& keyword, bool otherwise) {
  const auto value = config.value(keyword);
  if (!value) return otherwise;
  const std::string word = lower(*value);
  return word == "yes" || word == "true";
}

std::chrono::seconds duration(const SshConfig& config, const std::string& keyword,
                              std::chrono::seconds otherwise) {
  const auto value = config.value(keyword);
  if (!value || *value == "none") return otherwise;
  const auto parsed = parse_duration(*value);
  if (!parsed) fail("The SSH option " + keyword + " is '" + *value + "', which isn't a time.");
  return *parsed;
}

template <class Number>
Number number(const std::string& keyword, const std::string& text, Number least, Number most) {
  Number value{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < least || value > most)
    fail("The SSH option " + keyword + " is '" + text + "', which isn't a number in its range.");
  return value;
}

// ssh refuses such a file, too: who can write it decides what command is run (ProxyCommand).
void refuse_if_others_can_write(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return;
  const bool owned = status.st_uid == 0 || status.st_uid == ::getuid();
  if (!owned || (status.st_mode & 022) != 0)
    fail(file.string() + " can be written by others. Mend that with: chmod go-w " + file.string());
}

SshConfig read_config(const SshTarget& target) {
  SshConfig config(target.host, target.user);
  for (const auto& option : target.options) config.add_option(option);
  const std::filesystem::path user_directory = std::filesystem::path(local_home()) / ".ssh";
  const auto read_files = [&] {
    if (target.config_file) {
      if (*target.config_file != "none") config.read(*target.config_file, user_directory, true);
      return;
    }
    refuse_if_others_can_write(user_directory / "config");
    config.read(user_directory / "config", user_directory, false);
    config.read("/etc/ssh/ssh_config", "/etc/ssh", false);
  };
  read_files();
  if (config.wants_final_pass()) {
    config.begin_final_pass();
    read_files();
  }
  return config;
}

SshTokens make_tokens(const SshConfig& config, const SshOptions& options) {
  return {{'h', options.hostname},
          {'n', options.alias},
          {'p', std::to_string(options.port)},
          {'r', options.user},
          {'u', local_user_name()},
          {'d', local_home()},
          {'i', std::to_string(::getuid())},
          {'k', config.value("hostkeyalias").value_or(options.alias)},
          {'L', local_host_name(true)},
          {'l', local_host_name(false)},
          {'j', config.value("proxyjump").value_or("")}};
}

void resolve_host(const SshTarget& target, const SshConfig& config, SshOptions& options) {
  options.alias = target.host;
  const std::string hostname = config.value("hostname").value_or(target.host);
  options.hostname = expand_tokens(hostname, {{'h', target.host}, {'n', target.host}});
  options.user = target.user ? *target.user : config.value("user").value_or(local_user_name());
  if (target.port)
    options.port = *target.port;
  else if (const auto port = config.value("port"))
    options.port = number<std::uint16_t>("Port", *port, 1, 65535);
  if (options.hostname.empty() || options.hostname.starts_with('-') || options.user.empty())
    fail("'" + options.user + "@" + options.hostname + "' isn't a user and a host.");
  if (const auto name = config.value("hostkeyalias"))
    options.known_as = lower(*name);
  else if (options.port == 22)
    options.known_as = lower(options.hostname);
  else
    options.known_as = "[" + lower(options.hostname) + "]:" + std::to_string(options.port);
}

void resolve_identities(const SshTarget& target, const SshConfig& config, const SshTokens& tokens,
                        SshOptions& options) {
  auto& files = options.identity_files;
  const auto add = [&files](const std::filesystem::path& file) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  };
  for (const auto& file : target.identity_files) add(expand_path(file.string(), tokens));
  const auto configured = config.all("identityfile");
  for (const auto& value : configured) {
    const auto words = split_words(value);
    if (words && words->size() == 1 && words->front() != "none") add(expand_path(words->front(), tokens));
  }
  if (target.identity_files.empty() && configured.empty())
    for (const char* name : {"id_ed25519", "id_ecdsa", "id_rsa"})
      add(std::filesystem::path(local_home()) / ".ssh" / name);
  options.identities_only = says_yes(config, "identitiesonly", false);
  options.public_key_authentication = says_yes(config, "pubkeyauthentication", true);

  const std::string agent = config.value("identityagent").value_or("SSH_AUTH_SOCK");
  const std::string variable = agent.starts_with('$') && !agent.starts_with("${") ? agent.substr(1) : agent;
  if (variable == "SSH_AUTH_SOCK" || variable != agent) {
    const char* socket = std::getenv(variable.c_str());
    if (socket && *socket) options.agent_socket = socket;
  } else if (agent != "none") {
    options.agent_socket = expand_path(agent, tokens);
  }
}

std::vector<std::filesystem::path> known_hosts_files(const SshConfig& config, const std::string& keyword,
                                                     const SshTokens& tokens,
                                                     std::vector<std::filesystem::path> otherwise) {
  const auto words = config.words(keyword);
  if (words.empty()) return otherwise;
  std::vector<std::filesystem::path> files;
  for (const auto& word : words)
    if (word != "none") files.emplace_back(expand_path(word, tokens));
  return files;
}

void resolve_limits(const SshTarget& target, const SshConfig& config, SshOptions& options) {
  options.connect_timeout = duration(config, "connecttimeout", target.connect_timeout);
  options.alive_interval = duration(config, "serveraliveinterval", target.alive_interval);
  options.alive_count_max = target.alive_count_max;
  if (const auto count = config.value("serveralivecountmax"))
    options.alive_count_max = number<int>("ServerAliveCountMax", *count, 0, 1'000'000);
  options.compression = says_yes(config, "compression", false);
  if (const auto limit = config.words("rekeylimit"); !limit.empty() && limit.front() != "default") {
    const auto bytes = parse_size(limit.front());
    if (!bytes) fail("The SSH option RekeyLimit is '" + limit.front() + "', which isn't a size.");
    options.rekey_bytes = *bytes;
  }
  const auto list = [&config](const char* keyword, std::string_view defaults) {
    return combine_algorithms(config.value(keyword).value_or(""), defaults);
  };
  options.algorithms = {list("ciphers", cipher_list), list("macs", mac_list),
                        list("kexalgorithms", key_exchange_list), list("hostkeyalgorithms", host_key_list),
                        list("pubkeyacceptedalgorithms", "")};
}

}  // namespace

std::string SshOptions::describe() const {
  const bool bare_v6 = hostname.find(':') != std::string::npos;
  return user + "@" + (bare_v6 ? "[" + hostname + "]" : hostname) + ":" + std::to_string(port);
}

SshOptions resolve_ssh_options(const SshTarget& target) {
  if (target.host.empty()) fail("No SSH host was given.");
  const SshConfig config = read_config(target);
  SshOptions options;
  if (target.config_file) options.config_file = *target.config_file;
  resolve_host(target, config, options);
  const SshTokens tokens = make_tokens(config, options);
  resolve_identities(target, config, tokens, options);
  const std::filesystem::path user_directory = std::filesystem::path(local_home()) / ".ssh";
  options.user_known_hosts =
      known_hosts_files(config, "userknownhostsfile", tokens,
                        {user_directory / "known_hosts", user_directory / "known_hosts2"});
  options.global_known_hosts = known_hosts_files(config, "globalknownhostsfile", tokens,
                                                 {"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"});
  options.proxy = proxy_command(config, tokens, options);
  resolve_limits(target, config, options);
  return options;
}

}  // namespace rspbridge::transport
