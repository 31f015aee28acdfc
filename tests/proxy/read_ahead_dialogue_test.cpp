// Reading ahead, as GDB and the stub see it.
#include <string>

#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "tests/support/dialogue.hpp"

using namespace rspbridge;
using tests::Dialogue;

namespace {

const std::string gdbserver =
    "PacketSize=47ff;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+;multiprocess+";
constexpr std::uint64_t block = 0x1000;

// A stub with memory: the byte at address a is a function of a and of `version`.
struct MemoryStub {
  Dialogue& d;
  std::string maps;
  int version = 0;
  int memory_reads = 0, bursts = 0, others = 0;
  std::uint64_t unreadable = ~std::uint64_t{0};

  char byte(std::uint64_t address) const {
    return static_cast<char>((address * 2654435761u >> 7) + static_cast<unsigned>(version));
  }

  std::string answer(const std::string& packet) {
    if (packet.starts_with("vFile:open:"))
      return packet.find(rsp::to_hex("/proc/321/maps")) != std::string::npos ? "F3" : "F-1,2";
    if (packet.starts_with("vFile:pread:3,")) {
      const auto comma = packet.rfind(',');
      const auto offset = *rsp::parse_hex(std::string_view(packet).substr(comma + 1));
      const std::string part = offset < maps.size() ? maps.substr(offset, 100) : "";
      return "F" + rsp::format_hex(part.size()) + ";" + rsp::escape(part);
    }
    if (packet.starts_with("vFile:")) return "F0";
    auto read = rsp::parse_memory_read(packet);
    if (!read) return "OK";
    ++memory_reads;
    if (unreadable >= read->address && unreadable < read->address + read->length) return "E01";
    std::string bytes;
    for (std::uint64_t i = 0; i < read->length; ++i) bytes += byte(read->address + i);
    return rsp::encode_runs(rsp::to_hex(bytes));
  }
  // Answers all that has arrived, as one round trip.
  void serve() {
    for (int round = 0; round < 50 && d.stub_waiting() > 0; ++round) {
      ++bursts;
      std::vector<std::string> packets;
      while (auto packet = d.stub_pop()) packets.push_back(*packet);
      for (const auto& packet : packets) d.stub_sends(answer(packet));
    }
  }
  // GDB reads; returns what it got.
  std::string gdb_reads(std::uint64_t address, std::uint64_t length) {
    d.gdb_sends("m" + rsp::format_hex(address) + "," + rsp::format_hex(length));
    auto reply = d.gdb_pop();
    if (!reply) {
      serve();
      reply = d.gdb_pop();
    }
    REQUIRE(reply);
    return rsp::expand_runs(*reply).value();
  }
  std::string expected(std::uint64_t address, std::uint64_t length) const {
    std::string bytes;
    for (std::uint64_t i = 0; i < length; ++i) bytes += byte(address + i);
    return rsp::to_hex(bytes);
  }
};

void stopped(Dialogue& d) {
  d.open(gdbserver);
  d.gdb_sends("?");
  d.stub_gets("?");
  d.stub_sends("T05thread:p141.141;");
  d.gdb_gets("T05thread:p141.141;");
}

const std::string one_vma = "100000-200000 rw-p 00000000 00:00 0 [heap]\n";

}  // namespace

TEST_CASE("a dump is read ahead: the same bytes in far fewer round trips") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  const int blocks = 200;
  for (int i = 0; i < blocks; ++i) {
    const std::uint64_t at = 0x100000 + static_cast<std::uint64_t>(i) * block;
    INFO(i);
    REQUIRE(stub.gdb_reads(at, block) == stub.expected(at, block));
  }
  CHECK(stub.gdb_reads(0x100000 + blocks * block, 100) == stub.expected(0x100000 + blocks * block, 100));
  CHECK(stub.bursts < blocks / 10);
  CHECK(d.warnings.empty());
}

TEST_CASE("nothing is read ahead of short, scattered or backward reads") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  for (std::uint64_t i = 0; i < 20; ++i) stub.gdb_reads(0x100000 + i * 64, 64);
  for (std::uint64_t i = 0; i < 20; ++i) stub.gdb_reads(0x100000 + i * 2 * block, block);
  for (std::uint64_t i = 20; i > 0; --i) stub.gdb_reads(0x100000 + i * block, block);
  // The short ones lie in one page, which is kept with the next: these are two of the blocks.
  CHECK(stub.memory_reads == 2 + 40 - 2);
}

TEST_CASE("reading ahead stays within plain memory") {
  struct Row {
    const char* maps;
    int most_reads;
  };
  // Four blocks are asked for in each case; a device's or shared memory sees just these.
  for (const Row& row :
       {Row{"100000-104000 rw-p 00000000 00:00 0\n104000-200000 rw-p 00000000 00:05 9 /dev/mem\n", 4},
        Row{"100000-200000 rw-s 00000000 00:05 9 /dev/shm/x\n", 4},
        Row{"100000-200000 rw-p 00000000 00:05 9 /dev/mem\n", 4},
        Row{"900000-a00000 rw-p 00000000 00:00 0\n", 4}, Row{"this is no map\n", 4}}) {
    INFO(row.maps);
    Dialogue d(true);
    stopped(d);
    MemoryStub stub{d, row.maps};
    for (std::uint64_t i = 0; i < 4; ++i)
      CHECK(stub.gdb_reads(0x100000 + i * block, block) == stub.expected(0x100000 + i * block, block));
    CHECK(stub.memory_reads == row.most_reads);
  }
}

TEST_CASE("no byte read ahead outlives a resume or a write") {
  for (const std::string change :
       {"vCont;s:p141.141", "M180000,1:55", "X180000,1:U", "P0=00", "qRcmd,78", "unlisted"}) {
    INFO(change);
    Dialogue d(true);
    stopped(d);
    MemoryStub stub{d, one_vma};
    for (std::uint64_t i = 0; i < 8; ++i) stub.gdb_reads(0x100000 + i * block, block);
    stub.version = 1;
    stub.serve();  // what is under way, answered late
    d.gdb_sends(change);
    d.stub_gets(change);
    d.stub_sends(change.starts_with("vCont") ? "T05thread:p141.141;" : "OK");
    REQUIRE(d.gdb_pop());
    for (std::uint64_t i = 8; i < 16; ++i)
      CHECK(stub.gdb_reads(0x100000 + i * block, block) == stub.expected(0x100000 + i * block, block));
  }
}

TEST_CASE("the map is read again after a resume") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  for (std::uint64_t i = 0; i < 8; ++i) stub.gdb_reads(0x100000 + i * block, block);
  stub.serve();
  d.gdb_sends("vCont;c");
  d.stub_gets("vCont;c");
  d.stub_sends("T05thread:p141.141;");
  d.gdb_gets("T05thread:p141.141;");
  stub.maps = "100000-200000 rw-p 00000000 00:05 9 /dev/mem\n";  // mapped over meanwhile
  const int before = stub.memory_reads;
  for (std::uint64_t i = 8; i < 16; ++i) stub.gdb_reads(0x100000 + i * block, block);
  CHECK(stub.memory_reads == before + 8);
}

TEST_CASE("an answer that was under way when memory was written never counts for later") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  for (std::uint64_t i = 0; i < 4; ++i) stub.gdb_reads(0x100000 + i * block, block);
  // Blocks 4 and on are under way. A client that doesn't wait writes, and reads from 2 on again.
  d.gdb_sends("M104000,1:55");
  for (std::uint64_t i = 2; i < 12; ++i) d.gdb_sends("m" + rsp::format_hex(0x100000 + i * block) + ",1000");
  for (int i = 0; i < 100 && d.stub_waiting() > 0; ++i) {
    auto packet = d.stub_pop();
    if (packet->starts_with('M')) stub.version = 1;
    d.stub_sends(stub.answer(*packet));
  }
  d.gdb_gets("OK");
  for (std::uint64_t i = 2; i < 12; ++i) {
    auto reply = d.gdb_pop();
    REQUIRE(reply);
    CHECK((rsp::expand_runs(*reply) == stub.expected(0x100000 + i * block, block)));
  }
}

TEST_CASE("what was read ahead of one process never answers for another") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  for (std::uint64_t i = 0; i < 8; ++i) stub.gdb_reads(0x100000 + i * block, block);
  stub.serve();
  stub.version = 1;  // the other one's memory
  d.gdb_sends("Hgp142.142");
  d.stub_gets("Hgp142.142");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  CHECK(stub.gdb_reads(0x100000 + 8 * block, block) == stub.expected(0x100000 + 8 * block, block));
}

TEST_CASE("looking at other things leaves what was read ahead") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  for (std::uint64_t i = 0; i < 6; ++i) stub.gdb_reads(0x100000 + i * block, block);
  stub.serve();
  d.gdb_sends("T p141.141");
  d.stub_gets("T p141.141");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  const int before = stub.bursts;
  stub.gdb_reads(0x100000 + 6 * block, block);
  CHECK(stub.bursts == before);
}

TEST_CASE("a block that can't be read gives GDB the stub's own error for its own request") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  stub.unreadable = 0x100000 + 10 * block + 5;
  for (std::uint64_t i = 0; i < 10; ++i) stub.gdb_reads(0x100000 + i * block, block);
  CHECK(stub.gdb_reads(0x100000 + 10 * block, block) == "E01");
  stub.unreadable = ~std::uint64_t{0};
  CHECK(stub.gdb_reads(0x100000 + 10 * block, block) == stub.expected(0x100000 + 10 * block, block));
}

TEST_CASE("GDB's choice of file system is selected again after the map was read") {
  Dialogue d(true);
  stopped(d);
  MemoryStub{d, one_vma}.serve();
  d.knowledge().forget();
  d.gdb_sends("vFile:setfs:141");
  d.gdb_gets("F0");
  d.gdb_sends("vFile:open:2f78,0,0");
  d.stub_gets("vFile:setfs:141");
  d.stub_gets("vFile:open:2f78,0,0");
  d.stub_sends("F0");
  d.stub_sends("F-1,2");
  d.gdb_gets("F-1,2");
  std::string files;
  for (std::uint64_t i = 0; i < 3; ++i) {
    d.gdb_sends("m" + rsp::format_hex(0x100000 + i * block) + ",1000");
    while (auto packet = d.stub_pop()) {
      if (packet->starts_with("vFile:setfs") || packet->starts_with("vFile:open"))
        files += packet->substr(6, 9) + " ";
      d.stub_sends(packet->starts_with("vFile") ? "F-1,2" : std::string(0x2000, '0'));
    }
  }
  CHECK(files == "setfs:0 open:2f70 setfs:141 ");
}

TEST_CASE("what was read ahead is read again once everything was forgotten") {
  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  for (std::uint64_t i = 0; i < 8; ++i) stub.gdb_reads(0x100000 + i * block, block);
  stub.serve();
  stub.version = 1;  // somebody else wrote it
  d.knowledge().forget();
  CHECK(stub.gdb_reads(0x100000 + 8 * block, block) == stub.expected(0x100000 + 8 * block, block));
}

TEST_CASE("a shorter read that waits for a block which can't be read is asked by itself") {
  // Where GDB first waits for a block that is under way, if the stub is slow after three reads.
  const auto reads_until_it_waits = [](Dialogue& d, MemoryStub& stub, std::uint64_t most) {
    for (std::uint64_t i = 0; i < 3; ++i) stub.gdb_reads(0x100000 + i * block, block);
    for (std::uint64_t i = 3; i < most; ++i) {
      d.gdb_sends("m" + rsp::format_hex(0x100000 + i * block) + "," + rsp::format_hex(block));
      if (!d.gdb_pop()) return i;
    }
    return most;
  };
  Dialogue first(true);
  stopped(first);
  MemoryStub first_stub{first, one_vma};
  const std::uint64_t waits = reads_until_it_waits(first, first_stub, 100);
  REQUIRE(waits < 100);

  Dialogue d(true);
  stopped(d);
  MemoryStub stub{d, one_vma};
  REQUIRE(reads_until_it_waits(d, stub, waits) == waits);
  stub.unreadable = 0x100000 + waits * block + block * 3 / 4;
  CHECK(stub.gdb_reads(0x100000 + waits * block, block / 2) ==
        stub.expected(0x100000 + waits * block, block / 2));
}
