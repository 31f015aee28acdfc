#include "proxy/recorder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memmap/file_descriptor.hpp"

namespace rspbridge::proxy {

void Recorder::write_to(const std::filesystem::path& file) {
  auto fail = [&] {
    throw std::system_error(errno, std::generic_category(), "cannot write the record " + file.string());
  };
  // It holds registers and memory of the target: nobody else's business.
  const memmap::FileDescriptor made(::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
  if (!made) fail();
  struct stat status {};
  int outcome = ::fstat(made.get(), &status);
  if (outcome == 0 && S_ISREG(status.st_mode))
    outcome = ::fchmod(made.get(), 0600);  // not a device's, say /dev/stderr
  if (outcome != 0) fail();
  file_ = file;
  out_.open(file, std::ios::binary | std::ios::trunc);
  if (!out_) fail();
}

void Recorder::record(Leg leg, Direction direction, std::string_view bytes) {
  errno = 0;  // so that it tells of what is written here
  while (!bytes.empty()) {
    std::size_t length = 1;
    const bool packet = bytes.front() == '$' || bytes.front() == '%';
    if (packet) {
      const auto end = bytes.find('#');
      length = end == std::string_view::npos ? bytes.size() : std::min(end + 3, bytes.size());
    } else {
      while (length < bytes.size() && bytes[length] != '$' && bytes[length] != '%') ++length;
    }
    take(leg, direction, bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  flush();
}

void Recorder::flush() {
  if (!out_.is_open() || out_.flush()) return;
  const int error = errno;
  out_.close();
  spdlog::warn("the record {} is cut off here: {}; the session goes on without it", file_.string(),
               error != 0 ? std::strerror(error) : "it can't be written");
}

void Recorder::take(Leg leg, Direction direction, std::string_view bytes) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - start_;
  ++count_;
  if (recent_.size() == kept_packets) recent_.pop_front();
  recent_.push_back({since.count(), leg, direction, std::string(bytes.substr(0, kept_bytes)), bytes.size()});
  if (!out_.is_open()) return;
  char head[48];
  std::snprintf(head, sizeof head, "%.6f %-4s %s ", since.count(), name_of(leg).data(),
                direction == Direction::to_target ? "->" : "<-");
  out_ << head << printable(bytes) << '\n';
}

std::string_view name_of(Recorder::Leg leg) noexcept {
  return leg == Recorder::Leg::gdb ? "gdb" : "stub";
}

std::string printable(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    if (c == '\\')
      text += "\\\\";
    else if (c >= ' ' && c <= '~')
      text += c;
    else {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      text += hex;
    }
  }
  return text;
}

}  // namespace rspbridge::proxy
