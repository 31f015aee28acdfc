#include "proxy/triage/core_reader.hpp"

#include <elf.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "memmap/core_file.hpp"
#include "memmap/core_notes.hpp"
#include "tests/support/catch.hpp"
#include "tests/triage/target.hpp"

namespace {

namespace memmap = rspbridge::memmap;
using namespace rspbridge::proxy::triage;

/// Has no files at all.
class NoFiles final : public FileSource {
 public:
  std::optional<SourceFile> find(const std::string&, const std::string&) override { return std::nullopt; }
  std::optional<SourceFile> take(const std::string&, const std::string&, const std::string&) override {
    return std::nullopt;
  }
  std::optional<SourceFile> find_debug(const std::string&) override { return std::nullopt; }
  std::string debug_path(const std::string&) override { return {}; }
  std::optional<SourceFile> take_debug(const std::string&, const std::string&) override {
    return std::nullopt;
  }
};

std::string siginfo() {
  std::string bytes(128, '\0');
  const std::int32_t number = 11, code = 1;
  const std::uint64_t address = 0x10;
  std::memcpy(bytes.data(), &number, 4);
  std::memcpy(bytes.data() + 8, &code, 4);
  std::memcpy(bytes.data() + 16, &address, 8);
  return bytes;
}

// Two threads; one page of stack.
std::string core_bytes(std::uint16_t machine = EM_AARCH64) {
  memmap::ProcessInfo process;
  process.pid = 42;
  process.name = "frames";
  std::string registers(272, '\0');
  for (std::uint64_t i = 0; i < 34; ++i) {
    const std::uint64_t value = i == 31 ? test::stack : i == 32 ? test::leaf : i;
    std::memcpy(registers.data() + i * 8, &value, 8);
  }
  memmap::CoreContents contents;
  contents.machine = machine;
  contents.notes = {memmap::process_note(process),
                    memmap::status_note(process, 42, 11, registers),
                    {"CORE", NT_SIGINFO, siginfo()},
                    memmap::status_note(process, 43, 11, registers)};
  contents.segments = {{{{test::stack}, {test::stack + 4096}}, true, true, false, true}};
  const memmap::CoreFile file(contents);
  std::string bytes = file.head();
  bytes += std::string(4096, 'S');
  bytes += *file.table({});
  return bytes;
}

/// Files of this test, removed at its end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "core-reader-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path file(const std::string& bytes) const {
    const auto path = path_ / "core";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  std::filesystem::path path_;
};

TEST_CASE("a core file's threads, signal and memory") {
  const Folder folder;
  NoFiles files;
  const auto stopped = read_core(folder.file(core_bytes()), files);
  REQUIRE(stopped);
  CHECK(stopped->outcome == Outcome::crash);
  CHECK(stopped->pid == 42);
  REQUIRE(stopped->threads.size() == 2);
  CHECK(stopped->threads[0].tid == 42);
  CHECK(stopped->threads[1].tid == 43);
  CHECK(stopped->threads[0].registers.pc == test::leaf);
  CHECK(stopped->threads[0].registers.values[7] == 7);
  REQUIRE(stopped->signal);
  CHECK(stopped->signal->code == 1);
  CHECK(stopped->signal->address == 0x10);
  CHECK(stopped->memory->read(test::stack + 8, 4) == "SSSS");
  CHECK_FALSE(stopped->memory->read(test::stack + 4094, 4));
  CHECK_FALSE(stopped->memory->read(0x1000, 1));
  CHECK_FALSE(stopped->reached.core_truncated);
}

TEST_CASE("a core file that is cut short is read as far as it goes, or refused with a reason") {
  const Folder folder;
  NoFiles files;
  const std::string whole = core_bytes();
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    CAPTURE(length);
    const auto stopped = read_core(folder.file(whole.substr(0, length)), files);
    if (stopped)
      CHECK(stopped->reached.core_truncated);
    else
      CHECK(stopped.error().find("the core file ") == 0);
  }
}

TEST_CASE("what is no ARM64 core file is refused") {
  const Folder folder;
  NoFiles files;
  const auto refusal = [&](const std::string& bytes) {
    const auto stopped = read_core(folder.file(bytes), files);
    return stopped ? std::string() : stopped.error();
  };
  CHECK(refusal("").find("it is empty") != std::string::npos);
  CHECK(refusal(std::string(200, 'x')).find("it is no ELF file") != std::string::npos);
  CHECK(refusal(core_bytes(EM_X86_64)).find("another architecture") != std::string::npos);
  std::string program = core_bytes();
  program[16] = ET_EXEC;
  CHECK(refusal(program).find("no core file") != std::string::npos);
}

}  // namespace
