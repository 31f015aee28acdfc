// The memory map, what is in it, and where it comes from.
#include <elf.h>

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "memmap/auxv.hpp"
#include "memmap/labels.hpp"
#include "memmap/modules.hpp"
#include "memmap/rebuild.hpp"
#include "memmap/smaps.hpp"
#include "proxy/inspect/inspector.hpp"
#include "rsp/library_list.hpp"

namespace rspbridge::proxy::inspect {
namespace {

using memmap::AddressRange;
using memmap::VirtAddr;
using memmap::VmaMap;

constexpr int most_rounds = 8;  // of reading what a look at ELF images turned out to need

// Reads what is in the view, and notes what isn't.
class NotingReader {
 public:
  explicit NotingReader(const memmap::SharedView& view) : view_(view) {}

  std::optional<std::string> operator()(std::uint64_t address, std::size_t length) {
    auto bytes = view_.read(VirtAddr{address}, length);
    if (bytes) return *std::move(bytes);
    if (bytes.error().problem == memmap::ViewProblem::missing)
      missing_.push_back({{address}, {address + length}});
    return std::nullopt;
  }
  std::vector<AddressRange> take_missing() { return std::exchange(missing_, {}); }

 private:
  const memmap::SharedView& view_;
  std::vector<AddressRange> missing_;
};

AddressRange in_pages(AddressRange range) {
  constexpr std::uint64_t page = 4096;  // the view's
  return {{range.begin.value & ~(page - 1)}, {(range.end.value + page - 1) & ~(page - 1)}};
}

std::vector<memmap::ThreadStack> stacks_of(const Threads& threads) {
  std::vector<memmap::ThreadStack> stacks;
  for (const Thread& thread : threads.threads)
    if (thread.sp && thread.id.tid > 0)
      stacks.push_back({static_cast<std::uint64_t>(thread.id.tid), VirtAddr{*thread.sp}});
  return stacks;
}

// Of the target, if smaps tells.
std::optional<std::uint64_t> kernel_page_size(const VmaMap& map) {
  std::optional<std::uint64_t> smallest;
  for (const memmap::Vma& vma : map.vmas()) {
    const std::uint64_t size = vma.details ? vma.details->kernel_page_size : 0;
    if (size != 0 && size < smallest.value_or(size + 1)) smallest = size;
  }
  return smallest;
}

}  // namespace

asio::awaitable<const VmaMap*> Inspector::vmas_of_stop() {
  if (stub_.state().running) co_return nullptr;
  if (known_.map) co_return &known_.map->map;
  if (!known_.came) {
    const Moment before = moment();
    auto came = co_await stub_.map_of_stop();
    if (has_gone_on(before)) co_return nullptr;
    known_.came = std::move(came);
  }
  co_return known_.came ? &*known_.came : nullptr;
}

asio::awaitable<Result<VmaMap>> Inspector::read_vmas(std::int64_t pid, MapDetail detail) {
  const std::string folder = "/proc/" + std::to_string(pid);
  if (detail == MapDetail::quick) {
    const VmaMap* came = co_await vmas_of_stop();
    if (came) co_return *came;
  } else {
    const auto smaps = co_await stub_.read_file(folder + "/smaps", StubAccess::Holds::for_moment);
    auto map = smaps ? memmap::parse_smaps(*smaps) : std::nullopt;
    if (map && !map->vmas().empty()) co_return *std::move(map);
    if (!smaps && smaps.error().problem != Problem::unsupported) co_return tl::unexpected(smaps.error());
  }
  const auto maps = co_await stub_.read_file(folder + "/maps", StubAccess::Holds::for_moment);
  if (!maps) co_return tl::unexpected(maps.error());
  auto map = VmaMap::parse_maps(*maps);
  if (!map || map->vmas().empty())
    co_return tl::unexpected(Failure{Problem::unsupported, folder + "/maps holds no memory map", {}});
  co_return *std::move(map);
}

// From what any stub tells. The reading of program headers is repeated until all that it needs is here.
asio::awaitable<Result<VmaMap>> Inspector::rebuild_vmas() {
  const auto blob = co_await object(std::nullopt, "auxv", "");
  if (!blob) co_return tl::unexpected(blob.error());
  const auto auxv = memmap::Auxv::parse(*blob);
  if (!auxv)
    co_return tl::unexpected(Failure{Problem::unsupported, "the stub's auxiliary vector is wrong", {}});
  const auto program_name = co_await object(std::nullopt, "exec-file", "");
  const auto list = co_await object(std::nullopt, "libraries-svr4", "");
  std::vector<memmap::LoadedLibrary> libraries;
  if (list)
    for (auto& library : rsp::parse_library_list(*list).value_or(std::vector<rsp::ListedLibrary>()))
      libraries.push_back({std::move(library.name), library.load_bias});
  NotingReader reader(view_);
  for (int round = 0;; ++round) {
    auto map = memmap::rebuild_map(*auxv, program_name.value_or(""), libraries, std::ref(reader));
    const auto missing = reader.take_missing();
    if (missing.empty() || round == most_rounds) co_return map;
    for (const AddressRange& range : missing) {
      const auto failed = co_await populate(in_pages(range));
      if (failed) co_return tl::unexpected(*failed);
    }
  }
}

// As rebuild_vmas(): one page of each image, mostly.
asio::awaitable<void> Inspector::find_modules(TargetMap& made) {
  NotingReader reader(view_);
  for (int round = 0; round < most_rounds; ++round) {
    made.modules = memmap::modules(made.map, std::ref(reader));
    const auto missing = reader.take_missing();
    if (missing.empty()) co_return;
    std::vector<AddressRange> pages;
    for (const AddressRange& range : missing) pages.push_back(in_pages(range));
    const auto failed = co_await fetch_all(std::move(pages));
    if (failed) {
      spdlog::debug("the modules aren't all known: {}", failed->sentence);
      co_return;
    }
  }
}

// Without smaps the auxiliary vector tells.
asio::awaitable<std::uint64_t> Inspector::page_size_of(const TargetMap& map) {
  constexpr std::uint64_t smallest = 4096;  // of any Linux
  if (const auto told = kernel_page_size(map.map)) co_return *told;
  std::string blob;
  if (map.running) {
    const auto file = co_await stub_.read_file("/proc/" + std::to_string(map.pid) + "/auxv");
    if (file) blob = *file;
  } else {
    const auto part = co_await object(std::nullopt, "auxv", "");
    if (part) blob = *part;
  }
  const auto auxv = memmap::Auxv::parse(blob);
  co_return auxv ? auxv->find(AT_PAGESZ).value_or(smallest) : smallest;
}

asio::awaitable<Result<Inspector::MapPointer>> Inspector::read_map(MapDetail detail) {
  if (auto known = known_map(detail)) co_return known;
  const Moment before = moment();
  const auto pid = co_await process();
  if (!pid) co_return tl::unexpected(pid.error());
  auto made = std::make_shared<TargetMap>();
  made->stop_id = before.stop_id;
  made->running = before.running;
  made->pid = *pid;
  auto vmas = co_await read_vmas(*pid, detail);
  if (!vmas && vmas.error().problem == Problem::unsupported && !before.running) {
    auto rebuilt = co_await rebuild_vmas();
    if (!rebuilt) co_return tl::unexpected(vmas.error());
    vmas = std::move(rebuilt);
  }
  if (!vmas) co_return tl::unexpected(vmas.error());
  made->map = *std::move(vmas);
  made->page_size = co_await page_size_of(*made);
  const auto failed = co_await complete(*made);
  if (failed) co_return tl::unexpected(*failed);
  if (!before.running) (detail == MapDetail::all ? known_.map : known_.quick_map) = made;
  co_return MapPointer(made);
}

// What isn't in the map itself. Fails if that isn't of the present moment any more.
asio::awaitable<std::optional<Failure>> Inspector::complete(TargetMap& made) {
  std::vector<memmap::ThreadStack> stacks;
  if (made.running) {
    if (program_) made.architecture = program_->architecture;
  } else {
    co_await find_modules(made);
    const auto threads = co_await list_threads();
    if (threads) {
      stacks = stacks_of(*threads);
      const auto about = co_await program(threads->threads.front().id);
      if (about) made.architecture = (*about)->architecture;
    }
  }
  made.labels = memmap::labels(made.map, stacks);
  const Moment now = moment();
  if (now.stop_id != made.stop_id || now.running != made.running) co_return resumed();
  co_return std::nullopt;
}

}  // namespace rspbridge::proxy::inspect
