#include "memmap/shared_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "memmap/view_wire.h"

namespace rspbridge::memmap {
namespace {

static_assert(view_size == RSPBRIDGE_WIRE_VIEW_SIZE);

std::error_code last_error() {
  return {errno, std::generic_category()};
}

}  // namespace

SharedFile::SharedFile(SharedFile&& other) noexcept
    : file_(std::move(other.file_)), control_(std::exchange(other.control_, nullptr)) {}

SharedFile& SharedFile::operator=(SharedFile&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(control_, other.control_);
  return *this;
}

SharedFile::~SharedFile() {
  if (control_ != nullptr) ::munmap(control_, view_page_size);
}

tl::expected<SharedFile, std::error_code> SharedFile::create() {
  SharedFile file{FileDescriptor(::memfd_create("rspbridge-view", MFD_CLOEXEC | MFD_ALLOW_SEALING))};
  if (!file.file_) return tl::make_unexpected(last_error());
  if (const auto error = file.prepare()) return tl::make_unexpected(error);
  if (const auto error = file.check_page_size()) return tl::make_unexpected(error);
  return file;
}

std::error_code SharedFile::prepare() {
  if (::sysconf(_SC_PAGESIZE) != static_cast<long>(view_page_size))
    return std::make_error_code(std::errc::not_supported);
  if (::ftruncate(file_.get(), static_cast<off_t>(view_size + view_page_size)) != 0) return last_error();
  if (::fchmod(file_.get(), S_IRUSR) != 0) return last_error();
  if (::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return last_error();
  void* control = ::mmap(nullptr, view_page_size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(),
                         static_cast<off_t>(view_size));
  if (control == MAP_FAILED) return last_error();
  control_ = static_cast<char*>(control);
  const std::uint64_t magic = RSPBRIDGE_WIRE_MAGIC;
  std::memcpy(control_ + RSPBRIDGE_WIRE_CONTROL_MAGIC, &magic, sizeof magic);
  return {};
}

// Writes a page amid what could be a huge one, and looks how much of the file that made.
std::error_code SharedFile::check_page_size() {
  constexpr off_t around = off_t{64} << 20, page = around + 5 * off_t{view_page_size};
  const std::string bytes(view_page_size, 'x');
  if (const auto error = write(static_cast<std::uint64_t>(page), bytes)) return error;
  const auto data = ::lseek(file_.get(), around, SEEK_DATA), hole = ::lseek(file_.get(), page, SEEK_HOLE);
  if (data != page || hole != page + off_t{view_page_size})
    return std::make_error_code(std::errc::not_supported);
  return punch({VirtAddr{0}, VirtAddr{view_size}});
}

std::error_code SharedFile::write(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return last_error();
    offset += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::error_code SharedFile::read(std::uint64_t offset, char* out, std::size_t length) const {
  while (length > 0) {
    const auto count = ::pread(file_.get(), out, length, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) return std::make_error_code(std::errc::io_error);
    offset += static_cast<std::uint64_t>(count);
    out += count;
    length -= static_cast<std::size_t>(count);
  }
  return {};
}

std::error_code SharedFile::punch(AddressRange range) {
  const int result = ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                 static_cast<off_t>(range.begin.value), static_cast<off_t>(range.size()));
  return result == 0 ? std::error_code{} : last_error();
}

tl::expected<FileDescriptor, std::error_code> SharedFile::read_only() const {
  const auto path = "/proc/self/fd/" + std::to_string(file_.get());
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return tl::make_unexpected(last_error());
  return file;
}

void SharedFile::set_state(std::uint64_t stop_id, bool running) noexcept {
  auto* word = reinterpret_cast<std::uint64_t*>(control_ + RSPBRIDGE_WIRE_CONTROL_STATE);
  std::atomic_ref<std::uint64_t>(*word).store(stop_id * 2 + (running ? 1 : 0), std::memory_order_seq_cst);
}

}  // namespace rspbridge::memmap
