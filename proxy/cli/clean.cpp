#include "proxy/cli/clean.hpp"

#include <spdlog/spdlog.h>

#include "proxy/cli/errors.hpp"
#include "proxy/launch/far_helper.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::proxy::cli {

asio::awaitable<int> clean(Options options) {
  try {
    const transport::SshSessionPtr ssh = co_await transport::SshSession::connect(options.ssh);
    const std::size_t count = co_await launch::remove_far_helpers(ssh);
    spdlog::info("{} removed from {}", count == 1 ? "1 helper" : std::to_string(count) + " helpers",
                 options.target_text);
  } catch (const launch::NoFarHelper& problem) {
    throw Failure(exit_failed, problem.what());
  } catch (const transport::SshError& error) {
    throw Failure(error.code() == transport::SshErrc::bad_config ? exit_usage : exit_connection,
                  error.what());
  }
  co_return exit_ok;
}

}  // namespace rspbridge::proxy::cli
