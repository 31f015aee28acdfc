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

std::string format_vfile_fstat(std::int64_t fd);

struct VFileOpen {
  std::string path;
  std::uint64_t flags = 0, mode = 0;
};
struct VFilePread {
  std::int64_t fd = 0;
  std::uint64_t count = 0, offset = 0;  ///< bytes
};
/// The reverses of format_vfile_open() and format_vfile_pread(). Nothing if malformed.
std::optional<VFileOpen> parse_vfile_open(std::string_view payload);
std::optional<VFilePread> parse_vfile_pread(std::string_view payload);
/// The descriptor of a `vFile:close:` or `vFile:fstat:`.
std::optional<std::int64_t> parse_vfile_descriptor(std::string_view payload);

/// What vFile:fstat gives (GDB manual, "struct stat": 64 bytes, big-endian).
struct FileStatus {
  std::uint32_t mode = 0;   ///< file type and permissions, in File-I/O terms
  std::uint64_t size = 0;   ///< bytes
  std::uint32_t mtime = 0;  ///< seconds since the epoch

  static constexpr std::uint32_t type_mask = 0170000, regular = 0100000;
  bool is_regular() const noexcept { return (mode & type_mask) == regular; }
};
/// Nothing if `attachment` is shorter than the structure.
std::optional<FileStatus> parse_file_status(std::string_view attachment);
/// The structure of a regular file that anyone may read, all else 0.
std::string format_file_status(std::uint64_t size);
/// The same structure with another size. `attachment` must be one that parse_file_status() reads.
std::string with_size(std::string attachment, std::uint64_t size);

/// `F result;attachment`, escaped, the result being the attachment's size; or `F-1,errno`.
std::string format_vfile_attachment(std::string_view attachment);
std::string format_vfile_error(std::uint64_t error);

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
