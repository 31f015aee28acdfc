// Files of the target that GDB reads as symbol files, translated or replaced on the way.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "proxy/near/task.hpp"
#include "proxy/near/view/settings.hpp"
#include "proxy/near/view/symbol_store.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::near {

class Client;

/// Follows the descriptors that GDB opens with vFile. An ARM64 ELF file is read whole when GDB reads its
/// first byte, given to the symbol store, and served from what that makes of it. Everything else passes.
class Files {
 public:
  Files(Client& client, const ViewSettings& settings) : client_(client), settings_(settings) {}

  /// GDB opened `path` for reading, and the stub gave `fd`. Decides whether the file is the store's.
  /// False if it may not be read: a file that can't be translated.
  Task<bool> opened(std::int64_t fd, std::string path);
  /// The contents behind `fd`; null if the file passes as it is.
  std::shared_ptr<const std::string> contents(std::int64_t fd) const;
  void closed(std::int64_t fd) { open_.erase(fd); }

  /// Opens a debug file that the target needn't have, if `path` names one by build-id
  /// (".../.build-id/ab/cdef.debug") and the store has it. Nothing if not.
  std::optional<std::int64_t> open_debug_file(const std::string& path);
  /// One line a file that GDB opened: what it is served as.
  std::string describe() const;

  /// Whether it is one of those, which the stub doesn't know.
  static bool is_ours(std::int64_t fd) { return fd >= first_of_ours; }

 private:
  Task<std::optional<std::string>> read(std::int64_t fd, std::uint64_t size);
  Task<std::optional<rsp::FileStatus>> status(std::int64_t fd);

  static constexpr std::int64_t first_of_ours = 0x40000000;  // no stub counts that far

  Client& client_;
  const ViewSettings& settings_;
  std::int64_t last_of_ours_ = first_of_ours;
  std::map<std::int64_t, std::shared_ptr<const std::string>> open_;
  std::map<FileIdentity, std::shared_ptr<const std::string>> known_;  ///< null: not translated
};

}  // namespace rspbridge::proxy::near
