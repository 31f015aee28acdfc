#include "proxy/far/map_reader.hpp"

#include <string>
#include <utility>
#include <vector>

#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::far {
namespace {

constexpr std::uint64_t read_size = 4096;  // the kernel gives a page of such a file at most
constexpr std::size_t most_bytes = std::size_t{16} << 20;

std::optional<rsp::VFileReply> parse(const std::string& payload) {
  auto expanded = rsp::expand_runs(payload);
  return expanded ? rsp::parse_vfile_reply(*expanded) : std::nullopt;
}

}  // namespace

struct MapReader::Reading {
  std::int64_t pid = 0, gdb_fs = 0, fd = 0;
  FileReady ready;
  bool reopened = false;  // the descriptor is of this reading
  std::string text;
  std::vector<std::uint64_t> parts;
  std::size_t under_way = 0;
  bool ended = false;

  void finish(std::optional<std::string> whole, std::string why_not) {
    ended = true;
    if (auto call = std::exchange(ready, {})) call(std::move(whole), std::move(why_not));
  }
};

void MapReader::read(std::int64_t pid, std::int64_t gdb_fs, FileReady ready) {
  auto reading = std::make_shared<Reading>(Reading{.pid = pid, .gdb_fs = gdb_fs, .ready = std::move(ready)});
  if (!open_ || open_->pid != pid) return open(pid, gdb_fs, std::move(reading));
  reading->fd = open_->fd;
  for (const std::uint64_t part : open_->parts) ask(reading, part);
}

void MapReader::open(std::int64_t pid, std::int64_t gdb_fs, std::shared_ptr<Reading> reading) {
  if (open_) queue_.submit({.payload = rsp::format_vfile_close(open_->fd)});
  open_.reset();
  reading->reopened = true;
  if (gdb_fs != 0) queue_.submit({.payload = rsp::format_vfile_setfs(0)});
  queue_.submit({.payload = rsp::format_vfile_open("/proc/" + std::to_string(pid) + "/maps", 0, 0),
                 .done = [this, reading](std::string reply, bool) {
                   const auto parsed = parse(reply);
                   if (!parsed) return reading->finish(std::nullopt, "the stub doesn't read files (vFile)");
                   if (parsed->result < 0)
                     return reading->finish(std::nullopt, "the stub can't open /proc/PID/maps");
                   open_ = Open{reading->pid, parsed->result, {0}};
                   reading->fd = parsed->result;
                   ask(reading, 0);
                 }});
  if (gdb_fs != 0) queue_.submit({.payload = rsp::format_vfile_setfs(gdb_fs)});
}

void MapReader::ask(const std::shared_ptr<Reading>& reading, std::uint64_t offset) {
  ++reading->under_way;
  queue_.submit(
      {.payload = rsp::format_vfile_pread(reading->fd, read_size, offset),
       .done = [this, reading, offset](const std::string& reply, bool) { got(reading, offset, reply); }});
}

// A part that doesn't begin where the text has come to was asked for in vain.
void MapReader::got(const std::shared_ptr<Reading>& reading, std::uint64_t offset,
                    const std::string& payload) {
  --reading->under_way;
  if (reading->ended) return;
  if (offset == reading->text.size()) {
    const auto parsed = parse(payload);
    if (!parsed || parsed->result < 0 || reading->text.size() > most_bytes)
      return reading->finish(std::nullopt, "reading /proc/PID/maps failed");
    reading->parts.push_back(offset);
    if (parsed->result == 0) return end(reading);
    reading->text += parsed->attachment;
  }
  if (reading->under_way == 0) ask(reading, reading->text.size());
}

void MapReader::end(const std::shared_ptr<Reading>& reading) {
  if (reading->text.empty() && !reading->reopened)  // another program runs there by now
    return open(reading->pid, reading->gdb_fs, reading);
  if (reading->text.empty()) return reading->finish(std::nullopt, "/proc/PID/maps is empty");
  if (open_ && open_->fd == reading->fd) open_->parts = reading->parts;
  reading->finish(std::move(reading->text), "");
}

}  // namespace rspbridge::proxy::far
