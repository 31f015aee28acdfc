// What answers cost. Not run unless asked for: test_http "[.measure]"
#include <time.h>

#include <cstdio>
#include <iostream>

#include "proxy/http/map_document.hpp"
#include "tests/http/client.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;

namespace {

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string smaps_of(int vmas) {
  std::string text;
  char line[256];
  for (int at = 0; at < vmas; ++at) {
    const unsigned long begin = 0x7f0000000000ul + static_cast<unsigned long>(at) * 0x4000;
    std::snprintf(
        line, sizeof line,
        "%lx-%lx r-xp %08x fd:01 %d /usr/lib/aarch64-linux-gnu/libsomething%d.so.1.2.3\nSize: 8 kB\n"
        "VmFlags: rd ex mr mw me \n",
        begin, begin + 0x2000, at, 1000 + at, at);
    text += line;
  }
  return text;
}

// Requests one after another on one connection; prints what they cost.
void measure_requests(int vmas, int count) {
  RunningServer server;
  server.run([&] { server.target->use_smaps(smaps_of(vmas)); });
  Client client(server);
  const auto ask = [&] {
    client.send("/debug/elf/memmap");
    return client.read_answer().size();
  };
  double first_cpu = 0, cpu = 0, start = 0;
  server.run([&] { first_cpu = seconds(CLOCK_THREAD_CPUTIME_ID); });
  const double before_first = seconds(CLOCK_MONOTONIC);
  const auto size = ask();
  const double first = seconds(CLOCK_MONOTONIC) - before_first;
  server.run([&] { cpu = seconds(CLOCK_THREAD_CPUTIME_ID); });
  const double cpu_after_first = cpu;
  start = seconds(CLOCK_MONOTONIC);
  for (int at = 0; at < count; ++at) REQUIRE(ask() == size);
  const double wall = seconds(CLOCK_MONOTONIC) - start;
  server.run([&] { cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu; });
  std::cout << vmas << " VMAs, " << size << " bytes: first " << first * 1e3 << " ms ("
            << (cpu_after_first - first_cpu) * 1e3 << " of the server's processor time), then "
            << count / wall << " requests/s one by one, " << count / cpu
            << " requests/s of the server's processor time\n";
}

}  // namespace

TEST_CASE("the memory map's cost", "[.measure]") {
  measure_requests(30, 20000);
  measure_requests(5000, 200);
  FakeInspection target;
  target.use_smaps(smaps_of(5000));
  const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
  std::size_t size = 0;
  for (int at = 0; at < 20; ++at)
    size = map_document(*target.target_map, {}, [](auto) { return std::uint64_t{0}; }).text.size();
  std::cout << "a document of 5000 VMAs, " << size
            << " bytes: " << (seconds(CLOCK_THREAD_CPUTIME_ID) - start) / 20 * 1e3 << " ms\n";
}
