// A stopped process that exists in these tests only: tests/triage/programs/frames.s, and memory as a test
// sets it.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::triage::test {

inline constexpr std::uint64_t text = 0x400000, main_return = 0x40000c, outer_return = 0x40004c,
                               leaf = 0x400080, without_cfi_return = 0x4000cc, frameless = 0x400100,
                               in_sigpanic = 0x400144, stack = 0x7ffff0000, trampoline = 0x500000;

/// Words of memory; what isn't set can't be read. Code is that of the file.
class WordMemory final : public Memory {
 public:
  std::map<std::uint64_t, std::uint64_t> words;

  void put(std::uint64_t address, std::uint64_t value) { words[address] = value; }
  std::optional<std::string> read(std::uint64_t address, std::size_t length) override {
    std::string bytes;
    for (std::uint64_t at = address; at < address + length; ++at) {
      const auto word = words.find(at & ~std::uint64_t{7});
      if (word == words.end()) return std::nullopt;
      bytes += static_cast<char>(word->second >> (at & 7) * 8 & 0xff);
    }
    return bytes;
  }
};

inline Image frames_image() {
  Image image;
  image.path = "/opt/frames";
  image.begin = text;
  image.end = text + 0x1000;
  image.file = memmap::FileDescriptor(::open(RSPBRIDGE_TEST_FRAMES, O_RDONLY | O_CLOEXEC));
  image.file_name = RSPBRIDGE_TEST_FRAMES;
  return image;
}

inline memmap::VmaMap frames_map() {
  return *memmap::VmaMap::parse_maps(
      "00400000-00401000 r-xp 00000000 fd:01 77                         /opt/frames\n"
      "00500000-00501000 r-xp 00000000 00:00 0                          [vdso]\n"
      "7fffe0000-7ffff8000 rw-p 00000000 00:00 0                        [stack]\n");
}

}  // namespace rspbridge::proxy::triage::test
