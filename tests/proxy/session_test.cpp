// A session whose target, or whose own code, doesn't do what it should.
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <unistd.h>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/inspect/inspector.hpp"
#include "rsp/escape.hpp"
#include "tests/proxy/scripted_session.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using tests::ScriptedSession;

namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds at_once{1000};

std::filesystem::path socket_path() {
  return std::filesystem::temp_directory_path() / ("session_test." + std::to_string(::getpid()));
}

// Can't bear to hear that the target runs, or that it stopped.
struct Broken final : inspect::StubAccess::Observer {
  inspect::StubAccess* session = nullptr;
  bool at_running = true;
  void on_state() override {
    if (session && session->state().running == at_running) {
      session = nullptr;
      throw std::logic_error("the observer broke");
    }
  }
  void on_change(inspect::StubAccess::Touches, const std::string&, const std::string&) override {}
};

// What a file is read by that never comes, until `hang` is cancelled.
asio::awaitable<std::string> read_late(std::shared_ptr<asio::steady_timer> hang) {
  asio::error_code cancelled;
  co_await hang->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  co_return "late";
}

asio::awaitable<void> end_of(Session& session, SessionEnd& end) {
  end = co_await session.wait();
}

}  // namespace

TEST_CASE("a thread list that isn't understood is no list of processes") {
  ScriptedSession target;
  target.replies["qfThreadInfo"] = "mp2a.2a,what";
  target.run(target.session->open(patience));
  target.session->request_end("enough");
  SessionEnd end;
  target.run(end_of(*target.session, end));
  CHECK_FALSE(end.ok);
  CHECK(end.reason ==
        "could not leave the target in order: the stub's thread list isn't understood: mp2a.2a,what");
}

TEST_CASE("a session leaves all threads' process, which the stub lists in one document, not one for one") {
  ScriptedSession target;
  std::string list = "l<threads>";
  for (int thread = 1; thread <= 50; ++thread)
    list += "<thread id=\"p2a." + rsp::format_hex(static_cast<std::uint64_t>(thread)) + "\"/>";
  target.replies["qXfer:threads:read::0,1000"] = list + "</threads>";
  target.replies["qfThreadInfo"] = "mnot to be asked";
  target.replies["qAttached:2a"] = "1";
  target.run(target.session->open(patience));
  target.session->request_end("enough");
  SessionEnd end;
  SECTION("a process that the stub lets go") {
    target.replies["D;2a"] = "OK";
    target.run(end_of(*target.session, end));
    CHECK(end.ok);
  }
  SECTION("a process that it doesn't") {
    target.run(end_of(*target.session, end));
    CHECK(end.reason == "could not leave the target in order: the stub refused");
  }
}

TEST_CASE("an error while messages are moved is no end of moving them") {
  ScriptedSession target;
  target.replies["vCont;c"] = "T05thread:2a;";
  target.run(target.session->open(patience));
  Broken observer;
  target.session->observe(&observer);
  observer.session = target.session.get();
  const auto resume = [&]() -> asio::awaitable<void> {
    co_await target.session->resume("vCont;c", std::chrono::seconds(1));
  };
  CHECK_THROWS_AS(target.run(resume()), std::logic_error);
  target.session->request_end("enough");
  SessionEnd end;
  target.run(end_of(*target.session, end));
  CHECK(end.ok);
  CHECK(end.reason == "enough");
}

TEST_CASE("an error where nobody waits for the outcome ends the session") {
  SECTION("while the stub is read") {
    ScriptedSession target;
    target.replies["vCont;c"] = "T05thread:2a;";
    target.run(target.session->open(patience));
    Broken observer;
    target.session->observe(&observer);
    observer.at_running = false;
    const auto resume = [&]() -> asio::awaitable<void> {
      auto resuming = target.session->resume("vCont;c", std::chrono::seconds(1));
      observer.session = target.session.get();
      co_await std::move(resuming);
    };
    target.run(resume());
    SessionEnd end;
    target.run(end_of(*target.session, end));
    CHECK_FALSE(end.ok);
    CHECK(end.reason == "rspbridge itself failed: the observer broke");
  }
  SECTION("while GDBs are admitted") {
    Session::Options options;
    options.view = near::ViewKind::native;
    options.symbols = [](near::ViewKind) -> std::shared_ptr<near::SymbolStore> {
      throw std::logic_error("no such store");
    };
    ScriptedSession target(std::move(options));
    target.run(target.session->open(patience));
    target.session->serve(transport::listen_unix(target.io.get_executor(), socket_path()));
    transport::StreamPtr gdb;
    const auto connect = [&]() -> asio::awaitable<void> {
      gdb = co_await transport::connect_unix(socket_path());
    };
    target.run(connect());
    SessionEnd end;
    target.run(end_of(*target.session, end));
    CHECK_FALSE(end.ok);
    CHECK(end.reason == "rspbridge itself failed: no such store");
  }
}

TEST_CASE("a session that is given up lets its GDB go") {
  ScriptedSession target;
  target.run(target.session->open(patience));
  target.session->serve(transport::listen_unix(target.io.get_executor(), socket_path()));
  transport::StreamPtr gdb;
  std::size_t arrived = 0;
  const auto connect = [&]() -> asio::awaitable<void> {
    gdb = co_await transport::connect_unix(socket_path());
    const std::string question = "+$qSupported#37";
    co_await gdb->write(question);
    std::array<char, 4096> buffer{};
    arrived = co_await gdb->read_some(buffer);
  };
  target.run(connect());
  REQUIRE(arrived > 0);
  target.run(target.session->abandon());
  target.session.reset();
  const auto read_to_end = [&]() -> asio::awaitable<void> {
    std::array<char, 4096> buffer{};
    while (co_await gdb->read_some(buffer) != 0) {
    }
  };
  target.run(read_to_end());
}

TEST_CASE("nothing uses a session that is over, not even what hangs with the link") {
  std::shared_ptr<asio::steady_timer> hang;
  Session::Options options;
  options.read_target_file = [&hang](const std::string&) { return read_late(hang); };
  ScriptedSession target(std::move(options));
  hang = std::make_shared<asio::steady_timer>(target.io, asio::steady_timer::time_point::max());
  target.run(target.session->open(patience));
  auto inspector = std::make_unique<inspect::Inspector>(target.io.get_executor(), *target.session);
  std::optional<inspect::Result<std::string>> read;
  asio::co_spawn(target.io, inspector->file("/etc/hostname"),
                 [&](std::exception_ptr, inspect::Result<std::string> result) { read = std::move(result); });
  target.io.restart();
  target.io.poll();
  REQUIRE_FALSE(read);

  const auto begin = std::chrono::steady_clock::now();
  target.session->request_end("enough");
  SessionEnd end;
  target.run(end_of(*target.session, end));
  target.run(inspector->finish());
  CHECK(std::chrono::steady_clock::now() - begin < at_once);
  CHECK(end.ok);
  REQUIRE(read);
  REQUIRE_FALSE(*read);
  CHECK(read->error().problem == inspect::Problem::gone);
  inspector.reset();
  target.session.reset();
  CHECK(hang->cancel() == 1);  // it was still being read
  target.io.restart();
  target.io.poll();
  hang.reset();  // before the loop
}
