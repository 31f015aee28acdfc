// vFile: files on the target (GDB manual, "Host I/O Packets").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

/// `flags` and `mode` are in File-I/O terms (GDB manual, "Open Flags" and "mode_t Values").
std::string format_vfile_open(std::string_view path, std::uint64_t flags, std::uint64_t mode);
/// `count` bytes at `offset` of the file.
std::string format_vfile_pread(std::int64_t fd, std::uint64_t count, std::uint64_t offset);
std::string format_vfile_close(std::int64_t fd);
/// Whose file system later opens see; 0 for the stub's own.
std::string format_vfile_setfs(std::int64_t pid);

/// `F result[,errno][;attachment]`.
struct VFileReply {
  std::int64_t result = 0;             ///< -1 on error
  std::optional<std::uint64_t> error;  ///< File-I/O errno numbers, not the target's own
  std::string attachment;              ///< unescaped
};

/// `payload` must be run-length expanded. Nothing if malformed, or if the attachment isn't as long
/// as a result that isn't negative says.
std::optional<VFileReply> parse_vfile_reply(std::string_view payload);

}  // namespace rspbridge::rsp
