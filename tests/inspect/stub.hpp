// A stub that exists in these tests only.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include "memmap/elf_image.hpp"
#include "memmap/range_set.hpp"
#include "proxy/inspect/inspector.hpp"
#include "proxy/inspect/stub_access.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::inspect::test {

/// Has one thread, p2a.2a, the memory that `byte_at` tells, and the files that are set.
class FakeStub final : public StubAccess {
 public:
  State now{.stop_id = 7, .pid = 42, .thread = rsp::ThreadId{.pid = 42, .tid = 42}, .stop_reply = "T05"};
  std::map<std::string, std::string> files;
  std::optional<std::string> pagemap;  ///< from page `pagemap_page` on
  std::uint64_t pagemap_page = 0;
  memmap::RangeSet unreadable;
  char (*byte_at)(std::uint64_t address) = [](std::uint64_t) { return 'm'; };
  std::uint64_t read = 0, groups = 0;  ///< bytes of memory, groups of requests
  int parts_of_files = 0, file_reads = 0;

  State state() const override { return now; }
  link::LinkReport link_report() const override { return {}; }
  asio::awaitable<Result<Answers>> ask(std::vector<Question> questions) override {
    ++groups;
    Answers answers;
    for (const Question& question : questions) answers.push_back(answer(question.payload));
    co_return answers;
  }
  std::optional<memmap::VmaMap> map_with_stop;
  asio::awaitable<std::optional<memmap::VmaMap>> map_of_stop() override { co_return map_with_stop; }
  asio::awaitable<Result<std::string>> read_file(std::string path, Holds) override {
    ++file_reads;
    const auto found = files.find(path);
    if (found == files.end()) co_return tl::unexpected(Failure{Problem::unsupported, "no " + path, {}});
    co_return found->second;
  }
  asio::awaitable<Result<std::string>> read_file_part(std::string path, std::uint64_t offset,
                                                      std::size_t most) override {
    ++parts_of_files;
    if (!pagemap || path != "/proc/42/pagemap")
      co_return tl::unexpected(Failure{Problem::unsupported, "no " + path, {}});
    co_return pagemap->substr(offset - pagemap_page * 8, most);
  }
  std::size_t largest_read() const override { return 9215; }
  void observe(Observer* observer) override { observer_ = observer; }
  void count_as_stop() override { become(now.stop_id + 1); }
  void become(std::uint64_t stop_id) {
    now.stop_id = stop_id;
    if (observer_) observer_->on_state();
  }

 private:
  std::string answer(const std::string& payload) {
    if (payload == "qfThreadInfo") return "mp2a.2a";
    if (payload == "qsThreadInfo") return "l";
    if (!payload.starts_with('m')) return "";
    const auto wanted = rsp::parse_memory_read(payload).value();
    const memmap::AddressRange range{{wanted.address}, {wanted.address + wanted.length}};
    if (!unreadable.within(range).empty()) return "E01";
    read += wanted.length;
    std::string bytes;
    for (auto at = range.begin.value; at < range.end.value; ++at) bytes += byte_at(at);
    return rsp::to_hex(bytes);
  }

  Observer* observer_ = nullptr;
};

/// An Inspector of such a stub, whose process has one VMA: `vma`, as smaps tells of it.
struct Target {
  explicit Target(const std::string& vma, memmap::ViewLimits limits = {})
      : inspector(io.get_executor(), stub, limits) {
    stub.files["/proc/42/smaps"] = vma;
  }
  template <class Value>
  Value run(asio::awaitable<Value> work) {
    auto result = asio::co_spawn(io, std::move(work), asio::use_future);
    io.restart();
    io.run();
    return result.get();
  }
  asio::io_context io;
  FakeStub stub;
  Inspector inspector;
};

}  // namespace rspbridge::proxy::inspect::test
