#include "proxy/triage/core_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace rspbridge::proxy::triage {
namespace {

constexpr std::uint64_t most_headers = 1 << 20, largest_notes = std::uint64_t{64} << 20;

std::optional<std::string> read_at(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  std::size_t done = 0;
  while (done < length) {
    const ssize_t n = ::pread(fd, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

template <class T>
std::optional<T> record_at(int fd, std::uint64_t offset) {
  const auto bytes = read_at(fd, offset, sizeof(T));
  if (!bytes) return std::nullopt;
  T record;
  std::memcpy(&record, bytes->data(), sizeof record);
  return record;
}

// What isn't an ARM64 core file, in words; empty if it is one.
std::string what_else(const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "it is no ELF file";
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return "it isn't of a 64-bit, little-endian machine, as ARM64 is";
  if (header.e_type != ET_CORE) return "it is an ELF file, but no core file";
  if (header.e_machine != EM_AARCH64)
    return "it is of another architecture (e_machine " + std::to_string(header.e_machine) + "), not of ARM64";
  return {};
}

// More than 65,534 headers are counted by the first section header.
std::optional<std::uint64_t> header_count(int fd, const Elf64_Ehdr& header) {
  if (header.e_phnum != PN_XNUM) return header.e_phnum;
  const auto section = record_at<Elf64_Shdr>(fd, header.e_shoff);
  return section ? std::optional<std::uint64_t>(section->sh_info) : std::nullopt;
}

std::size_t aligned(std::size_t size) {
  return (size + 3) / 4 * 4;
}

void read_notes(const std::string& bytes, OpenCore& core) {
  std::size_t at = 0;
  while (at + sizeof(Elf64_Nhdr) <= bytes.size()) {
    Elf64_Nhdr header;
    std::memcpy(&header, bytes.data() + at, sizeof header);
    at += sizeof header;
    const std::size_t name = aligned(header.n_namesz), descriptor = aligned(header.n_descsz);
    if (name > bytes.size() - at || header.n_descsz > bytes.size() - at - name) {
      core.truncated = true;
      return;
    }
    std::string owner = bytes.substr(at, header.n_namesz);
    while (!owner.empty() && owner.back() == '\0') owner.pop_back();
    core.notes.push_back({std::move(owner), header.n_type, bytes.substr(at + name, header.n_descsz)});
    at += name + std::min(descriptor, bytes.size() - at - name);
  }
}

}  // namespace

tl::expected<OpenCore, std::string> open_core(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& why) {
    return tl::unexpected("the core file " + path.string() + ": " + why);
  };
  OpenCore core;
  core.file = memmap::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!core.file || ::fstat(core.file.get(), &status) != 0)
    return fail(std::string("can't be read: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return fail("it is no regular file");
  core.size = static_cast<std::uint64_t>(status.st_size);
  const auto header = record_at<Elf64_Ehdr>(core.file.get(), 0);
  if (!header) return fail(core.size == 0 ? "it is empty" : "it is cut short: not even its header is there");
  if (const std::string why = what_else(*header); !why.empty()) return fail(why);
  const auto count = header_count(core.file.get(), *header);
  const auto table = count && *count <= most_headers
                         ? read_at(core.file.get(), header->e_phoff, *count * sizeof(Elf64_Phdr))
                         : std::nullopt;
  if (!table) return fail("it is cut short: its program headers aren't there, so nothing can be found in it");
  core.headers.reserve(*count);
  for (std::uint64_t i = 0; i < *count; ++i) {
    Elf64_Phdr one;
    std::memcpy(&one, table->data() + i * sizeof one, sizeof one);
    core.headers.push_back(
        {one.p_type, one.p_flags, one.p_offset, one.p_vaddr, one.p_filesz, one.p_memsz, one.p_align});
    if (one.p_type != PT_NULL && (one.p_filesz > core.size || one.p_offset > core.size - one.p_filesz))
      core.truncated = true;
    if (one.p_type != PT_NOTE || one.p_offset > core.size) continue;
    const auto there = std::min({one.p_filesz, core.size - one.p_offset, largest_notes});
    if (const auto bytes = read_at(core.file.get(), one.p_offset, there)) read_notes(*bytes, core);
  }
  return core;
}

}  // namespace rspbridge::proxy::triage
