// A session whose target, or whose own code, doesn't do what it should.
#include <chrono>
#include <stdexcept>
#include <string>

#include "tests/proxy/scripted_session.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using tests::ScriptedSession;

namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

TEST_CASE("a thread list that isn't understood is no list of processes") {
  ScriptedSession target;
  target.replies["qfThreadInfo"] = "mp2a.2a,what";
  SessionEnd end;
  const auto whole = [&]() -> asio::awaitable<void> {
    co_await target.session->open(kPatience);
    target.session->request_end("enough");
    end = co_await target.session->wait();
  };
  target.run(whole());
  CHECK_FALSE(end.ok);
  CHECK(end.reason ==
        "could not leave the target in order: the stub's thread list isn't understood: mp2a.2a,what");
}
