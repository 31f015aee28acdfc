// The vDSO, which GDB reads from memory and gets as the symbol store translates it, as dialogues.
#include <memory>
#include <string>

#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "tests/support/x86_dialogue.hpp"

using namespace rspbridge;
using namespace rspbridge::tests;

namespace {

constexpr std::uint64_t place = 0xfffff7ffb000, page = 4096;
const std::string pages = "ARM64" + std::string(page - 5, '\x5a');
const std::string instead = "X{}86";  // `}` is escaped in binary replies

struct FakeStore : proxy::near::SymbolStore {
  std::optional<std::string> recognise(const std::string&) override { return std::nullopt; }
  std::optional<proxy::near::StoredFile> find(const proxy::near::FileIdentity&) override {
    return std::nullopt;
  }
  proxy::near::StoredFile take(const proxy::near::FileIdentity&, std::string) override { return {}; }
  std::optional<proxy::near::StoredFile> debug_file(const std::string&) override { return std::nullopt; }
  tl::expected<std::uint64_t, std::string> vdso_size(const std::string& start) override {
    CHECK(start.size() == page);
    return page - 100;
  }
  tl::expected<std::string, std::string> vdso(const std::string& all) override {
    ++translated;
    if (!refusal.empty()) return tl::unexpected(refusal);
    return instead + all.substr(instead.size());
  }
  std::string refusal;
  int translated = 0;
};

struct WithVdso : X86 {
  explicit WithVdso(std::shared_ptr<FakeStore> fake = std::make_shared<FakeStore>())
      : X86(offered_by_stub, fake), store(std::move(fake)) {
    selects("p1.1");
  }
  void selects(const std::string& thread) {
    gdb_sends("Hg" + thread);
    stub_gets("Hg" + thread);
    stub_sends("OK");
    gdb_gets("OK");
  }
  void reads(std::uint64_t from, const std::string& stub_has, char kind = 'm') {
    const std::string request = kind + rsp::format_hex(from) + "," + rsp::format_hex(stub_has.size());
    gdb_sends(request);
    stub_gets(request);
    stub_sends(kind == 'm' ? rsp::to_hex(stub_has) : "b" + rsp::escape(stub_has));
  }
  /// The view asks for the vDSO's place.
  void auxv(std::uint64_t address) {
    stub_gets("qXfer:auxv:read::0,1000");
    const std::string entries = hex_number(6) + hex_number(page) + hex_number(33) + hex_number(address);
    stub_sends("l" + rsp::escape(*rsp::from_hex(entries + hex_number(0) + hex_number(0))));
  }
  /// The view reads it.
  void stub_is_read(std::uint64_t at = place) {
    for (std::uint64_t i = 0; i < page; i += 1024) {
      stub_gets("m" + rsp::format_hex(at + i) + ",400");
      stub_sends(rsp::to_hex(pages.substr(i, 1024)));
    }
  }
  void knows() {
    reads(place, "ARM6");
    auxv(place);
    stub_is_read();
    gdb_gets(rsp::to_hex(instead.substr(0, 4)));
  }
  /// The process goes on, and stops for `reason`.
  void stops(const std::string& reason, const std::string& thread = "p1.1",
             const std::string& resume = "vCont;c") {
    gdb_sends(resume);
    stub_gets(resume);
    stub_sends("T05" + reason + "thread:" + thread + ";");
    for (auto asked = stub_pop(); asked; asked = stub_pop())
      stub_sends(*asked == "g" ? stub_g() : "l" + rsp::escape(stub_description()));
    REQUIRE(gdb_pop());
  }
  std::shared_ptr<FakeStore> store;
};

}  // namespace

TEST_CASE("the vDSO is read whole, and served as what it was translated to") {
  WithVdso d;
  d.knows();
  d.reads(place, pages);
  d.gdb_gets(rsp::to_hex(instead + pages.substr(instead.size())));
  d.reads(place, "ARM64", 'x');
  d.gdb_gets("b" + rsp::escape(instead));
  d.reads(place - 2, "..ARM64ZZ");
  d.gdb_gets(rsp::to_hex(".." + instead + "ZZ"));
  d.reads(place + page - 2, "ZZ..");
  d.gdb_gets(rsp::to_hex("ZZ.."));
  d.reads(place + 3, "64ZZ");
  d.gdb_gets(rsp::to_hex("86ZZ"));
  CHECK(d.store->translated == 1);
  CHECK(d.warnings.empty());
}

TEST_CASE("memory that isn't the vDSO's is as the stub has it") {
  WithVdso d;
  d.reads(0x1000, "ARM64");
  d.auxv(place);
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.reads(place + page, "ARM64");
  d.stub_is_read();  // it might have been as large
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.reads(place - 5, "ARM64");
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.gdb_sends("m1000,4");
  d.stub_gets("m1000,4");
  d.stub_sends("E01");
  d.gdb_gets("E01");
}

TEST_CASE("what is written to the vDSO passes, and what isn't as it was is served as it is") {
  WithVdso d;
  d.knows();
  d.gdb_sends("M" + rsp::format_hex(place) + ",1:58");
  d.stub_gets("M" + rsp::format_hex(place) + ",1:58");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.reads(place, "XRM64");
  d.gdb_gets(rsp::to_hex("XRM64"));
  d.reads(place, "XRM64");
  d.auxv(place);
}

TEST_CASE("another program has another vDSO") {
  WithVdso d;
  d.describe();
  d.knows();
  d.stops("");
  d.reads(place, "ARM64");
  d.gdb_gets(rsp::to_hex(instead));
  d.stops("exec:2f62696e2f736c656570;");
  d.reads(place, "ARM64");
  d.auxv(place + 0x100000);
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.reads(place + 0x100000, "ARM64");
  d.stub_is_read(place + 0x100000);
  d.gdb_gets(rsp::to_hex(instead));
}

TEST_CASE("a program that is run anew has another vDSO, and so has a process without a name") {
  WithVdso d;
  d.describe();
  d.knows();
  d.stops("", "p1.1", "vRun;;");
  d.reads(place, "ARM64");
  d.auxv(place + 0x100000);
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.stops("", "1");
  d.reads(place, "ARM64");
  d.auxv(place + 0x200000);
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.stops("", "1");
  d.reads(place, "ARM64");
  d.auxv(place + 0x200000);
}

TEST_CASE("another program that is heard of in non-stop mode has another vDSO") {
  WithVdso d;
  d.describe();
  d.gdb_sends("QNonStop:1");
  d.stub_gets("QNonStop:1");
  d.stub_sends("OK");
  d.gdb_gets("OK");
  d.knows();
  d.stub_notifies("Stop:T05exec:2f62696e2f736c656570;thread:p1.1;");
  REQUIRE(d.gdb_pop());
  d.reads(place, "ARM64");
  d.auxv(place + 0x100000);
  d.gdb_gets(rsp::to_hex("ARM64"));
}

TEST_CASE("each process has its own vDSO") {
  WithVdso d;
  d.knows();
  d.selects("p2.2");
  d.reads(place, "ARM64");
  d.auxv(place + 0x100000);
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.selects("p1.1");
  d.reads(place, "ARM64");
  d.gdb_gets(rsp::to_hex(instead));
}

TEST_CASE("a vDSO that can't be translated is served as it is, and the log says why") {
  auto store = std::make_shared<FakeStore>();
  store->refusal = "the vDSO: it is odd";
  WithVdso d(store);
  d.reads(place, "ARM64");
  d.auxv(place);
  d.stub_is_read();
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.reads(place, "ARM64");
  d.gdb_gets(rsp::to_hex("ARM64"));
  REQUIRE(d.warnings.size() == 1);
  CHECK(d.warnings[0] == "backtraces end at signal handlers: the vDSO: it is odd");
  CHECK(store->translated == 1);
}

TEST_CASE("a stub without an auxiliary vector is asked once") {
  WithVdso d;
  d.reads(place, "ARM64");
  d.stub_gets("qXfer:auxv:read::0,1000");
  d.stub_sends("");
  d.gdb_gets(rsp::to_hex("ARM64"));
  d.reads(place, "ARM64");
  d.gdb_gets(rsp::to_hex("ARM64"));
  CHECK(d.warnings.empty());
}
