#include "memmap/shared_view.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "memmap/view_wire.h"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;

namespace {

constexpr std::uint64_t page = view_page_size, base = 0xffffb7e21000;

AddressRange range(std::uint64_t begin, std::uint64_t end) {
  return {VirtAddr{begin}, VirtAddr{end}};
}
std::string filled(std::size_t size, char c) {
  return std::string(size, c);
}

SharedView stopped_view(ViewLimits limits = {}) {
  auto view = SharedView::create(limits);
  REQUIRE(view);
  REQUIRE_FALSE(view->stop(1));
  return *std::move(view);
}

char byte_at(int descriptor, std::uint64_t offset) {
  char byte = '?';
  REQUIRE(::pread(descriptor, &byte, 1, static_cast<off_t>(offset)) == 1);
  return byte;
}

}  // namespace

TEST_CASE("view: what was written is read, at any place below 2^48") {
  auto view = stopped_view();
  for (const std::uint64_t address : {std::uint64_t{0}, base, view_size - 2 * page}) {
    INFO(std::hex << address);
    REQUIRE(view.write(VirtAddr{address}, filled(2 * page, 'a')));
    const auto bytes = view.read(VirtAddr{address + 100}, page);
    REQUIRE(bytes);
    CHECK(*bytes == filled(page, 'a'));
  }
  CHECK(view.populated(range(0, view_size)) == std::vector{range(0, 2 * page), range(base, base + 2 * page),
                                                           range(view_size - 2 * page, view_size)});
}

TEST_CASE("view: ranges outside are refused") {
  auto view = stopped_view();
  for (const auto& [address, size] : {std::pair{view_size, std::uint64_t{1}},
                                      {view_size - 1, std::uint64_t{2}},
                                      {~std::uint64_t{0}, std::uint64_t{2}}}) {
    const auto written = view.write(VirtAddr{address}, filled(size, 'x'));
    REQUIRE_FALSE(written);
    CHECK(written.error().problem == ViewProblem::outside);
    CHECK(view.read(VirtAddr{address}, size).error().problem == ViewProblem::outside);
  }
  CHECK(view.missing(range(view_size - page, ~std::uint64_t{0})) ==
        std::vector{range(view_size - page, view_size)});
}

TEST_CASE("view: a part of a page is no page until it is complete") {
  auto view = stopped_view();
  auto client = view.client_descriptor();
  REQUIRE(client);
  REQUIRE(view.write(VirtAddr{base + 100}, filled(page, 'a')));
  CHECK(view.populated(range(0, view_size)).empty());
  CHECK(byte_at(client->get(), base + 200) == 0);
  const auto missing = view.read(VirtAddr{base + 100}, 10);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().problem == ViewProblem::missing);
  REQUIRE(view.write(VirtAddr{base}, filled(100, 'b')));
  CHECK(view.populated(range(0, view_size)) == std::vector{range(base, base + page)});
  CHECK(*view.read(VirtAddr{base + 98}, 4) == "bbaa");
  // A part of a page that is there is simply written.
  REQUIRE(view.write(VirtAddr{base + 99}, "cc"));
  CHECK(*view.read(VirtAddr{base + 98}, 4) == "bcca");
}

TEST_CASE("view: parts of many pages are forgotten, the oldest first") {
  auto view = stopped_view({.partial_pages = 2});
  for (std::uint64_t i = 0; i < 3; ++i) REQUIRE(view.write(VirtAddr{base + i * page}, filled(100, 'a')));
  for (const std::uint64_t i : {2, 1, 0})
    REQUIRE(view.write(VirtAddr{base + i * page + 100}, filled(page - 100, 'b')));
  CHECK(view.populated(range(0, view_size)) == std::vector{range(base + page, base + 3 * page)});
}

TEST_CASE("view: unreadable pages are an error, never zeros") {
  auto view = stopped_view();
  REQUIRE(view.write(VirtAddr{base}, filled(page, 'a')));
  view.set_unreadable(range(base + 10, base + 2 * page + 1));
  CHECK(*view.read(VirtAddr{base}, 1) == "a");
  const auto bytes = view.read(VirtAddr{base}, 2 * page);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().problem == ViewProblem::unreadable);
  CHECK(bytes.error().range == range(base + page, base + 2 * page));
  CHECK(view.unreadable(range(base, base + 2 * page)) == range(base + page, base + 3 * page));
  CHECK(view.unreadable(range(base, base + page)).size() == 0);
  CHECK(view.missing(range(base, base + 4 * page)) == std::vector{range(base + 3 * page, base + 4 * page)});
  REQUIRE(view.write(VirtAddr{base + page}, filled(page, 'b')));
  CHECK(*view.read(VirtAddr{base + page}, 1) == "b");
}

TEST_CASE("view: a resume punches everything out but what is kept") {
  auto view = stopped_view();
  auto client = view.client_descriptor();
  REQUIRE(client);
  REQUIRE(view.write(VirtAddr{base}, filled(4 * page, 'a')));
  view.set_unreadable(range(0, page));
  // A client that touches a hole makes a page of zeros that nobody wrote.
  auto* stray = static_cast<volatile char*>(
      ::mmap(nullptr, page, PROT_READ, MAP_SHARED, client->get(), static_cast<off_t>(base + 8 * page)));
  REQUIRE(stray != MAP_FAILED);
  CHECK(*stray == 0);
  struct stat before {};
  REQUIRE(::fstat(client->get(), &before) == 0);
  RangeSet keep;
  keep.insert(range(base + page + 1, base + 3 * page));  // one whole page of it
  REQUIRE_FALSE(view.resume(keep));
  CHECK(view.running());
  const auto blocks = [&] {
    struct stat status {};
    REQUIRE(::fstat(client->get(), &status) == 0);
    return status.st_blocks / 8;
  };
  CHECK(blocks() == 2);  // the kept one and the control page
  CHECK(*stray == 0);    // while the target runs, too
  CHECK(blocks() == 3);
  CHECK(view.read(VirtAddr{base}, 1).error().problem == ViewProblem::running);
  CHECK(view.write(VirtAddr{base}, "x").error().problem == ViewProblem::running);
  REQUIRE_FALSE(view.stop(2));
  CHECK(view.populated(range(0, view_size)) == std::vector{range(base + 2 * page, base + 3 * page)});
  CHECK(view.missing(range(0, page)).size() == 1);
  CHECK(byte_at(client->get(), base) == 0);
  CHECK(byte_at(client->get(), base + 2 * page) == 'a');
  CHECK(before.st_blocks == 8 * 6);  // 4 written, the stray one, the control page
  CHECK(blocks() == 2);
  ::munmap(const_cast<char*>(stray), page);
}

TEST_CASE("view: when it is full, that is an error") {
  auto view = stopped_view({.populated = 4 * page});
  REQUIRE(view.write(VirtAddr{base}, filled(4 * page, 'a')));
  REQUIRE(view.write(VirtAddr{base}, filled(4 * page, 'b')));
  const auto written = view.write(VirtAddr{base + page}, filled(4 * page, 'c'));
  REQUIRE_FALSE(written);
  CHECK(written.error().problem == ViewProblem::full);
  CHECK(*view.read(VirtAddr{base + page}, 1) == "b");
}

TEST_CASE("view: the control page tells clients of stops") {
  auto view = stopped_view();
  auto client = view.client_descriptor();
  REQUIRE(client);
  const auto word = [&](std::uint64_t offset) {
    std::uint64_t value = 0;
    REQUIRE(::pread(client->get(), &value, 8, static_cast<off_t>(view_size + offset)) == 8);
    return value;
  };
  CHECK(word(RSPBRIDGE_WIRE_CONTROL_MAGIC) == RSPBRIDGE_WIRE_MAGIC);
  CHECK(word(RSPBRIDGE_WIRE_CONTROL_STATE) == 2);
  REQUIRE_FALSE(view.resume({}));
  CHECK(word(RSPBRIDGE_WIRE_CONTROL_STATE) == 3);
  REQUIRE_FALSE(view.stop(7));
  CHECK(word(RSPBRIDGE_WIRE_CONTROL_STATE) == 14);
}

TEST_CASE("view: a client can't write, nor get a descriptor that can") {
  auto view = stopped_view();
  REQUIRE(view.write(VirtAddr{base}, filled(page, 'a')));
  auto client = view.client_descriptor();
  REQUIRE(client);
  CHECK(::pwrite(client->get(), "x", 1, static_cast<off_t>(base)) == -1);
  CHECK(::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, client->get(), static_cast<off_t>(base)) ==
        MAP_FAILED);
  CHECK(::ftruncate(client->get(), 0) == -1);
  const auto path = "/proc/self/fd/" + std::to_string(client->get());
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // As an owner without root's rights.
    if (::fchown(client->get(), 1234, 1234) != 0 && ::getuid() == 0) ::_exit(3);
    if (::getuid() == 0 && (::setgid(1234) != 0 || ::setuid(1234) != 0)) ::_exit(4);
    const int reopened = ::open(path.c_str(), O_RDWR);
    ::_exit(reopened >= 0 ? 1 : errno == EACCES ? 0 : 2);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
