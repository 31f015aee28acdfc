// Thread lists (GDB manual, "Thread List Format", and qfThreadInfo in "General Query Packets").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "rsp/thread_id.hpp"

namespace rspbridge::rsp {

struct ListedThread {
  ThreadId id;
  std::string name;                   ///< empty if the stub doesn't tell
  std::optional<std::uint64_t> core;  ///< the CPU that it was last seen on
};

/// `document` is the whole of qXfer:threads:read. The error is a sentence. More than 65,536 threads are one.
tl::expected<std::vector<ListedThread>, std::string> parse_thread_list(std::string_view document);

/// The threads of `m…` in answer to qfThreadInfo or qsThreadInfo; none of `l`. Nothing for anything else.
std::optional<std::vector<ThreadId>> parse_thread_info(std::string_view payload);

}  // namespace rspbridge::rsp
