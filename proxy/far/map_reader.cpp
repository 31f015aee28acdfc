#include "proxy/far/map_reader.hpp"

#include <utility>

#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::far {
namespace {

constexpr std::size_t max_map_bytes = std::size_t{64} << 20;
constexpr std::uint64_t read_size = 4096;  // leaves room for escapes in every stub's packets

std::optional<rsp::VFileReply> parse(const std::string& payload) {
  auto expanded = rsp::expand_runs(payload);
  return expanded ? rsp::parse_vfile_reply(*expanded) : std::nullopt;
}

// One reading under way; kept alive by the job that it waits for.
struct Reading : std::enable_shared_from_this<Reading> {
  Reading(StubQueue& q, std::int64_t fs, MapReady r) : queue(q), gdb_fs(fs), ready(std::move(r)) {}

  StubQueue& queue;
  std::int64_t gdb_fs;
  MapReady ready;
  std::int64_t fd = -1;
  std::string text;

  void ask(std::string payload, void (Reading::*then)(const rsp::VFileReply&)) {
    queue.submit(
        {.payload = std::move(payload), .done = [self = shared_from_this(), then](std::string reply, bool) {
           auto parsed = parse(reply);
           if (parsed)
             ((*self).*then)(*parsed);
           else
             self->finish(std::nullopt, "the stub doesn't read files (vFile)");
         }});
  }
  void start(std::int64_t pid) {
    if (gdb_fs != 0) queue.submit({.payload = rsp::format_vfile_setfs(0)});
    ask(rsp::format_vfile_open("/proc/" + std::to_string(pid) + "/maps", 0, 0), &Reading::opened);
    if (gdb_fs != 0) queue.submit({.payload = rsp::format_vfile_setfs(gdb_fs)});
  }
  void opened(const rsp::VFileReply& reply) {
    if (reply.result < 0) return finish(std::nullopt, "the stub can't open /proc/PID/maps");
    fd = reply.result;
    read_more();
  }
  void read_more() { ask(rsp::format_vfile_pread(fd, read_size, text.size()), &Reading::got); }
  void got(const rsp::VFileReply& reply) {
    if (reply.result > 0 && !reply.attachment.empty() && text.size() < max_map_bytes) {
      text += reply.attachment;
      return read_more();
    }
    queue.submit({.payload = rsp::format_vfile_close(fd)});
    if (reply.result != 0) return finish(std::nullopt, "reading /proc/PID/maps failed");
    auto map = memmap::VmaMap::parse_maps(text);
    const char* why = map ? "" : "/proc/PID/maps can't be understood";
    finish(std::move(map), why);
  }
  void finish(std::optional<memmap::VmaMap> map, std::string why) {
    if (auto call = std::exchange(ready, {})) call(std::move(map), std::move(why));
  }
};

}  // namespace

void read_map(StubQueue& queue, std::int64_t pid, std::int64_t gdb_fs, MapReady ready) {
  std::make_shared<Reading>(queue, gdb_fs, std::move(ready))->start(pid);
}

}  // namespace rspbridge::proxy::far
