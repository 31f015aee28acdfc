// The memory map, from what came with a stop and from smaps.
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include "proxy/inspect/inspector.hpp"
#include "tests/inspect/stub.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::inspect;
using rspbridge::proxy::inspect::test::FakeStub;

namespace {

const std::string line = "10000000-10004000 rw-p 00000000 00:00 0 \n";

struct Target {
  Target() : inspector(io.get_executor(), stub) {
    stub.files["/proc/42/smaps"] = line + "VmFlags: rd wr mr mw \n";
    stub.map_with_stop = memmap::VmaMap::parse_maps(line);
  }
  template <class Value>
  Value run(asio::awaitable<Value> work) {
    auto result = asio::co_spawn(io, std::move(work), asio::use_future);
    io.restart();
    io.run();
    return result.get();
  }
  std::shared_ptr<const TargetMap> get(asio::awaitable<Result<std::shared_ptr<const TargetMap>>> work) {
    return run(std::move(work)).value();
  }
  asio::io_context io;
  FakeStub stub;
  Inspector inspector;
};

}  // namespace

TEST_CASE("the map that came with the stop is told without reading anything") {
  Target target;
  const auto map = target.get(target.inspector.quick_map());
  CHECK(map->map.source() == memmap::MapSource::maps);
  CHECK(map->stop_id == 7);
  CHECK(map->map.vmas().size() == 1);
  CHECK(map->labels.size() == 1);
  CHECK(target.stub.file_reads == 0);
  CHECK(target.get(target.inspector.quick_map()) == map);

  const auto whole = target.get(target.inspector.map());
  CHECK(whole->map.source() == memmap::MapSource::smaps);
  CHECK(target.stub.file_reads == 1);
  CHECK(target.get(target.inspector.quick_map()) == whole);
}

TEST_CASE("a map of an earlier stop isn't told; where none came maps is read, and never smaps") {
  Target target;
  target.stub.files["/proc/42/maps"] = line;
  const auto map = target.get(target.inspector.quick_map());
  target.stub.map_with_stop.reset();
  target.stub.become(8);
  const auto next = target.get(target.inspector.quick_map());
  CHECK(next->stop_id == 8);
  CHECK(next->map.source() == memmap::MapSource::maps);
  CHECK(target.stub.file_reads == 1);

  target.stub.now.running = true;
  const auto running = target.get(target.inspector.quick_map());
  CHECK(running->running);
  CHECK(running->map.source() == memmap::MapSource::maps);
}

TEST_CASE("smaps is read for the memory of a VMA only that maps doesn't tell to be plain") {
  const auto reads = [](const std::string& vma) {
    Target target;
    target.stub.files["/proc/42/smaps"] = vma + "VmFlags: rd mr mw sh \n";
    target.stub.map_with_stop = memmap::VmaMap::parse_maps(vma);
    CHECK(target.run(target.inspector.read(0x10000010, 4)).value().bytes == "mmmm");
    return target.stub.file_reads;
  };
  CHECK(reads(line) == 0);
  CHECK(reads("10000000-10004000 r-xp 00000000 fd:01 77 /srv/app\n") == 0);
  CHECK(reads("10000000-10004000 rw-s 00000000 fd:01 77 /srv/data\n") == 1);
  CHECK(reads("10000000-10004000 rw-p 00000000 00:0e 5 anon_inode:[card]\n") == 1);
}
