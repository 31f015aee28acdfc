// SHA-256 (FIPS 180-4), by OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace rspbridge::proxy::symbols {

/// 64 lower-case hex digits. Throws std::bad_alloc, if anything.
std::string sha256(std::string_view bytes);

}  // namespace rspbridge::proxy::symbols
