// GET /debug/core
#include <elf.h>

#include <algorithm>

#include "memmap/elf_bytes.hpp"
#include "tests/http/client.hpp"
#include "tests/http/fake.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;
using memmap::struct_at;

namespace {

constexpr const char* description_text =
    "<target><architecture>aarch64</architecture><feature name='org.gnu.gdb.aarch64.core'>"
    "<reg name='x0' bitsize='64'/><reg name='x1' bitsize='64'/><reg name='x2' bitsize='64'/><reg name='x3' "
    "bitsize='64'/>"
    "<reg name='x4' bitsize='64'/><reg name='x5' bitsize='64'/><reg name='x6' bitsize='64'/><reg name='x7' "
    "bitsize='64'/>"
    "<reg name='x8' bitsize='64'/><reg name='x9' bitsize='64'/><reg name='x10' bitsize='64'/><reg name='x11' "
    "bitsize='64'/>"
    "<reg name='x12' bitsize='64'/><reg name='x13' bitsize='64'/><reg name='x14' bitsize='64'/><reg "
    "name='x15' bitsize='64'/>"
    "<reg name='x16' bitsize='64'/><reg name='x17' bitsize='64'/><reg name='x18' bitsize='64'/><reg "
    "name='x19' bitsize='64'/>"
    "<reg name='x20' bitsize='64'/><reg name='x21' bitsize='64'/><reg name='x22' bitsize='64'/><reg "
    "name='x23' bitsize='64'/>"
    "<reg name='x24' bitsize='64'/><reg name='x25' bitsize='64'/><reg name='x26' bitsize='64'/><reg "
    "name='x27' bitsize='64'/>"
    "<reg name='x28' bitsize='64'/><reg name='x29' bitsize='64'/><reg name='x30' bitsize='64'/><reg "
    "name='sp' bitsize='64'/>"
    "<reg name='pc' bitsize='64'/><reg name='cpsr' bitsize='32'/></feature></target>";

// Two VMAs of which the second can't be dumped.
std::shared_ptr<FakeInspection> core_target(std::size_t size = 1 << 20) {
  auto target = sample_target();
  char smaps[400];
  std::snprintf(smaps, sizeof smaps,
                "10000000-%08zx rw-p 00000000 00:00 0 \nVmFlags: rd wr \n"
                "80000000-80001000 ---p 00000000 00:00 0 \nVmFlags: mr \n",
                0x10000000 + size);
  target->use_smaps(smaps);
  auto& bytes = target->memory[0x10000000];
  for (std::size_t at = 0; at < size; ++at) bytes += static_cast<char>(at * 7 / 3);
  const auto description = rsp::parse_target_description(description_text, [](auto) { return std::nullopt; });
  auto layout = rsp::RegisterLayout::of(*description).value();
  rsp::RegisterValues values(layout);
  for (const auto& one : layout.registers()) values.set(one.regnum, std::string(one.size, 'r'));
  const rsp::ThreadId thread{.pid = 42, .tid = 42};
  target->register_set = inspect::RegisterSet{7, thread, values};
  target->thread_list = {inspect::Thread{thread, "main", {}, {}, {}}};
  target->siginfo_bytes = std::string("\13\0\0\0", 4) + std::string(124, 's');
  target->auxv_bytes = std::string(16, '\0');
  target->process.pid = 42;
  target->process.name = "a b\"c";
  return target;
}

std::vector<Elf64_Phdr> loads_of(const std::string& file) {
  const auto header = struct_at<Elf64_Ehdr>(file, 0).value();
  std::vector<Elf64_Phdr> loads;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto one = struct_at<Elf64_Phdr>(file, header.e_phoff + i * sizeof(Elf64_Phdr)).value();
    if (one.p_type == PT_LOAD) loads.push_back(one);
  }
  return loads;
}

}  // namespace

TEST_CASE("a core file has registers, notes and all of the memory") {
  auto target = core_target();
  const auto answer = ask(*target, "/debug/core");
  REQUIRE(answer.status == 200);
  CHECK(answer.stop_id == 7);
  CHECK(header_of(answer, "Content-Disposition") == "attachment; filename=\"core.a_b_c.42\"");
  CHECK(target->reads == 0);
  const auto body = body_of(answer);
  REQUIRE(body);
  CHECK(target->reads == 4);
  CHECK(body->size() == std::get<std::shared_ptr<PieceSource>>(answer.body)->length());
  const auto loads = loads_of(*body);
  REQUIRE(loads.size() == 2);
  CHECK(body->substr(loads[0].p_offset, loads[0].p_filesz) == target->memory[0x10000000]);
  CHECK(loads[1].p_filesz == 0);
  const auto first = body->substr(sizeof(Elf64_Ehdr));
  CHECK(struct_at<Elf64_Nhdr>(first, 0)->n_type == NT_PRSTATUS);
  CHECK(struct_at<std::int16_t>(first, 20 + 12) == std::int16_t{11});
  CHECK(first.substr(20 + 112, 268) == std::string(268, 'r'));
}

TEST_CASE("what can't be read after all isn't there") {
  auto target = core_target();
  auto bytes = std::move(target->memory[0x10000000]);
  target->memory[0x10000000] = bytes.substr(0, 0x5000);
  target->memory[0x10007000] = bytes.substr(0x7000);
  const auto body = body_of(ask(*target, "/debug/core"));
  REQUIRE(body);
  const auto loads = loads_of(*body);
  REQUIRE(loads.size() == 4);
  CHECK(loads[0].p_filesz == 0x5000);
  CHECK(loads[1].p_vaddr == 0x10005000);
  CHECK(loads[1].p_memsz == 0x2000);
  CHECK(loads[1].p_filesz == 0);
  CHECK(body->substr(loads[2].p_offset, loads[2].p_filesz) == bytes.substr(0x7000));
}

TEST_CASE("a core file breaks off when the target runs meanwhile, or GDB writes to it") {
  const std::function<void(FakeInspection&)> events[] = {
      [](FakeInspection& target) { target.stop(); },
      [](FakeInspection& target) { target.resume(); },
      [](FakeInspection& target) { ++target.now.changes; },
  };
  for (const auto& event : events) {
    auto target = core_target();
    target->on_read = [&](int count) {
      if (count == 3) event(*target);
    };
    const auto answer = ask(*target, "/debug/core");
    CHECK(answer.status == 200);
    CHECK(body_of(answer) == std::nullopt);
    CHECK(target->reads == 3);
  }
}

TEST_CASE("where there can be no core file") {
  auto running = core_target();
  running->resume();
  CHECK(ask(*running, "/debug/core").status == 409);
  auto other = core_target();
  other->target_map->architecture = "riscv:rv64";
  CHECK(ask(*other, "/debug/core").status == 501);
  auto rebuilt = core_target();
  rebuilt->target_map->map =
      memmap::VmaMap::from(rebuilt->target_map->map.vmas(), memmap::MapSource::rebuilt).value();
  CHECK(ask(*rebuilt, "/debug/core").status == 501);
  auto unknown = core_target();
  unknown->register_set->values.forget(32);
  CHECK(ask(*unknown, "/debug/core").status == 501);
}

TEST_CASE("nothing is read any more for a client that left") {
  RunningServer server;
  const auto source = core_target(64 << 20);
  server.run([&] {
    server.target->target_map = source->target_map;
    server.target->memory = std::move(source->memory);
    server.target->register_set = source->register_set;
    server.target->thread_list = source->thread_list;
  });
  {
    Client client(server);
    client.receive_little();
    client.send("/debug/core");
    CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    CHECK(client.read_bytes(1 << 20).size() == 1 << 20);
  }
  int before = -1, now = -1;
  for (int attempt = 0; attempt < 100 && (now < 0 || now != before); ++attempt) {
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    server.run([&] { now = server.target->reads; });
  }
  CHECK(now == before);
  CHECK(now < 200);  // of 256
}
