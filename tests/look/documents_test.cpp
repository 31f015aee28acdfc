#include "proxy/cli/look/documents.hpp"

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli::look;
using nlohmann::json;

namespace {

// Of docs/http.md's shape.
const json memory_map = json::parse(
    R"({"pid":42,"stop_id":7,"running":false,"arch":"aarch64","page_size":4096,"source":"smaps","entries":[
  {"Addr":4194304,"Size":8192,"Read":true,"Write":false,"Exec":true,"Filename":"/opt/a very long way to/the program",
   "Offset":4096,"Private":true,"Device":"08:01","Inode":5,"Label":"","BuildID":"0123456789abcdef0123","LoadBias":0,"VmFlags":null,"Populated":4096},
  {"Addr":281474976579584,"Size":135168,"Read":true,"Write":true,"Exec":false,"Filename":"","Offset":0,"Private":false,
   "Device":"00:00","Inode":0,"Label":"[stack]","BuildID":"","LoadBias":null,"VmFlags":["rd"],"Populated":0}]})");

const json threads = json::parse(R"({"stopped":"p2a.2b","threads":[
  {"id":"p2a.2a","tid":42,"name":"main","core":0,"pc":"0x400580","sp":"0xffffe0","stopped":false},
  {"id":"p2a.2b","tid":43,"name":"\u001b[2J","core":null,"pc":null,"sp":null,"stopped":true}],"stop_id":7})");

json registers() {
  json document{{"thread", "p2a.2a"}, {"stop_id", 7}, {"registers", json::array()}};
  for (int number = 0; number < 5; ++number)
    document["registers"].push_back({{"name", "x" + std::to_string(number)},
                                     {"number", number},
                                     {"bits", 64},
                                     {"value", "0x00000000000000" + std::to_string(10 + number)}});
  document["registers"].push_back({{"name", "cpsr"}, {"number", 33}, {"bits", 32}, {"value", nullptr}});
  document["registers"].push_back(
      {{"name", "v0"}, {"number", 34}, {"bits", 128}, {"value", "0x00000000000000000000000000000000"}});
  document["registers"].push_back(
      {{"name", "v1"}, {"number", 35}, {"bits", 128}, {"value", "0xfedcba98765432100123456789abcdef"}});
  return document;
}

}  // namespace

TEST_CASE("the memory map as a table") {
  CHECK(memmap_text(memory_map, {.width = {}, .utf8 = true}) ==
        "RANGE                       SIZE  PERM  HERE      OFFSET  BUILD ID      WHAT\n"
        "000000400000-000000402000     8K  r-xp  ████····    1000  0123456789ab  /opt/a very long way to/the "
        "program\n"
        "fffffffe0000-1000000001000  132K  rw-s  ········       0                [stack]\n"
        "2 mappings: 4K of 140K here; pid 42, stop 7, 4K pages, from smaps\n");
}

TEST_CASE("the memory map fits 80 columns, in ASCII where there is no UTF-8") {
  CHECK(memmap_text(memory_map, {.width = 80}) ==
        "RANGE                       SIZE  PERM  HERE      WHAT\n"
        "000000400000-000000402000     8K  r-xp  ####....  ...ery long way to/the program\n"
        "fffffffe0000-1000000001000  132K  rw-s  ........  [stack]\n"
        "2 mappings: 4K of 140K here; pid 42, stop 7, 4K pages, from smaps\n");
}

TEST_CASE("the memory map tells how it was had") {
  json document = memory_map;
  document["running"] = true;
  document["source"] = "rebuilt";
  document["entries"] = json::array();
  CHECK(memmap_text(document, {}) == "no such mapping\npid 42, running, 4K pages, rebuilt\n");
}

TEST_CASE("threads as a table") {
  CHECK(threads_text(threads, {}) ==
        "   ID      TID        PC        SP  CORE  NAME\n"
        "   p2a.2a   42  0x400580  0xffffe0     0  main\n"
        "*  p2a.2b   43         -         -     -  ?[2J\n"
        "2 threads, stop 7\n");
}

TEST_CASE("registers: a line each where that isn't for people, else as many columns as fit") {
  CHECK(registers_text(registers(), {}) ==
        "x0   0x10\nx1   0x11\nx2   0x12\nx3   0x13\nx4   0x14\ncpsr -\n"
        "v0 0x0\nv1 0xfedcba98765432100123456789abcdef\nthread p2a.2a, stop 7\n");
  CHECK(registers_text(registers(), {.width = 40}) ==
        "x0   0x10  x2   0x12  x4   0x14\n"
        "x1   0x11  x3   0x13  cpsr -\n"
        "v0 0x0\n"
        "v1 0xfedcba98765432100123456789abcdef\n"
        "thread p2a.2a, stop 7\n");
}

TEST_CASE("a register that is wider than the terminal goes on below") {
  CHECK(registers_text(registers(), {.width = 23}) ==
        "x0   0x10  x3   0x13\nx1   0x11  x4   0x14\nx2   0x12  cpsr -\n"
        "v0 0x0\n"
        "v1 0xfedcba987654321001\n"
        "   23456789abcdef\n"
        "thread p2a.2a, stop 7\n");
}

TEST_CASE("an answer of another shape is told from one") {
  CHECK_THROWS_AS(memmap_text(threads, {}), json::exception);
  CHECK_THROWS_AS(threads_text(json::array(), {}), json::exception);
  CHECK_THROWS_AS(registers_text(memory_map, {}), json::exception);
}

TEST_CASE("sessions as a table") {
  using rspbridge::proxy::registry::Ready;
  const Ready exec{.pid = 1,
                   .session = "1-abc",
                   .verb = "exec",
                   .target = "board",
                   .program = {"./app", "--fast"},
                   .rsp = {"127.0.0.1:2345"},
                   .http = "http://127.0.0.1:40000",
                   .view = {},
                   .target_pid = 42};
  const Ready connect{.pid = 2,
                      .session = "2-def",
                      .verb = "connect",
                      .target = "tcp://board:1",
                      .program = {},
                      .rsp = {},
                      .http = {},
                      .view = {},
                      .target_pid = {}};
  CHECK(sessions_text({exec, connect}, {}) ==
        "ID     TARGET         PID  HTTP                    GDB             WHAT\n"
        "1-abc  board           42  http://127.0.0.1:40000  127.0.0.1:2345  ./app --fast\n"
        "2-def  tcp://board:1    -  -                       -               connect\n");
}
