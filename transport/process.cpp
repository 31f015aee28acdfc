#include "transport/process.hpp"

#include <fcntl.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include <asio/buffer.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "transport/child.hpp"
#include "transport/errors.hpp"
#include "transport/fd.hpp"

namespace rspbridge::transport {
namespace {

using Descriptor = asio::posix::stream_descriptor;

class ProcessCommand final : public Command {
 public:
  ProcessCommand(const asio::any_io_executor& executor, Child child, UniqueFd in, UniqueFd out, UniqueFd err)
      : child_(std::move(child)),
        in_(adopt(executor, std::move(in))),
        out_(adopt(executor, std::move(out))),
        err_(adopt(executor, std::move(err))),
        ended_(executor, ::fcntl(child_.pidfd(), F_DUPFD_CLOEXEC, 3)) {}

  ~ProcessCommand() override { close(); }

  asio::awaitable<std::size_t> read_stdout(std::span<char> into) override { return read(out_, into); }
  asio::awaitable<std::size_t> read_stderr(std::span<char> into) override { return read(err_, into); }

  asio::awaitable<void> write_stdin(std::string_view bytes) override {
    std::error_code error;
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await asio::async_write(in_, buffer, token);
    if (error) fail(error, "writing to a process");
  }

  void close_stdin() noexcept override { close(in_); }
  void resize(int, int) noexcept override {}  // never has a pty

  asio::awaitable<ExitStatus> wait() override {
    for (auto status = child_.try_reap();; status = child_.try_reap()) {
      if (status) co_return *status;
      std::error_code error;
      auto token = asio::redirect_error(asio::use_awaitable, error);
      co_await ended_.async_wait(Descriptor::wait_read, token);
      if (error) co_await killed(error);
    }
  }

  void close() noexcept override {
    close(in_);
    close(out_);
    close(err_);
    child_.end();
    close(ended_);
  }

 private:
  // close() has sent it SIGKILL, but doesn't wait for long: a busy machine may take longer.
  asio::awaitable<void> killed(std::error_code error) {
    asio::steady_timer pause(ended_.get_executor());
    for (int tries = 0; tries < 500 && !child_.try_reap(); ++tries) {
      pause.expires_after(std::chrono::milliseconds(10));
      co_await pause.async_wait(asio::use_awaitable);
    }
    if (!child_.try_reap()) fail(error, "waiting for a process");
  }

  static Descriptor adopt(const asio::any_io_executor& executor, UniqueFd fd) {
    Descriptor descriptor(executor);
    if (fd) descriptor.assign(fd.release());
    return descriptor;
  }

  static void close(Descriptor& descriptor) noexcept {
    std::error_code closed_anyway;
    descriptor.close(closed_anyway);
  }

  static asio::awaitable<std::size_t> read(Descriptor& from, std::span<char> into) {
    if (!from.is_open()) co_return 0;
    std::error_code error;
    const auto buffer = asio::buffer(into.data(), into.size());
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const std::size_t count = co_await from.async_read_some(buffer, token);
    if (error == asio::error::eof) co_return 0;
    if (error) fail(error, "reading from a process");
    co_return count;
  }

  Child child_;
  Descriptor in_, out_, err_;
  Descriptor ended_;  // a second pidfd: asio closes its own
};

// One standard stream of a child: what the child gets, and what stays here.
struct Plumbing {
  UniqueFd theirs, ours;
  int child_fd() const noexcept { return theirs.get(); }
};

Plumbing plumb(StdioMode mode, bool child_reads) {
  Plumbing plumbing;
  if (mode == StdioMode::null) {
    plumbing.theirs.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!plumbing.theirs) throw std::system_error(errno, std::generic_category(), "/dev/null");
  } else if (mode == StdioMode::pipe) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    plumbing.theirs.reset(ends[child_reads ? 0 : 1]);
    plumbing.ours.reset(ends[child_reads ? 1 : 0]);
  }
  return plumbing;
}

// A write to the pipe of a process that is gone is to be an error (EPIPE), not the end of this one.
void ignore_sigpipe() {
  struct sigaction current {};
  if (::sigaction(SIGPIPE, nullptr, &current) != 0 || current.sa_handler != SIG_DFL) return;
  current.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &current, nullptr);
}

}  // namespace

CommandPtr spawn(const asio::any_io_executor& executor, const std::vector<std::string>& argv,
                 const SpawnOptions& options) {
  ignore_sigpipe();
  Plumbing in = plumb(options.in, true), out = plumb(options.out, false), err = plumb(options.err, false);
  const ChildStdio stdio{in.child_fd(), out.child_fd(), err.child_fd()};
  Child child = Child::start(argv, stdio, {options.new_process_group, options.die_with_parent});
  return std::make_unique<ProcessCommand>(executor, std::move(child), std::move(in.ours), std::move(out.ours),
                                          std::move(err.ours));
}

}  // namespace rspbridge::transport
