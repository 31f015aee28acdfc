// What the view costs. Not run by default: test_memmap "[measure]".
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>

#include "memmap/view_client.h"
#include "tests/memmap/support.hpp"
#include "tests/memmap/view_server.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;
using namespace rspbridge::memmap::test;

namespace {

constexpr std::uint64_t page = view_page_size, base = 0xffffb0000000, size = 64 << 20;

struct Connected {
  TemporaryDirectory directory;
  ViewServer server{directory.path() + "/test.view"};
  rspbridge_view* view;
  Connected() {
    server.stop();
    view = rspbridge_view_connect(server.path.c_str(), RSPBRIDGE_VIEW_NEED_FAULTS);
    REQUIRE(view != nullptr);
  }
  ~Connected() { rspbridge_view_close(view); }
  const char* map(std::uint64_t address, std::size_t length) {
    const auto* place = static_cast<const char*>(rspbridge_view_map(view, address, length));
    REQUIRE(place != nullptr);
    return place;
  }
};

std::uint64_t sum(const void* place, std::size_t length) {
  std::uint64_t total = 0;
  const auto* words = static_cast<const std::uint64_t*>(place);
  for (std::size_t i = 0; i < length / 8; ++i) total += words[i];
  return total;
}

template <typename Body>
double milliseconds(Body body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// What the kernel takes to wake a thread and be woken by it; in a virtual machine with idle processors that
// is most of what a touch costs. A touch has four wakes, this has two.
double pipe_round_trip() {
  int there[2], back[2];
  REQUIRE(::pipe(there) == 0);
  REQUIRE(::pipe(back) == 0);
  std::thread echo([&] {
    char byte;
    while (::read(there[0], &byte, 1) == 1 && ::write(back[1], &byte, 1) == 1) {
    }
  });
  constexpr int times = 2000;
  char byte = 0;
  const auto total = milliseconds([&] {
    for (int i = 0; i < times; ++i)
      if (::write(there[1], &byte, 1) != 1 || ::read(back[0], &byte, 1) != 1) break;
  });
  ::close(there[1]);
  echo.join();
  for (const int end : {there[0], back[0], back[1]}) ::close(end);
  return 1000 * total / times;
}

volatile std::uint64_t sink;

}  // namespace

TEST_CASE_METHOD(Connected, "measure: 64 MiB that are already here", "[.measure]") {
  REQUIRE(rspbridge_view_ensure(view, base, size, nullptr) == 0);
  void* own =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  REQUIRE(own != MAP_FAILED);
  std::memset(own, 1, size);
  double mapped = 1e9, anonymous = 1e9, with_mapping = 1e9, refreshing = 1e9;
  for (int i = 0; i < 7; ++i) {
    const char* place = nullptr;
    with_mapping = std::min(with_mapping, milliseconds([&] {
                              place = map(base, size);
                              sink = sum(place, size);
                            }));
    mapped = std::min(mapped, milliseconds([&] { sink = sum(place, size); }));
    REQUIRE(rspbridge_view_unmap(view, place) == 0);
    place = map(base, size);
    refreshing =
        std::min(refreshing, milliseconds([&] { REQUIRE(rspbridge_view_refresh(view, place) == 0); }));
    REQUIRE(rspbridge_view_unmap(view, place) == 0);
    anonymous = std::min(anonymous, milliseconds([&] { sink = sum(own, size); }));
  }
  ::munmap(own, size);
  measured("sum of a private populated mapping of 64 MiB", anonymous, "ms");
  measured("sum of a window of 64 MiB, its pages mapped", mapped, "ms");
  measured("map a window of 64 MiB and sum it", with_mapping, "ms");
  measured("refresh (64 requests, map all pages) of 64 MiB", refreshing, "ms");
}

TEST_CASE_METHOD(Connected, "measure: a touch", "[.measure]") {
  const auto* place = map(base, size);
  std::vector<double> times;
  for (std::uint64_t at = size; at >= 32 * page; at -= 32 * page)
    times.push_back(1000 * milliseconds([&] { sink = static_cast<unsigned char>(place[at - page]); }));
  std::sort(times.begin(), times.end());
  measured("touch of a page, median, server without delay", times[times.size() / 2], "us");
  measured("touch of a page, 99th percentile", times[times.size() * 99 / 100], "us");
  std::vector<double> asked;
  char there = 0;
  for (std::uint64_t at = 2 * size; at >= size + 32 * page; at -= 32 * page)
    asked.push_back(1000 *
                    milliseconds([&] { rspbridge_view_read(view, base + at - page, &there, 1, nullptr); }));
  std::sort(asked.begin(), asked.end());
  measured("a read of a page that isn't here, by request: the round trip, median", asked[asked.size() / 2],
           "us");
  measured("what a touch adds to the round trip", times[times.size() / 2] - asked[asked.size() / 2], "us");
  measured("for comparison: a round trip between two threads by pipes", pipe_round_trip(), "us");
  std::vector<double> reads;
  char byte = 0;
  for (int i = 0; i < 1000; ++i)
    reads.push_back(1000 *
                    milliseconds([&] { rspbridge_view_read(view, base + size - page, &byte, 1, nullptr); }));
  std::sort(reads.begin(), reads.end());
  measured("rspbridge_view_read of a byte that is here, median", reads[reads.size() / 2], "us");
}

TEST_CASE_METHOD(Connected, "measure: sequential touching with a link of 20 ms", "[.measure]") {
  server.delay = std::chrono::milliseconds(20);
  const auto* place = map(base, size);
  constexpr std::uint64_t pages = 50;
  const auto single = milliseconds([&] {
    for (std::uint64_t i = pages; i > 0; --i) sink = static_cast<unsigned char>(place[i * 2 * page]);
  });
  const auto* other = map(base + 2 * size, size);
  constexpr std::uint64_t length = 16 << 20;
  const auto sequential = milliseconds([&] {
    for (std::uint64_t at = 0; at < length; at += page) sink = static_cast<unsigned char>(other[at]);
  });
  const double one = single / pages, many = sequential / (length / page);
  measured("a page, one a round trip", one, "ms");
  measured("a page, touched in sequence over 16 MiB", many, "ms");
  measured("ratio", one / many, "times");
}
