// Files of the target that GDB reads as symbol files, translated or replaced on the way.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/link/messages.hpp"
#include "proxy/near/expected_files.hpp"
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

  /// GDB opens `path` for reading. Its reply, if that is known without the stub: there is no such file, or
  /// the store has it. Nothing if the stub is to open it; `seen` is then what was seen of it, if it was
  /// looked at.
  Task<std::optional<std::string>> open(std::string path, std::optional<link::FileSeen>& seen);
  /// The stub opened `path` for GDB, and gave `fd`. Decides whether the file is the store's.
  /// False if it may not be read: a file that can't be translated.
  Task<bool> opened(std::int64_t fd, std::string path, std::optional<link::FileSeen> seen);
  struct OpenFile {
    std::shared_ptr<const std::string> contents;  ///< null: the file passes as it is
    std::string status;                           ///< for vFile:fstat, if the stub was asked
  };
  /// GDB is about to open these: they are looked at now.
  void expect(const ExpectedFiles& expected);
  /// A look has come, ahead or when GDB opened the file: what GDB opens next is looked at.
  void seen(const link::LookAtFile& asked, const link::FileSeen& seen);

  /// What is behind `fd`.
  OpenFile open_file(std::int64_t fd) const;
  void closed(std::int64_t fd) { open_.erase(fd); }

  /// Opens a debug file that the target needn't have, if `path` names one by build-id
  /// (".../.build-id/ab/cdef.debug") and the store has it: GDB's reply. Nothing if not.
  std::optional<std::string> open_debug_file(const std::string& path);
  /// One line a file that GDB opened: what it is served as.
  std::string describe() const;

  /// Whether it is one of those, which the stub doesn't know.
  static bool is_ours(std::int64_t fd) { return fd >= first_of_ours; }

 private:
  /// What tells a file from others, and decides whether it is the store's.
  struct Look {
    rsp::FileStatus status;
    FileIdentity identity;
  };
  Task<std::optional<std::string>> read(std::int64_t fd, std::uint64_t size);
  Task<link::FileSeen> look(std::int64_t fd);
  /// Nothing if the file passes as it is.
  std::optional<Look> recognise(const std::string& path, const link::FileSeen& seen);
  /// Nothing if it must be read first.
  std::optional<StoredFile> find(const FileIdentity& identity);
  std::string open_here(OpenFile file);
  Task<std::optional<std::string>> open_made_up(std::string path);

  void expect_interpreter(const std::string& path);
  void look_at_debug_state();
  void look_for(std::int64_t file_system, const std::vector<std::string>& debug_files);
  void learn_absence(const link::LookAtFile& asked, const link::FileSeen& seen);
  /// Of the file that was last seen there, if that is known; a guess.
  std::shared_ptr<const std::string> last_contents(const std::string& path);

  static constexpr std::uint64_t longest_made_up = std::uint64_t{4} << 20;  ///< bytes
  static constexpr std::int64_t first_of_ours = 0x40000000;                 // no stub counts that far

  Client& client_;
  const ViewSettings& settings_;
  std::int64_t last_of_ours_ = first_of_ours;
  std::map<std::int64_t, OpenFile> open_;
  std::map<FileIdentity, std::shared_ptr<const std::string>> known_;  ///< null: not translated
  struct Program {
    std::int64_t pid = 0;  ///< 0: none was told of
    std::string executable;
    std::uint64_t interpreter_base = 0;  ///< 0: none, or its page was asked for
    std::string interpreter;             ///< empty until it is known
  };
  Program program_;
};

}  // namespace rspbridge::proxy::near
