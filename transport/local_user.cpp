#include "transport/local_user.hpp"

#include <limits.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace rspbridge::transport {

std::string local_user_name() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : std::to_string(::getuid());
}

std::string local_home() {
  if (const passwd* entry = ::getpwuid(::getuid())) return entry->pw_dir;
  const char* home = std::getenv("HOME");
  return home ? home : "/";
}

std::string local_host_name(bool brief) {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  const std::string whole = name.data();
  return brief ? whole.substr(0, whole.find('.')) : whole;
}

}  // namespace rspbridge::transport
