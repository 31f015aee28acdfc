// Symbol files that are translated or replaced as GDB reads them, as dialogues.
#include "tests/support/files_dialogue.hpp"

using namespace rspbridge;
using namespace rspbridge::tests::files;
using tests::Dialogue;

TEST_CASE("an ELF file is read whole, and served as what it was translated to") {
  WithFiles d;
  d.stub_has(original);
  d.stub_is_read();
  d.gdb_gets("F5");
  CHECK(d.store->taken == original);
  REQUIRE(d.store->asked.size() == 1);
  CHECK(d.store->asked[0] == proxy::near::FileIdentity{path, original.size(), 0, "b1d"});
  d.gdb_sends("vFile:pread:5,e,0");
  d.gdb_gets("Fe;TRANSLATEDELF:");
  d.gdb_sends("vFile:pread:5,10,100000");
  d.gdb_gets("F0;");
  d.gdb_sends("vFile:fstat:5");
  d.stub_gets("vFile:fstat:5");
  d.stub_sends(rsp::format_vfile_attachment(rsp::format_file_status(original.size())));
  d.gdb_gets(rsp::format_vfile_attachment(rsp::format_file_status(original.size() + 10)));
  d.gdb_sends("vFile:close:5");
  d.stub_gets("vFile:close:5");
  d.stub_sends("F0");
  d.gdb_gets("F0");
  d.gdb_sends("qRcmd," + rsp::to_hex("rspbridge symbols"));
  d.gdb_gets(rsp::to_hex(path + ": served by this machine\n"));
  // The descriptor's next file is another one.
  d.gdb_sends("vFile:pread:5,4,0");
  d.stub_gets("vFile:pread:5,4,0");
}

TEST_CASE("what the store keeps isn't read from the target") {
  WithFiles d;
  d.store->kept = proxy::near::StoredFile{std::make_shared<const std::string>("kept"), {}};
  d.stub_has(original);
  d.gdb_gets("F5");
  d.gdb_sends("vFile:pread:5,10,0");
  d.gdb_gets("F4;kept");
  d.stub_gets_nothing();
}

TEST_CASE("a file that the store doesn't know passes") {
  WithFiles d;
  d.stub_has("!/bin/sh");
  d.gdb_gets("F5");
  d.gdb_sends("vFile:pread:5,4,0");
  d.stub_gets("vFile:pread:5,4,0");
  d.stub_sends("F4;!/bi");
  d.gdb_gets("F4;!/bi");
}

TEST_CASE("a file that can't be translated can't be opened, and the log says why") {
  WithFiles d;
  d.store->refusal = "it is broken";
  d.stub_has(original);
  d.stub_is_read();
  d.stub_gets("vFile:close:5");
  d.stub_sends("F0");
  d.gdb_gets("F-1,270f");
  CHECK(d.warnings == std::vector<std::string>{"it is broken"});
}

TEST_CASE("files that the kernel makes up pass unseen, and so do writes") {
  WithFiles d;
  for (const auto& [name, flags] : {std::pair{"/proc/1/maps", 0}, {"/tmp/file", 1}}) {
    const auto request = rsp::format_vfile_open(name, static_cast<std::uint64_t>(flags), 0);
    d.gdb_sends(request);
    d.stub_gets(request);
    d.stub_sends("F7");
    d.gdb_gets("F7");
  }
}

TEST_CASE("a debug file that only this machine has is opened without the stub") {
  WithFiles d;
  d.gdb_sends(rsp::format_vfile_open("/usr/lib/debug/.build-id/ab/cdef.debug", 0, 0));
  const auto opened = d.gdb_pop();
  REQUIRE(opened);
  const std::string fd = opened->substr(1);
  d.gdb_sends("vFile:fstat:" + fd);
  d.gdb_gets(rsp::format_vfile_attachment(rsp::format_file_status(5)));
  d.gdb_sends("vFile:pread:" + fd + ",100,1");
  d.gdb_gets("F4;ebug");
  d.gdb_sends("vFile:close:" + fd);
  d.gdb_gets("F0");
  d.stub_gets_nothing();
  const auto other = rsp::format_vfile_open("/usr/lib/debug/.build-id/ab/0000.debug", 0, 0);
  d.gdb_sends(other);
  d.stub_gets(other);
}
