#include "transport/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace rspbridge::transport {
namespace {

std::system_error system_error(int error, const std::string& what) {
  return std::system_error(error, std::generic_category(), what);
}

struct ChildPlan {
  char* const* argv;
  ChildStdio stdio;
  ChildOptions options;
  pid_t parent;
  int error_pipe;
};

// Runs in the forked child: async-signal-safe calls only, since other threads may have held locks.
int install(int fd, int target) {
  if (fd < 0) return 0;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);  // out of the way of the other targets
  if (moved < 0) return -1;
  return ::dup2(moved, target);
}

void become(const ChildPlan& plan) {
  if (plan.options.new_process_group && ::setpgid(0, 0) != 0) return;
  if (plan.options.die_with_parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) return;
    if (::getppid() != plan.parent) ::_exit(127);  // it died before prctl
  }
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  if (plan.options.ignore_interrupt) {
    standard.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &standard, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (install(plan.stdio.in, 0) < 0 || install(plan.stdio.out, 1) < 0 || install(plan.stdio.err, 2) < 0)
    return;
  ::execvp(plan.argv[0], plan.argv);
}

[[noreturn]] void run_child(const ChildPlan& plan) {
  become(plan);
  const int error = errno;
  [[maybe_unused]] const auto reported = ::write(plan.error_pipe, &error, sizeof error);
  ::_exit(127);
}

// Forks with all signals blocked, so that none of our handlers runs in the child.
pid_t fork_quietly(const ChildPlan& plan) {
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run_child(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw system_error(error, "fork");
  return pid;
}

// Blocks until the child has executed its program (0) or failed to (its errno).
int exec_result(int pipe) {
  int error = 0;
  ssize_t count;
  do count = ::read(pipe, &error, sizeof error);
  while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

}  // namespace

Child Child::start(const std::vector<std::string>& argv, const ChildStdio& stdio,
                   const ChildOptions& options) {
  if (argv.empty()) throw system_error(EINVAL, "an empty command");
  std::vector<char*> arguments;
  for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error(errno, "pipe");
  UniqueFd error_reader(ends[0]), error_writer(ends[1]);

  const pid_t pid = fork_quietly({arguments.data(), stdio, options, ::getpid(), error_writer.get()});
  error_writer.reset();
  const int error = exec_result(error_reader.get());
  if (error == 0) {
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pidfd) return Child(pid, std::move(pidfd), options.new_process_group);
  }
  const int reason = error != 0 ? error : errno;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  throw system_error(reason, argv[0]);
}

std::optional<ExitStatus> Child::try_reap() {
  if (status_ || !pidfd_) return status_;
  int status = 0;
  const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  if (reaped == 0) return std::nullopt;
  status_ = ExitStatus{};  // stays empty if somebody else reaped it (SIGCHLD ignored)
  if (reaped == pid_ && WIFEXITED(status)) status_->code = WEXITSTATUS(status);
  if (reaped == pid_ && WIFSIGNALED(status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    status_->signal = name ? name : std::to_string(WTERMSIG(status));
  }
  return status_;
}

void Child::send(int signal) noexcept {
  ::kill(owns_group_ ? -pid_ : pid_, signal);
}

bool Child::ended_within(int milliseconds) noexcept {
  pollfd event{pidfd_.get(), POLLIN, 0};
  return ::poll(&event, 1, milliseconds) == 1;
}

void Child::end() noexcept {
  if (!pidfd_ || try_reap()) return;
  send(SIGTERM);
  ended_within(150);
  // Before reaping, while the pid still can't be anybody else's: the rest of the group goes, too.
  send(SIGKILL);
  ended_within(50);
  try_reap();
}

}  // namespace rspbridge::transport
