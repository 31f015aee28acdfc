// Puts the far helper on a target and asks it of a stub there, for tests/e2e/far_helper.py.
//
//   far_probe SSH_CONFIG HOST HELPERS start STUB    "helper: OPENED", or "no stub: REASON"
//   far_probe SSH_CONFIG HOST HELPERS remove        "removed N"
//
// What a user would be told instead begins with "none: ".
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <variant>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include "proxy/launch/far_helper.hpp"
#include "proxy/link/stream_link.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;

namespace {

asio::awaitable<std::string> first_answer(transport::Stream& stream) {
  link::NearEnd near(RSPBRIDGE_VERSION);
  near.send(link::Open{});
  std::string bytes = near.take_output();
  co_await stream.write(bytes);
  std::array<char, 4096> buffer{};
  while (near.error().empty()) {
    while (auto message = near.next()) {
      if (const auto* opened = std::get_if<link::Opened>(&*message))
        co_return opened->is_stub ? "helper: a stub" : "helper: no stub's answer";
      if (const auto* gone = std::get_if<link::StubGone>(&*message)) co_return "no stub: " + gone->reason;
    }
    const std::size_t n = co_await stream.read_some(buffer);
    if (n == 0) co_return "the helper ended";
    near.feed({buffer.data(), n});
  }
  co_return near.error();
}

asio::awaitable<std::string> answer(char** words) {
  transport::SshTarget target{.host = words[2], .config_file = words[1]};
  transport::AskPassphrase ask = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  auto ssh = co_await transport::SshSession::connect(target, ask);
  try {
    if (std::string(words[4]) == "remove") {
      const std::size_t count = co_await launch::remove_far_helpers(ssh);
      co_return "removed " + std::to_string(count);
    }
    launch::FarHelperOptions options{words[3], RSPBRIDGE_VERSION, words[5]};
    auto stream = co_await launch::start_far_helper(ssh, options);
    std::string text = co_await first_answer(*stream);
    co_return text;
  } catch (const launch::NoFarHelper& none) {
    co_return std::string("none: ") + none.what();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return 2;
  spdlog::set_default_logger(spdlog::stderr_logger_st("far_probe"));
  asio::io_context io;
  int code = 1;
  asio::co_spawn(io, answer(argv), [&](const std::exception_ptr& thrown, const std::string& text) {
    code = thrown ? 1 : 0;
    try {
      if (thrown) std::rethrow_exception(thrown);
      std::puts(text.c_str());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "far_probe: %s\n", error.what());
    }
    io.stop();
  });
  io.run();
  return code;
}
