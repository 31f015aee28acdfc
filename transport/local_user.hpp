// Who runs this program, by the user database.
#pragma once

#include <string>

namespace rspbridge::transport {

/// The login name; the number if the user database has none.
std::string local_user_name();
/// The home directory of the user database, as OpenSSH takes it ($HOME only without an entry there).
std::string local_home();
/// This host's name, up to the first dot if `brief`.
std::string local_host_name(bool brief);

}  // namespace rspbridge::transport
