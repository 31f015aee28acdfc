// A session without the services that it was to have.
#include "proxy/cli/other_clients.hpp"

#include <csignal>
#include <string>

#include <sys/resource.h>

#include "proxy/cli/errors.hpp"
#include "tests/proxy/scripted_session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/warnings.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;

namespace {

// No file may be as large as the shared view.
class SmallFiles {
 public:
  SmallFiles() {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &former_) == 0);
    const rlimit small{1 << 20, former_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &former_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit former_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

}  // namespace

TEST_CASE("where no shared view can be made, what is missing is said") {
  const SmallFiles limit;
  tests::ScriptedSession target;
  const tests::Warnings warnings;
  cli::Options options;
  SECTION("of both") {
    const cli::OtherClients others(target.io.get_executor(), options, *target.session, {});
    CHECK_FALSE(others.http_url());
    REQUIRE(warnings.texts().size() == 1);
    CHECK(warnings.texts().front() ==
          "the target's memory isn't shared with other programs, and nothing is served over HTTP: the shared "
          "view of the target's memory can't be made: File too large");
  }
  SECTION("of the one that is wanted") {
    options.no_http = true;
    const cli::OtherClients others(target.io.get_executor(), options, *target.session, {});
    REQUIRE(warnings.texts().size() == 1);
    CHECK(warnings.texts().front() ==
          "the target's memory isn't shared with other programs: the shared view of the target's memory "
          "can't be "
          "made: File too large");
  }
  SECTION("HTTP that was asked for is an error") {
    options.http.emplace();
    const auto serve = [&] { cli::OtherClients(target.io.get_executor(), options, *target.session, {}); };
    CHECK_THROWS_AS(serve(), cli::Failure);
    CHECK(warnings.texts().empty());
  }
}
