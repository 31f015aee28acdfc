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
  std::shared_ptr<const TargetMap> get(asio::awaitable<Result<std::shared_ptr<const TargetMap>>> work) {
    auto result = asio::co_spawn(io, std::move(work), asio::use_future);
    io.restart();
    io.run();
    return result.get().value();
  }
  asio::io_context io;
  FakeStub stub;
  Inspector inspector;
};

}  // namespace

TEST_CASE("the map that came with the stop is told without reading anything") {
  Target target;
  const auto map = target.get(target.inspector.map_of_stop());
  CHECK(map->map.source() == memmap::MapSource::maps);
  CHECK(map->stop_id == 7);
  CHECK(map->map.vmas().size() == 1);
  CHECK(map->labels.size() == 1);
  CHECK(target.stub.file_reads == 0);
  CHECK(target.get(target.inspector.map_of_stop()) == map);

  const auto whole = target.get(target.inspector.map());
  CHECK(whole->map.source() == memmap::MapSource::smaps);
  CHECK(target.stub.file_reads == 1);
  CHECK(target.get(target.inspector.map_of_stop()) == whole);
}

TEST_CASE("a map of an earlier stop isn't told, nor one that didn't come") {
  Target target;
  const auto map = target.get(target.inspector.map_of_stop());
  target.stub.map_with_stop.reset();
  target.stub.become(8);
  const auto next = target.get(target.inspector.map_of_stop());
  CHECK(next->stop_id == 8);
  CHECK(next->map.source() == memmap::MapSource::smaps);
  CHECK(target.stub.file_reads == 1);
}
