// How fast the wire is taken apart and put together. Bytes per second are bytes on the wire, but for
// escape().
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "rsp/escape.hpp"
#include "rsp/framer.hpp"

namespace {

using namespace rspbridge;

constexpr std::size_t packet = std::size_t{16} << 10;  // bytes of hex, as gdbserver's PacketSize allows
constexpr std::size_t packets = 64;
constexpr std::size_t chunk = std::size_t{64} << 10;  // what the program reads at once

// Of no pattern, so that no branch is foreseen.
std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

void count(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void to_hex(benchmark::State& state) {
  const std::string bytes = noise(packet / 2);
  for (auto _ : state) benchmark::DoNotOptimize(rsp::to_hex(bytes));
  count(state, packet);
}
BENCHMARK(to_hex);

void from_hex(benchmark::State& state) {
  const std::string hex = rsp::to_hex(noise(packet / 2));
  for (auto _ : state) benchmark::DoNotOptimize(rsp::from_hex(hex));
  count(state, packet);
}
BENCHMARK(from_hex);

void framer(benchmark::State& state) {
  std::string wire;
  for (std::size_t i = 0; i < packets; ++i) wire += rsp::frame_packet(rsp::to_hex(noise(packet / 2)));
  rsp::Framer taking;
  for (auto _ : state)
    for (std::string_view rest = wire; !rest.empty(); rest.remove_prefix(std::min(chunk, rest.size()))) {
      taking.feed(rest.substr(0, chunk));
      while (auto frame = taking.next()) benchmark::DoNotOptimize(frame->payload);
    }
  count(state, wire.size());
}
BENCHMARK(framer);

// What a read of memory costs far: the packet is taken off the wire, and its bytes are read.
void framer_and_from_hex(benchmark::State& state) {
  std::string wire;
  for (std::size_t i = 0; i < packets; ++i) wire += rsp::frame_packet(rsp::to_hex(noise(packet / 2)));
  rsp::Framer taking;
  for (auto _ : state)
    for (std::string_view rest = wire; !rest.empty(); rest.remove_prefix(std::min(chunk, rest.size()))) {
      taking.feed(rest.substr(0, chunk));
      while (auto frame = taking.next()) benchmark::DoNotOptimize(rsp::from_hex(frame->payload));
    }
  count(state, wire.size());
}
BENCHMARK(framer_and_from_hex);

// And near: bytes become the packet that GDB gets.
void to_hex_and_frame(benchmark::State& state) {
  const std::string bytes = noise(packet / 2);
  for (auto _ : state) benchmark::DoNotOptimize(rsp::frame_packet(rsp::to_hex(bytes)));
  count(state, packet + 4);
}
BENCHMARK(to_hex_and_frame);

void escape(benchmark::State& state) {
  const std::string bytes = noise(packet);
  for (auto _ : state) benchmark::DoNotOptimize(rsp::escape(bytes));
  count(state, bytes.size());
}
BENCHMARK(escape);

void unescape(benchmark::State& state) {
  const std::string escaped = rsp::escape(noise(packet));
  for (auto _ : state) benchmark::DoNotOptimize(rsp::unescape(escaped));
  count(state, escaped.size());
}
BENCHMARK(unescape);

void expand_runs(benchmark::State& state) {
  const std::string runs = rsp::encode_runs(rsp::to_hex(std::string(packet / 4, '\0') + noise(packet / 4)));
  for (auto _ : state) benchmark::DoNotOptimize(rsp::expand_runs(runs));
  count(state, runs.size());
}
BENCHMARK(expand_runs);

}  // namespace
