// The keywords of ssh_config(5).
#pragma once

#include <string_view>

namespace rspbridge::transport {

/// Whether OpenSSH's ssh_config(5) has the keyword, given in lower case.
bool is_ssh_keyword(std::string_view keyword);

}  // namespace rspbridge::transport
