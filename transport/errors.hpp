// Errors as the headers promise them.
#pragma once

#include <string>
#include <system_error>

#include <asio/error.hpp>

namespace rspbridge::transport {

/// asio's own category doesn't compare equal with std::errc (before 1.30), so system errors leave
/// here in the standard one. operation_aborted stays asio's, as callers that close a stream know it.
inline std::error_code standard(std::error_code error) noexcept {
  if (error == asio::error::operation_aborted || error.category() != asio::error::get_system_category())
    return error;
  return {error.value(), std::system_category()};
}

[[noreturn]] inline void fail(std::error_code error, const std::string& what) {
  throw std::system_error(standard(error), what);
}

}  // namespace rspbridge::transport
