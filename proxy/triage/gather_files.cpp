// The files of a process's images.
#include <elf.h>

#include <algorithm>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "memmap/elf_image.hpp"
#include "proxy/triage/gather.hpp"
#include "proxy/triage/image_of.hpp"

namespace rspbridge::proxy::triage {
namespace {

using inspect::Failure;
using inspect::Inspection;

/// Reads files of the target, several at once.
class FileReader {
 public:
  explicit FileReader(Inspection& inspection) : inspection_(inspection) {}

  /// The contents of each, or why there are none.
  asio::awaitable<std::vector<inspect::Result<std::string>>> read(std::vector<std::string> paths) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer done(executor, asio::steady_timer::time_point::max());
    paths_ = std::move(paths);
    results_.assign(paths_.size(), tl::unexpected(Failure{}));
    readers_ = std::min(most_readers, paths_.size());
    for (std::size_t i = 0, count = readers_; i < count; ++i)
      asio::co_spawn(executor, read_some(done), asio::detached);
    asio::error_code cancelled;
    while (readers_ > 0) co_await done.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return std::move(results_);
  }

 private:
  static constexpr std::size_t most_readers = 6;  // an sshd allows ten channels at once by default

  asio::awaitable<void> read_some(asio::steady_timer& done) {
    while (next_ < paths_.size()) {
      const std::size_t index = next_++;
      results_[index] = co_await inspection_.file(paths_[index]);
    }
    if (--readers_ == 0) done.cancel();
  }

  Inspection& inspection_;
  std::vector<std::string> paths_;
  std::vector<inspect::Result<std::string>> results_;
  std::size_t next_ = 0, readers_ = 0;
};

void set(Image& image, SourceFile found) {
  image.file = std::move(found.file);
  image.file_name = std::move(found.name);
}

void set_debug(Image& image, SourceFile found) {
  image.debug = std::move(found.file);
  image.debug_name = std::move(found.name);
}

}  // namespace

// The kernel's own image is nowhere but in memory.
asio::awaitable<void> Investigator::gather_vdso(Image& image) {
  const auto bytes =
      co_await inspection_.read(image.begin, static_cast<std::size_t>(image.end - image.begin));
  if (bytes) image.file = file_of(bytes->bytes);
}

// What isn't here is read of the target in one go: the files, and what debug files there may be.
asio::awaitable<void> Investigator::gather_files(Stopped& stopped, const inspect::TargetMap& map) {
  struct Wanted {
    std::size_t image;
    bool debug;
  };
  std::vector<Wanted> wanted;
  std::vector<std::string> paths;
  for (const memmap::Module& module : map.modules) {
    if (module.image.machine != EM_AARCH64) continue;
    const std::size_t index = stopped.images.size();
    Image& image = stopped.images.emplace_back(image_of(module));
    if (module.path.starts_with('[')) {
      co_await gather_vdso(stopped.images[index]);
      continue;
    }
    if (auto found = files_.find(image.path, image.build_id)) {
      set(image, *std::move(found));
    } else {
      wanted.push_back({index, false});
      paths.push_back(image.path);
    }
    if (auto found = files_.find_debug(image.build_id)) {
      set_debug(image, *std::move(found));
    } else if (auto path = files_.debug_path(image.build_id); !path.empty()) {
      wanted.push_back({index, true});
      paths.push_back(std::move(path));
    }
  }
  FileReader reader(inspection_);
  const auto contents = co_await reader.read(std::move(paths));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Image& image = stopped.images[wanted[i].image];
    if (wanted[i].debug)
      take_debug(image, contents[i]);
    else
      take_file(image, contents[i], stopped.notes);
  }
}

void Investigator::take_file(Image& image, const inspect::Result<std::string>& contents,
                             std::vector<std::string>& notes) {
  if (!contents) {
    notes.push_back(image.path + ": " + contents.error().sentence);
    return;
  }
  if (auto taken = files_.take(image.path, image.build_id, *contents))
    set(image, *std::move(taken));
  else
    notes.push_back(image.path + " on the target isn't the file that is in memory");
}

void Investigator::take_debug(Image& image, const inspect::Result<std::string>& contents) {
  using inspect::Problem;
  const bool unknown = !contents && (contents.error().problem == Problem::gone ||
                                     contents.error().problem == Problem::running);
  if (unknown) return;
  if (auto taken = files_.take_debug(image.build_id, contents ? *contents : std::string()))
    set_debug(image, *std::move(taken));
}

}  // namespace rspbridge::proxy::triage
