#include "proxy/near/view/files.hpp"

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t read_only = 0;     // O_RDONLY, in File-I/O terms
constexpr std::uint64_t io_error = 9999;   // EUNKNOWN: File-I/O has no EIO
constexpr std::uint64_t no_such_file = 2;  // ENOENT
constexpr std::uint64_t block = 8192;      // bytes a read; gdbserver gives less where it doesn't fit, escaped
constexpr std::size_t blocks_at_once = 256;  // of a file that is read whole
constexpr std::uint64_t largest = std::uint64_t{1} << 30;

// They have no size, and other contents each time.
bool is_made_up(const std::string& path) {
  return path.starts_with("/proc/") || path.starts_with("/sys/") || path.starts_with("/dev/");
}

// What GDB reads of a process (linux-tdep.c): plain text without effects.
bool is_about_process(const std::string& path) {
  static const std::regex pattern(
      "/proc/[0-9]+(/task/[0-9]+)?/(maps|smaps|status|stat|cmdline|comm|coredump_filter|auxv)");
  return std::regex_match(path, pattern);
}

}  // namespace

// In order, and many at once: a stub that can't be pipelined gets them one by one all the same.
Task<std::optional<std::string>> Files::read(std::int64_t fd, std::uint64_t size) {
  std::string contents;
  while (contents.size() < size) {
    std::vector<std::string> requests;
    const std::uint64_t left = (size - contents.size() + block - 1) / block;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(left, blocks_at_once); ++i) {
      const std::uint64_t at = contents.size() + i * block;
      requests.push_back(rsp::format_vfile_pread(fd, std::min(block, size - at), at));
    }
    const std::size_t count = requests.size();
    auto asked = client_.ask_all(std::move(requests));
    const std::vector<std::string> replies = co_await asked;
    for (std::size_t i = 0; i < count; ++i) {
      const auto reply = rsp::parse_vfile_reply(replies[i]);
      if (!reply || reply->result <= 0) co_return std::nullopt;
      const std::uint64_t wanted = std::min(block, size - contents.size());
      contents += reply->attachment;
      if (reply->attachment.size() < wanted) break;  // the next round goes on from here
    }
  }
  co_return contents;
}

Task<link::FileSeen> Files::look(std::int64_t fd) {
  auto asked = client_.ask_all(
      {rsp::format_vfile_fstat(fd), rsp::format_vfile_pread(fd, link::LookAtFile::first_page, 0)});
  std::vector<std::string> replies = co_await asked;
  link::FileSeen seen{.opened = {}, .status = std::move(replies[0]), .start = {}};
  auto start = rsp::parse_vfile_reply(replies[1]);
  if (start && start->result >= 0) seen.start = std::move(start->attachment);
  co_return seen;
}

std::optional<Files::Look> Files::recognise(const std::string& path, const link::FileSeen& seen) {
  const auto status = rsp::parse_vfile_reply(seen.status);
  if (!status || status->result < 0 || !seen.start) return std::nullopt;
  const auto file = rsp::parse_file_status(status->attachment);
  if (!file || !file->is_regular() || file->size == 0) return std::nullopt;
  auto build_id = settings_.symbols->recognise(*seen.start);
  if (!build_id) return std::nullopt;
  return Look{*file, {path, file->size, file->mtime, *std::move(build_id)}};
}

std::optional<StoredFile> Files::find(const FileIdentity& identity) {
  if (client_.shared().written_files.contains(identity.path)) return std::nullopt;
  if (const auto known = known_.find(identity); known != known_.end()) return StoredFile{known->second, {}};
  auto stored = settings_.symbols->find(identity);
  if (stored && stored->refusal.empty()) known_[identity] = stored->contents;
  return stored;
}

std::string Files::open_here(OpenFile file) {
  open_[++last_of_ours_] = std::move(file);
  return "F" + rsp::format_hex(static_cast<std::uint64_t>(last_of_ours_));
}

Task<std::optional<std::string>> Files::open(std::string path, std::optional<link::FileSeen>& seen) {
  Shared& shared = client_.shared();
  if (!shared.keeps_answers) co_return std::nullopt;
  if (is_about_process(path)) {
    auto opening = open_made_up(path);
    auto opened = co_await opening;
    co_return opened;
  }
  if (is_made_up(path)) co_return std::nullopt;
  const AbsentFiles& absent = shared.absent_files[client_.file_system()];
  if (absent.is_absent(path)) co_return rsp::format_vfile_error(no_such_file);
  std::vector<std::string> paths = absent.unknown_folders(path);
  paths.push_back(path);
  auto looking = client_.look_at(paths);
  std::vector<link::FileSeen> all = co_await looking;
  seen = std::move(all.back());
  const auto reply = rsp::parse_vfile_reply(seen->opened);
  if (reply && reply->result < 0) co_return seen->opened;
  const auto file = recognise(path, *seen);
  auto stored = file ? find(file->identity) : std::nullopt;
  if (!stored || !stored->contents) co_return std::nullopt;
  const std::size_t size = stored->contents->size();
  std::string status = rsp::with_size(rsp::parse_vfile_reply(seen->status)->attachment, size);
  co_return open_here({std::move(stored->contents), std::move(status)});
}

// Read when GDB opens it, and at once: the kernel makes its text anew each time it is read from its
// beginning.
Task<std::optional<std::string>> Files::open_made_up(std::string path) {
  std::vector<std::string> paths{std::move(path)};
  auto looking = client_.look_at(paths, longest_made_up);
  std::vector<link::FileSeen> all = co_await looking;
  link::FileSeen& seen = all.front();
  const auto reply = rsp::parse_vfile_reply(seen.opened), status = rsp::parse_vfile_reply(seen.status);
  if (reply && reply->result < 0) co_return seen.opened;
  const bool known = status && rsp::parse_file_status(status->attachment) && seen.start &&
                     seen.start->size() < longest_made_up;
  if (!known) co_return std::nullopt;
  co_return open_here(
      {std::make_shared<const std::string>(*std::move(seen.start)), std::move(status->attachment)});
}

Task<bool> Files::opened(std::int64_t fd, std::string path, std::optional<link::FileSeen> seen) {
  open_.erase(fd);
  if (is_made_up(path)) co_return true;
  if (!seen) {
    auto looking = look(fd);
    seen = co_await looking;
  }
  const auto file = recognise(path, *seen);
  if (!file) co_return true;
  auto stored = find(file->identity);
  if (!stored && file->status.size > largest)
    stored = StoredFile{
        nullptr, path + " on the target is larger than 1 GiB: translate it here with rspbridge translate"};
  if (!stored) {
    auto reading = read(fd, file->status.size);
    auto contents = co_await reading;
    if (!contents) co_return false;
    stored = settings_.symbols->take(file->identity, *std::move(contents));
  }
  if (!stored->refusal.empty()) {
    client_.warn(stored->refusal);
    co_return false;
  }
  known_[file->identity] = stored->contents;
  if (stored->contents) open_[fd] = {stored->contents, {}};
  co_return true;
}

std::optional<std::string> Files::open_debug_file(const std::string& path) {
  constexpr std::string_view folder = "/.build-id/", ending = ".debug";
  const auto at = path.rfind(folder);
  if (at == std::string::npos || !path.ends_with(ending)) return std::nullopt;
  std::string build_id = path.substr(at + folder.size());
  build_id.resize(build_id.size() - ending.size());
  std::erase(build_id, '/');
  const auto stored = settings_.symbols->debug_file(build_id);
  if (!stored) return std::nullopt;
  if (!stored->refusal.empty()) client_.warn(stored->refusal);
  if (!stored->contents) return std::nullopt;
  return open_here({stored->contents, {}});
}

std::string Files::describe() const {
  if (!settings_.symbols) return "Files of the target pass as they are.\n";
  std::string text;
  for (const auto& [file, contents] : known_)
    text += file.path + (contents ? ": served by this machine\n" : ": as it is\n");
  return text.empty() ? "GDB has read no ELF file yet.\n" : text;
}

Files::OpenFile Files::open_file(std::int64_t fd) const {
  const auto found = open_.find(fd);
  return found == open_.end() ? OpenFile() : found->second;
}

Task<std::string> view_open_file(View& view, const PacketRow& row, std::string request) {
  const auto open = rsp::parse_vfile_open(request);
  std::optional<link::FileSeen> seen;
  if (open && open->flags != read_only) {
    view.client().shared().written_files.insert(open->path);
    view.client().forget_files();
  }
  if (open && open->flags == read_only) {
    if (auto here = view.files().open_debug_file(open->path)) co_return *std::move(here);
    auto opening = view.files().open(open->path, seen);
    auto known = co_await opening;
    if (known) co_return *std::move(known);
  }
  auto asked = view.client().pass(row, std::move(request));
  const std::string reply = co_await asked;
  const auto result = rsp::parse_vfile_reply(reply);
  if (!open || open->flags != read_only || !result || result->result < 0) co_return reply;
  auto looking = view.files().opened(result->result, open->path, std::move(seen));
  const bool may_be_read = co_await looking;
  if (may_be_read) co_return reply;
  const PacketRow& close_row = row_for("vFile:close:");
  auto closing = view.client().pass(close_row, rsp::format_vfile_close(result->result));
  co_await closing;
  co_return rsp::format_vfile_error(io_error);
}

Task<std::string> view_read_file(View& view, const PacketRow& row, std::string request) {
  const auto read = rsp::parse_vfile_pread(request);
  const auto contents = read ? view.files().open_file(read->fd).contents : nullptr;
  if (!contents) {
    auto asked = view.client().pass(row, std::move(request));
    std::string reply = co_await asked;
    co_return reply;
  }
  const std::size_t from = std::min<std::uint64_t>(read->offset, contents->size());
  co_return rsp::format_vfile_attachment(std::string_view(*contents).substr(from, read->count));
}

Task<std::string> view_file_status(View& view, const PacketRow& row, std::string request) {
  const auto fd = rsp::parse_vfile_descriptor(request);
  const auto [contents, status] = fd ? view.files().open_file(*fd) : Files::OpenFile();
  if (contents && Files::is_ours(*fd))
    co_return rsp::format_vfile_attachment(status.empty() ? rsp::format_file_status(contents->size())
                                                          : status);
  auto asked = view.client().pass(row, std::move(request));
  std::string payload = co_await asked;
  auto reply = contents ? rsp::parse_vfile_reply(payload) : std::nullopt;
  if (!reply || !rsp::parse_file_status(reply->attachment)) co_return payload;
  co_return rsp::format_vfile_attachment(rsp::with_size(std::move(reply->attachment), contents->size()));
}

Task<std::string> view_close_file(View& view, const PacketRow& row, std::string request) {
  const auto fd = rsp::parse_vfile_descriptor(request);
  if (fd) view.files().closed(*fd);
  if (fd && Files::is_ours(*fd)) co_return "F0";
  auto asked = view.client().pass(row, std::move(request));
  std::string reply = co_await asked;
  co_return reply;
}

}  // namespace rspbridge::proxy::near
