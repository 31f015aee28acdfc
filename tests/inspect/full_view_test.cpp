// Memory that the target can read, and the shared view can't hold.
#include <string>

#include "tests/inspect/stub.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::inspect;
using rspbridge::proxy::inspect::test::Target;

namespace {

constexpr std::uint64_t kPage = 4096, kBegin = 0x10000000;
const std::string of_a_file = "10000000-14000000 rw-p 00000000 fd:01 9 /srv/x\nVmFlags: rd wr mr mw \n";

}  // namespace

TEST_CASE("a full view is said to be full") {
  Target target(of_a_file, {.populated = 4 * kPage});
  REQUIRE(target.run(target.inspector.read(kBegin, 4 * kPage)));
  const auto more = target.run(target.inspector.read(kBegin + 8 * kPage, 8));
  REQUIRE_FALSE(more);
  CHECK(more.error().problem == Problem::full);
  const auto ahead = target.run(target.inspector.prefetch({{{kBegin + 8 * kPage}, {kBegin + 9 * kPage}}}));
  REQUIRE(ahead);
  CHECK(ahead->problem == Problem::full);

  const memmap::view::Ensure request{.id = 3, .address = kBegin + 8 * kPage, .length = kPage};
  const auto answer = target.run(target.inspector.ensure(request));
  const auto* failure = std::get_if<memmap::view::Failure>(&answer);
  REQUIRE(failure != nullptr);
  CHECK(failure->code == memmap::view::FailureCode::full);

  // The next stop has room again.
  target.stub.become(8);
  CHECK(target.run(target.inspector.read(kBegin + 8 * kPage, 8)));
}
