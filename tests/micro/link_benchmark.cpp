// How fast the link's frames are made and read. Bytes per second are bytes of records, before compression.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "proxy/link/crc32.hpp"
#include "proxy/link/frame_stream.hpp"

namespace {

using namespace rspbridge::proxy;

constexpr std::size_t page = 4096, pages = 32;

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

/// Both ends of a link that carries what `next()` gives, over and over.
template <class Next>
void frames(benchmark::State& state, Next next) {
  link::FrameStream far(link::Side::far, "1"), near(link::Side::near, "1");
  for (auto _ : state) {
    far.send(next());
    near.feed(far.take_output());
    while (auto record = near.next()) benchmark::DoNotOptimize(*record);
  }
  if (!near.error().empty()) state.SkipWithError(near.error().c_str());
  state.SetBytesProcessed(static_cast<std::int64_t>(near.counters().received.plain));
  state.counters["wire"] =
      static_cast<double>(near.counters().received.wire) / static_cast<double>(state.iterations());
}

// A stop that differs from the last one in a few words of each page.
void delta(benchmark::State& state) {
  std::string stop = noise(page * pages);
  char value = 0;
  frames(state, [&]() -> std::string_view {
    ++value;
    for (std::size_t i = 0; i < stop.size(); i += page)
      for (std::size_t n = 0; n < 16; ++n) stop[i + (n * 97) % page] = value;
    return stop;
  });
}
BENCHMARK(delta);

// What comes again lies outside of the window.
void incompressible(benchmark::State& state) {
  const std::string bytes = noise(std::size_t{2} << link::window_log);
  std::size_t at = 0;
  frames(state, [&] {
    at = (at + page * pages) % bytes.size();
    return std::string_view(bytes).substr(at, page * pages);
  });
}
BENCHMARK(incompressible);

void crc32(benchmark::State& state) {
  const std::string bytes = noise(page * pages);
  for (auto _ : state) benchmark::DoNotOptimize(link::crc32(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(crc32);

}  // namespace
