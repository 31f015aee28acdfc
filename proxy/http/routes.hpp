// What can be asked for over HTTP, as a table.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include <asio/awaitable.hpp>

#include "proxy/http/answer.hpp"
#include "proxy/http/arguments.hpp"
#include "proxy/http/context.hpp"

namespace rspbridge::proxy::http {

/// One request on its way to its handler. What it refers to outlives the handler's coroutine.
struct Call {
  const Request& request;
  const Arguments& arguments;
  Context& context;
};

using Handler = asio::awaitable<Answer> (*)(const Call&);

/// One row. `path` may end in `*`, which stands for any rest.
struct Route {
  std::string_view method;  ///< HEAD goes wherever GET does
  std::string_view path;
  std::span<const Parameter> parameters;
  bool needs_stop = false;        ///< 409 while the target runs
  std::string_view content_type;  ///< of a good answer
  std::string_view doc;           ///< one sentence in Markdown
  Handler handler = nullptr;
  bool is_public = false;  ///< tells nothing of the target, so that nobody needs the token
};

/// All rows, in the order of the documentation.
std::span<const Route> routes();

/// The row for a decoded path; null if there is none.
const Route* find_route(std::string_view path);

/// The longest stretch of memory that one request may name, in bytes.
inline constexpr std::uint64_t max_memory = 64 << 20;
/// The most instructions of one request.
inline constexpr std::uint64_t max_instructions = 4096;

}  // namespace rspbridge::proxy::http
