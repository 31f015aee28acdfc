// JSON written by hand, where a document is large.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rspbridge::proxy::http {

/// Which characters are escaped beyond those that JSON demands.
enum class JsonStyle : std::uint8_t {
  plain,  ///< none
  go,     ///< <, >, &, U+2028 and U+2029, as Go's json.Marshal does
};

/// Appends `text` as a JSON string, with its quotes. What is no UTF-8 becomes U+FFFD, one for each byte.
void append_json(std::string& out, std::string_view text, JsonStyle style = JsonStyle::plain);
void append_json(std::string& out, std::uint64_t number);
void append_json(std::string& out, std::int64_t number);

}  // namespace rspbridge::proxy::http
