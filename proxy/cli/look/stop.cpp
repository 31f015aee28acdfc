// stop: a session ends from the shell.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <spdlog/spdlog.h>

#include "memmap/file_descriptor.hpp"
#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/find_session.hpp"
#include "proxy/cli/look/look.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

// Letting go of the process over a slow link, and ending gdbserver.
constexpr int patience_ms = 30'000;

bool is_running(const registry::Ready& session) {
  const auto sessions = running_sessions();
  return std::any_of(sessions.begin(), sessions.end(),
                     [&](const registry::Ready& one) { return one.session == session.session; });
}

}  // namespace

void stop_session(const Options& options) {
  const auto sessions = running_sessions();
  if (options.if_any && !has_session(sessions, options.session)) {
    spdlog::info("there is no such session any more");
    return;
  }
  const registry::Ready& session = choose_session(sessions, options.session);
  // By system calls: glibc 2.36 declares its functions for these to C only.
  const auto pid = static_cast<pid_t>(session.pid);
  const memmap::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // If the session runs now, the descriptor is of its process, and not of another one with that number.
  if (!process || !is_running(session)) {
    spdlog::info("session {} has just ended", session.session);
    return;
  }
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) != 0 && errno != ESRCH)
    throw Failure(exit_failed, "cannot end session " + session.session + ": " + std::strerror(errno));
  pollfd waiting{process.get(), POLLIN, 0};
  if (::poll(&waiting, 1, patience_ms) <= 0)
    throw Failure(exit_failed, "session " + session.session + " doesn't end; its process is " +
                                   std::to_string(session.pid));
  spdlog::info("session {} has ended", session.session);
}

}  // namespace rspbridge::proxy::cli::look
