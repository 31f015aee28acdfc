#include "proxy/far/file_looker.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::far {
namespace {

constexpr std::uint64_t read_size = 4096;  // leaves room for escapes in every stub's packets

// One file that is looked at; kept alive by the job that it waits for.
struct Looking : std::enable_shared_from_this<Looking> {
  Looking(StubQueue& q, const link::LookAtFile& request, std::function<void(link::FileSeen)> r)
      : queue(q), most(request.most), seen{.id = request.id}, ready(std::move(r)) {}

  StubQueue& queue;
  std::uint64_t most;
  std::int64_t fd = -1;
  std::uint64_t size = 0;  // that it has by its status; 0 for what the kernel makes up
  link::FileSeen seen;
  std::function<void(link::FileSeen)> ready;

  void ask(std::string payload, void (Looking::*then)(std::string reply)) {
    queue.submit({.payload = std::move(payload),
                  .done = [self = shared_from_this(), then](const std::string& reply, bool) {
                    ((*self).*then)(rsp::expand_runs(reply).value_or(reply));
                  }});
  }
  void opened(std::string reply) {
    seen.opened = std::move(reply);
    const auto parsed = rsp::parse_vfile_reply(seen.opened);
    if (!parsed || parsed->result < 0) return ready(std::move(seen));
    fd = parsed->result;
    ask(rsp::format_vfile_fstat(fd), &Looking::told);
    read_more();
  }
  void told(std::string reply) {
    seen.status = std::move(reply);
    const auto parsed = rsp::parse_vfile_reply(seen.status);
    const auto file = parsed ? rsp::parse_file_status(parsed->attachment) : std::nullopt;
    if (file) size = file->size;
  }
  std::uint64_t count() const { return seen.start ? seen.start->size() : 0; }
  void read_more() {
    ask(rsp::format_vfile_pread(fd, std::min(read_size, most - count()), count()), &Looking::got);
  }
  // Of what the kernel makes up the end is where nothing more comes.
  void got(std::string reply) {
    const auto parsed = rsp::parse_vfile_reply(reply);
    const bool good = parsed && parsed->result >= 0;
    if (good) seen.start = seen.start.value_or("") + parsed->attachment;
    if (!good) seen.start.reset();
    const bool at_end = !good || parsed->attachment.empty() || count() >= most || count() == size;
    if (!at_end) return read_more();
    queue.submit({.payload = rsp::format_vfile_close(fd)});
    ready(std::move(seen));
  }
};

}  // namespace

void look_at_file(StubQueue& queue, const link::LookAtFile& request, std::int64_t gdb_fs,
                  std::function<void(link::FileSeen seen)> ready) {
  auto looking = std::make_shared<Looking>(queue, request, std::move(ready));
  const bool elsewhere = request.file_system != gdb_fs;
  if (elsewhere) queue.submit({.payload = rsp::format_vfile_setfs(request.file_system)});
  looking->ask(rsp::format_vfile_open(request.path, 0, 0), &Looking::opened);
  if (elsewhere) queue.submit({.payload = rsp::format_vfile_setfs(gdb_fs)});
}

void read_file(StubQueue& queue, const link::ReadFile& request, std::int64_t gdb_fs,
               std::function<void(link::FileRead read)> ready) {
  link::LookAtFile look{.id = request.id, .path = request.path, .most = link::ReadFile::most + 1};
  look_at_file(queue, look, gdb_fs, [request, ready = std::move(ready)](link::FileSeen seen) {
    const auto opened = rsp::parse_vfile_reply(seen.opened);
    std::string why_not;
    if (!opened)
      why_not = "the stub doesn't read files (vFile)";
    else if (opened->result < 0)
      why_not = "the stub can't open " + request.path;
    else if (!seen.start)
      why_not = "reading " + request.path + " failed";
    else if (seen.start->size() > link::ReadFile::most)
      why_not = request.path + " is longer than 64 MiB";
    if (!why_not.empty()) seen.start.reset();
    ready({request.id, std::move(seen.start), std::move(why_not)});
  });
}

}  // namespace rspbridge::proxy::far
