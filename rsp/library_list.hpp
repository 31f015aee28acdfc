// Shared libraries (GDB manual, "Library List Format for SVR4 Targets").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace rspbridge::rsp {

struct ListedLibrary {
  std::string name;             ///< its path on the target
  std::uint64_t load_bias = 0;  ///< l_addr
};

/// `document` is the whole of qXfer:libraries-svr4:read. Libraries without a name are left out. The error is
/// a sentence; more than 65,536 libraries are one.
tl::expected<std::vector<ListedLibrary>, std::string> parse_library_list(std::string_view document);

}  // namespace rspbridge::rsp
