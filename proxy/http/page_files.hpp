// The page's files: page/, as the program carries them.
#pragma once

#include <span>
#include <string_view>

namespace rspbridge::proxy::http {

struct PageFile {
  std::string_view name;  ///< "main.mjs"
  std::string_view etag;  ///< of the contents, quoted
  std::string_view bytes;
};

std::span<const PageFile> page_files() noexcept;

}  // namespace rspbridge::proxy::http
