// The far helper on the target: put there if it isn't, checked, and started over SSH.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include <asio/awaitable.hpp>

#include "transport/ssh.hpp"
#include "transport/stream.hpp"

namespace rspbridge::proxy::launch {

/// The target can't have, or can't run, a helper. what() is a sentence without a full stop that says why; far
/// can run on this side instead.
class NoFarHelper : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct FarHelperOptions {
  /// Where rspbridge-far-aarch64 and rspbridge-far-x86_64 are; one of them may be missing.
  std::filesystem::path folder;
  std::string version;  ///< of this program
  /// The stub, as the target sees it: 127.0.0.1:PORT, [::1]:PORT, unix:/PATH. A name other than localhost is
  /// none that the helper finds.
  std::string stub;
  bool owns_stub = false;  ///< it is to end with the link, with what it has started
};

/// Beside this program's executable: ../helpers in the build tree, ../libexec/rspbridge where it is
/// installed. Empty if there is neither.
std::filesystem::path far_helper_folder();

/// Starts the helper and gives the stream that speaks the link (link::NearEnd). One command if the target has
/// this helper already, three if not. The stub is connected to only by a helper that runs. Closing the stream
/// ends the helper. What the helper writes to stderr goes to the log. Throws NoFarHelper, or
/// transport::SshError if the connection is lost.
asio::awaitable<transport::StreamPtr> start_far_helper(transport::SshSessionPtr ssh,
                                                       FarHelperOptions options);

/// Removes every helper that any version of rspbridge left in this user's cache on the target, and its
/// folder; one that runs goes on. How many there were. Throws NoFarHelper if what is there isn't ours to
/// remove, or transport::SshError.
asio::awaitable<std::size_t> remove_far_helpers(transport::SshSessionPtr ssh);

}  // namespace rspbridge::proxy::launch
