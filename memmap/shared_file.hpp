// The file behind the shared view.
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

#include <tl/expected.hpp>

#include "memmap/address.hpp"
#include "memmap/file_descriptor.hpp"

namespace rspbridge::memmap {

/// The unit in which the view is populated, in bytes: a page of this host.
constexpr std::uint64_t view_page_size = 4096;
/// Addresses in the view are below it.
constexpr std::uint64_t view_size = std::uint64_t{1} << 48;

/// A sparse memfd (memfd_create(2)) where file offset = address, with the control page behind it
/// (docs/view.md). It knows nothing of what it holds. Sealed against a change of its size, of mode 0400: who
/// gets a read-only descriptor of it can't open it for writing through /proc, root aside. Only moved.
class SharedFile {
 public:
  /// Fails where the kernel doesn't give what is needed, and with ENOTSUP where it gives shared memory huge
  /// pages (/sys/kernel/mm/transparent_hugepage/shmem_enabled): writing one page would make its neighbours
  /// appear as zeros.
  static tl::expected<SharedFile, std::error_code> create();
  SharedFile(SharedFile&&) noexcept;
  SharedFile& operator=(SharedFile&&) noexcept;
  ~SharedFile();

  /// Writes all of `bytes`. Readers see a page that wasn't there only when all of its bytes are.
  std::error_code write(std::uint64_t offset, std::string_view bytes);
  /// Reads exactly `length` bytes into `out`. Holes read as zeros and stay holes.
  std::error_code read(std::uint64_t offset, char* out, std::size_t length) const;
  /// Makes a hole of `range`, in every mapping, too.
  std::error_code punch(AddressRange range);
  /// A new read-only descriptor, close-on-exec.
  tl::expected<FileDescriptor, std::error_code> read_only() const;
  /// Sets the word in the control page by which clients tell stops apart.
  void set_state(std::uint64_t stop_id, bool running) noexcept;

 private:
  explicit SharedFile(FileDescriptor file) : file_(std::move(file)) {}
  std::error_code prepare();
  std::error_code check_page_size();

  FileDescriptor file_;
  char* control_ = nullptr;  // the control page, mapped
};

}  // namespace rspbridge::memmap
