// rspbridge-far: the far half of rspbridge, on the target beside the stub. The link is on stdin and stdout.
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <unistd.h>

#include "proxy/helper/relay.hpp"

namespace {

constexpr const char* usage =
    "rspbridge-far " RSPBRIDGE_VERSION
    " is the part of rspbridge that runs on the target; rspbridge starts it.\n"
    "\n"
    "  rspbridge-far --connect 127.0.0.1:PORT|unix:/PATH   joins the stub that listens there\n"
    "  rspbridge-far --own 127.0.0.1:PORT|unix:/PATH       the same; the stub is to end with the link, so "
    "its\n"
    "                                                      target is stopped then\n"
    "  rspbridge-far --version                             says \"rspbridge-far VERSION protocol N\"\n";

int fail(const std::string& sentence) {
  std::fprintf(stderr, "rspbridge-far: %s\n", sentence.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace rspbridge::proxy;
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (argc == 2 && option == "--version") {
    std::printf("rspbridge-far %s protocol %llu\n", RSPBRIDGE_VERSION,
                static_cast<unsigned long long>(link::protocol_version));
    return 0;
  }
  if (argc != 3 || (option != "--connect" && option != "--own")) {
    std::fputs(usage, option == "--help" ? stdout : stderr);
    return option == "--help" ? 0 : 2;
  }
  if (::isatty(STDIN_FILENO) != 0 || ::isatty(STDOUT_FILENO) != 0)
    return fail("stdin and stdout are a terminal, and would have to be the link to rspbridge");
  std::signal(SIGPIPE, SIG_IGN);
  try {
    // Nothing here needs a directory, and this one may be on a file system that is to be unmounted.
    if (::chdir("/") != 0) return fail("cannot change to the directory /");
    const auto whose = option == "--own" ? helper::Relay::Stub::own : helper::Relay::Stub::another;
    helper::Relay relay(STDIN_FILENO, STDOUT_FILENO, helper::connect_stub(argv[2]), whose, RSPBRIDGE_VERSION);
    const std::string failure = relay.run();
    return failure.empty() ? 0 : fail(failure);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
