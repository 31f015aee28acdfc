// Memory that the target can read, and the shared view can't hold.
#include <csignal>
#include <string>

#include <sys/resource.h>

#include "tests/inspect/stub.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::inspect;
using rspbridge::proxy::inspect::test::Target;

namespace {

constexpr std::uint64_t page_size = 4096, first_address = 0x10000000;
const std::string of_a_file = "10000000-14000000 rw-p 00000000 fd:01 9 /srv/x\nVmFlags: rd wr mr mw \n";

// The kernel refuses to write to files at and beyond this address: EFBIG.
class NothingFrom {
 public:
  explicit NothingFrom(std::uint64_t address) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &former_) == 0);
    const rlimit limit{address, former_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~NothingFrom() {
    ::setrlimit(RLIMIT_FSIZE, &former_);
    std::signal(SIGXFSZ, handler_);
  }
  NothingFrom(const NothingFrom&) = delete;
  NothingFrom& operator=(const NothingFrom&) = delete;

 private:
  rlimit former_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

}  // namespace

TEST_CASE("a full view is said to be full") {
  Target target(of_a_file, {.populated = 4 * page_size});
  REQUIRE(target.run(target.inspector.read(first_address, 4 * page_size)));
  const auto more = target.run(target.inspector.read(first_address + 8 * page_size, 8));
  REQUIRE_FALSE(more);
  CHECK(more.error().problem == Problem::full);
  const auto ahead = target.run(
      target.inspector.prefetch({{{first_address + 8 * page_size}, {first_address + 9 * page_size}}}));
  REQUIRE(ahead);
  CHECK(ahead->problem == Problem::full);

  const memmap::view::Ensure request{.id = 3, .address = first_address + 8 * page_size, .length = page_size};
  const auto answer = target.run(target.inspector.ensure(request));
  const auto* failure = std::get_if<memmap::view::Failure>(&answer);
  REQUIRE(failure != nullptr);
  CHECK(failure->code == memmap::view::FailureCode::full);

  // The next stop has room again.
  target.stub.become(8);
  CHECK(target.run(target.inspector.read(first_address + 8 * page_size, 8)));
}

TEST_CASE("what the kernel doesn't let the view hold isn't unreadable") {
  Target target(of_a_file);
  const memmap::AddressRange beyond{{first_address + 8 * page_size}, {first_address + 9 * page_size}};
  {
    const NothingFrom limit(beyond.begin.value);
    SECTION("when it is read") {
      const auto bytes = target.run(target.inspector.read(beyond.begin.value, 8));
      REQUIRE_FALSE(bytes);
      CHECK(bytes.error().problem == Problem::full);
      CHECK(bytes.error().sentence == "the shared view can't hold this memory: File too large");
    }
    SECTION("when it is read ahead") {
      const auto failed = target.run(target.inspector.prefetch({beyond}));
      REQUIRE(failed);
      CHECK(failed->problem == Problem::full);
    }
    SECTION("when it is read ahead page by page") {
      target.stub.unreadable.insert({{beyond.end}, {beyond.end.value + page_size}});
      const auto failed =
          target.run(target.inspector.prefetch({{beyond.begin, {beyond.end.value + page_size}}}));
      REQUIRE(failed);
      CHECK(failed->problem == Problem::full);
    }
  }
  CHECK(target.run(target.inspector.read(beyond.begin.value, 8)));
}
