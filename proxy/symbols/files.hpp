// Files as a whole, with errors as sentences.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rspbridge::proxy::symbols {

/// What is in a regular file. The error names the file.
tl::expected<std::string, std::string> read_file(const std::filesystem::path& path);

/// Replaces `path` with a file of these bytes and that mode, in one step: it is never there in part, and
/// what was there stays if this fails. The error names the file.
tl::expected<void, std::string> write_file(const std::filesystem::path& path, std::string_view bytes,
                                           ::mode_t mode);

}  // namespace rspbridge::proxy::symbols
