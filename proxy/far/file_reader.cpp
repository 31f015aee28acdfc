#include "proxy/far/file_reader.hpp"

#include <memory>
#include <utility>

#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::far {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{64} << 20;
constexpr std::uint64_t read_size = 4096;  // leaves room for escapes in every stub's packets

std::optional<rsp::VFileReply> parse(const std::string& payload) {
  auto expanded = rsp::expand_runs(payload);
  return expanded ? rsp::parse_vfile_reply(*expanded) : std::nullopt;
}

// One reading under way; kept alive by the job that it waits for.
struct Reading : std::enable_shared_from_this<Reading> {
  Reading(StubQueue& q, std::string p, std::int64_t fs, FileReady r)
      : queue(q), path(std::move(p)), gdb_fs(fs), ready(std::move(r)) {}

  StubQueue& queue;
  std::string path;
  std::int64_t gdb_fs;
  FileReady ready;
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
  void start() {
    if (gdb_fs != 0) queue.submit({.payload = rsp::format_vfile_setfs(0)});
    ask(rsp::format_vfile_open(path, 0, 0), &Reading::opened);
    if (gdb_fs != 0) queue.submit({.payload = rsp::format_vfile_setfs(gdb_fs)});
  }
  void opened(const rsp::VFileReply& reply) {
    if (reply.result < 0) return finish(std::nullopt, "the stub can't open " + path);
    fd = reply.result;
    read_more();
  }
  void read_more() { ask(rsp::format_vfile_pread(fd, read_size, text.size()), &Reading::got); }
  void got(const rsp::VFileReply& reply) {
    if (reply.result > 0 && !reply.attachment.empty() && text.size() < max_file_bytes) {
      text += reply.attachment;
      return read_more();
    }
    queue.submit({.payload = rsp::format_vfile_close(fd)});
    if (reply.result != 0) return finish(std::nullopt, "reading " + path + " failed");
    finish(std::move(text), "");
  }
  void finish(std::optional<std::string> whole, std::string why) {
    if (auto call = std::exchange(ready, {})) call(std::move(whole), std::move(why));
  }
};

}  // namespace

void read_file(StubQueue& queue, std::string path, std::int64_t gdb_fs, FileReady ready) {
  std::make_shared<Reading>(queue, std::move(path), gdb_fs, std::move(ready))->start();
}

}  // namespace rspbridge::proxy::far
