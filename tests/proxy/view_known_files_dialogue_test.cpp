// Files of the target that are looked at before the stub opens them for GDB, as dialogues.
#include "proxy/near/absent_files.hpp"
#include "tests/support/files_dialogue.hpp"

using namespace rspbridge;
using namespace rspbridge::tests::files;
using proxy::near::AbsentFiles;

namespace {

struct Looked : WithFiles {
  Looked() : WithFiles(true) {}
  // What far asks of a file before GDB gets an answer.
  void is_looked_at(const std::string& file, const std::string& contents) {
    stub_gets(rsp::format_vfile_open(file, 0, 0));
    stub_sends("F9");
    stub_gets("vFile:fstat:9");
    stub_gets(rsp::format_vfile_pread(9, 4096, 0));
    stub_sends(rsp::format_vfile_attachment(rsp::format_file_status(contents.size())));
    stub_sends(rsp::format_vfile_attachment(contents.substr(0, 4096)));
    stub_gets("vFile:close:9");
    stub_sends("F0");
  }
  void is_looked_for_in_vain(const std::string& file) {
    stub_gets(rsp::format_vfile_open(file, 0, 0));
    stub_sends("F-1,2");
  }
};

}  // namespace

TEST_CASE("a file that is known here is never opened for GDB") {
  Looked d;
  d.store->kept = proxy::near::StoredFile{std::make_shared<const std::string>("kept file"), {}};
  d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
  d.is_looked_at(path, original);
  const auto opened = d.gdb_pop();
  REQUIRE(opened);
  const auto fd = rsp::parse_vfile_reply(*opened)->result;
  d.gdb_sends(rsp::format_vfile_fstat(fd));
  d.gdb_gets(rsp::format_vfile_attachment(rsp::format_file_status(9)));
  d.gdb_sends(rsp::format_vfile_pread(fd, 4, 5));
  d.gdb_gets("F4;file");
  d.gdb_sends(rsp::format_vfile_close(fd));
  d.gdb_gets("F0");
  d.stub_gets_nothing();
}

TEST_CASE("a file that isn't known is opened and read, and known from then on") {
  Looked d;
  d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
  d.is_looked_at(path, original);
  d.stub_gets(rsp::format_vfile_open(path, 0, 0));
  d.stub_sends("F5");
  d.stub_is_read();
  d.gdb_gets("F5");
  d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
  d.is_looked_at(path, original);
  REQUIRE(d.gdb_pop());
  d.stub_gets_nothing();
}

TEST_CASE("a file that changed is another one") {
  Looked d;
  d.store->kept = proxy::near::StoredFile{std::make_shared<const std::string>("kept file"), {}};
  d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
  d.is_looked_at(path, original);
  REQUIRE(d.gdb_pop());
  d.store->kept.reset();
  d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
  d.is_looked_at(path, original + "longer");
  d.stub_gets(rsp::format_vfile_open(path, 0, 0));
}

TEST_CASE("what can't be opened gives GDB the stub's own error, each time") {
  Looked d;
  for (int i = 0; i < 2; ++i) {
    d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
    d.stub_gets(rsp::format_vfile_open(path, 0, 0));
    d.stub_sends("F-1,d");
    d.gdb_gets("F-1,d");
  }
}

TEST_CASE("a file to be written, a made-up one and one that is no ELF file are opened by the stub") {
  Looked d;
  d.gdb_sends(rsp::format_vfile_open(path, 1, 0644));
  d.stub_gets(rsp::format_vfile_open(path, 1, 0644));
  d.stub_sends("F5");
  d.gdb_gets("F5");
  d.gdb_sends(rsp::format_vfile_open("/proc/1/mem", 0, 0));
  d.stub_gets(rsp::format_vfile_open("/proc/1/mem", 0, 0));
  d.stub_sends("F5");
  d.gdb_gets("F5");
  d.gdb_sends(rsp::format_vfile_open("/etc/motd", 0, 0));
  d.is_looked_at("/etc/motd", "hello");
  d.stub_gets(rsp::format_vfile_open("/etc/motd", 0, 0));
  d.stub_sends("F5");
  d.gdb_gets("F5");
}

TEST_CASE("what the kernel makes up of a process is read when it is opened, and to its end") {
  Looked d;
  const std::string maps = "/proc/1/task/12/maps";
  for (const std::string text : {"first\n", "second\n"}) {
    d.gdb_sends(rsp::format_vfile_open(maps, 0, 0));
    d.stub_gets(rsp::format_vfile_open(maps, 0, 0));
    d.stub_sends("F9");
    d.stub_gets("vFile:fstat:9");
    d.stub_gets("vFile:pread:9,1000,0");
    d.stub_sends(rsp::format_vfile_attachment(rsp::format_file_status(0)));
    d.stub_sends(rsp::format_vfile_attachment(text));
    d.stub_gets("vFile:pread:9,1000," + rsp::format_hex(text.size()));
    d.stub_sends("F0;");
    d.stub_gets("vFile:close:9");
    d.stub_sends("F0");
    const auto opened = d.gdb_pop();
    REQUIRE(opened);
    const auto fd = rsp::parse_vfile_reply(*opened)->result;
    d.gdb_sends(rsp::format_vfile_fstat(fd));
    d.gdb_gets(rsp::format_vfile_attachment(rsp::format_file_status(0)));
    d.gdb_sends(rsp::format_vfile_pread(fd, 100, 0));
    d.gdb_gets(rsp::format_vfile_attachment(text));
    d.gdb_sends(rsp::format_vfile_pread(fd, 100, text.size()));
    d.gdb_gets("F0;");
    d.gdb_sends(rsp::format_vfile_close(fd));
    d.gdb_gets("F0");
  }
  d.stub_gets_nothing();
}

TEST_CASE("debug files are not looked for where there is no folder for them") {
  Looked d;
  const std::string one = "/usr/lib/debug/.build-id/ab/cd.debug", two = "/usr/lib/debug//lib/libx.so.debug",
                    beside = "/lib/.debug/x.debug", plain = "/lib/x.debug";
  d.gdb_sends(rsp::format_vfile_open(one, 0, 0));
  d.is_looked_for_in_vain("/usr/lib/debug");
  d.is_looked_for_in_vain("/usr/lib/debug/.build-id");
  d.is_looked_for_in_vain("/usr/lib/debug/.build-id/ab");
  d.is_looked_for_in_vain(one);
  d.gdb_gets("F-1,2");
  d.gdb_sends(rsp::format_vfile_open(two, 0, 0));
  d.gdb_gets("F-1,2");
  d.stub_gets_nothing();
  d.gdb_sends(rsp::format_vfile_open(beside, 0, 0));
  d.stub_gets(rsp::format_vfile_open("/lib/.debug", 0, 0));
  d.stub_gets(rsp::format_vfile_open(beside, 0, 0));
  d.stub_sends("F9");  // a folder
  d.stub_sends("F-1,2");
  for (const char* packet : {"vFile:fstat:9", "vFile:pread:9,1000,0"}) d.stub_gets(packet);
  for (const char* reply : {"F-1,9", "F-1,15"}) d.stub_sends(reply);
  d.stub_gets("vFile:close:9");
  d.stub_sends("F0");
  d.gdb_gets("F-1,2");
  d.gdb_sends(rsp::format_vfile_open(plain, 0, 0));
  d.is_looked_for_in_vain(plain);
  d.gdb_gets("F-1,2");
  for (const std::string& again : {beside, plain}) {
    d.gdb_sends(rsp::format_vfile_open(again, 0, 0));
    d.gdb_gets("F-1,2");
  }
  d.stub_gets_nothing();
  // Another file system may have them, and so may this one once everything is to be asked for again.
  for (const std::string asked : {"vFile:setfs:5", ""}) {
    if (asked.empty()) {
      d.gdb_sends("qRcmd," + rsp::to_hex("rspbridge flush"));
      REQUIRE(d.gdb_pop());
    } else {
      d.gdb_sends(asked);
      d.gdb_gets("F0");
    }
    d.gdb_sends(rsp::format_vfile_open(plain, 0, 0));
    if (!asked.empty()) {
      d.stub_gets(asked);
      d.stub_sends("F0");
    }
    d.is_looked_for_in_vain(plain);
    d.gdb_gets("F-1,2");
  }
}

TEST_CASE("a path with .. may lead anywhere") {
  AbsentFiles files;
  files.learn("/usr/lib/debug", false);
  CHECK(files.is_absent("/usr/lib/debug/x.debug"));
  CHECK_FALSE(files.is_absent("/usr/lib/debug/../x.debug"));
  CHECK(files.unknown_folders("/usr/lib/debug/../x.debug").empty());
  CHECK_FALSE(files.is_absent("/usr/lib/debug/x.so"));
  CHECK_FALSE(files.is_absent("usr/lib/debug/x.debug"));
}

TEST_CASE("a file that GDB has written is read anew, and what wasn't there may be there now") {
  Looked d;
  const std::string debug = "/lib/x.debug";
  d.store->kept = proxy::near::StoredFile{std::make_shared<const std::string>("kept file"), {}};
  d.gdb_sends(rsp::format_vfile_open(debug, 0, 0));
  d.is_looked_for_in_vain(debug);
  d.gdb_gets("F-1,2");
  d.gdb_sends(rsp::format_vfile_open(path, 0x601, 0644));
  d.stub_gets(rsp::format_vfile_open(path, 0x601, 0644));
  d.stub_sends("F5");
  d.gdb_gets("F5");
  d.gdb_sends(rsp::format_vfile_open(debug, 0, 0));
  d.is_looked_for_in_vain(debug);
  d.gdb_gets("F-1,2");
  d.gdb_sends(rsp::format_vfile_open(path, 0, 0));
  d.is_looked_at(path, original);
  d.stub_gets(rsp::format_vfile_open(path, 0, 0));
  d.stub_sends("F5");
  d.stub_is_read();
  d.gdb_gets("F5");
}
