// What the target's shell does about the far helper (docs/link.md, "Deployment").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::launch {

/// What of a helper the target is told: never more than plain characters.
struct HelperImage {
  std::string machine;  ///< as `uname -m` has it: aarch64, x86_64
  std::string sha256;   ///< 64 hex digits; its file's name on the target
  std::string cksum;    ///< what POSIX's cksum prints of it: "CRC SIZE", for targets without sha256sum
};

/// What a script says: a line that begins so, then one of the words, then what belongs to it.
inline constexpr std::string_view status_mark = "rspbridge-far: ";
inline constexpr std::string_view status_ready = "ready";      ///< what follows the line is the link
inline constexpr std::string_view status_missing = "missing";  ///< MACHINE
inline constexpr std::string_view status_machine = "machine";  ///< MACHINE, for which there is no helper
inline constexpr std::string_view status_stored = "stored";
inline constexpr std::string_view status_removed = "removed";  ///< COUNT
inline constexpr std::string_view status_failed = "failed";    ///< a sentence without a full stop

/// Starts the target's helper if it is there and sound; removes those of other versions.
/// @param option the helper's: --connect or --own
/// @param stub what that takes; plain characters only
/// @param version what the helper's --version must print
std::string start_script(const std::vector<HelperImage>& images, std::string_view option,
                         std::string_view stub, std::string_view version);
/// Stores stdin, to its end, as the helper.
std::string store_script(const HelperImage& image);
/// Removes all helpers and their folder.
std::string remove_script();

/// POSIX's cksum of `bytes`: "CRC SIZE".
std::string posix_cksum(std::string_view bytes);

}  // namespace rspbridge::proxy::launch
