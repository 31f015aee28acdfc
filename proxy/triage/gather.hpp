// Crash reports of a session's target.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/thread_pool.hpp>

#include "proxy/inspect/inspection.hpp"
#include "proxy/triage/analysis.hpp"
#include "proxy/triage/fetched_memory.hpp"
#include "proxy/triage/file_source.hpp"
#include "proxy/triage/panic_functions.hpp"

namespace rspbridge::proxy::triage {

/// What a report is made of, and what it says.
struct Findings {
  std::shared_ptr<Stopped> stopped;
  std::shared_ptr<Symbols> symbols;  ///< of its images; used by the investigator's thread alone
  std::shared_ptr<Analysis> analysis;
};

/// Gathers what a report needs of a stopped target, and analyses it in a thread of its own.
class Investigator {
 public:
  /// `inspection` and `files` must outlive it, and it every call.
  Investigator(inspect::Inspection& inspection, FileSource& files) : inspection_(inspection), files_(files) {}
  ~Investigator() { pool_.join(); }
  Investigator(const Investigator&) = delete;
  Investigator& operator=(const Investigator&) = delete;

  /// `about` is what the caller knows: outcome, program, session. Fails if the target isn't stopped, isn't
  /// ARM64, or resumes meanwhile.
  asio::awaitable<inspect::Result<Findings>> investigate(Stopped about);

  /// Learns at a stop what a report will need and what stays as it is, the files of images first of all. The
  /// functions by which the program may end without a signal.
  asio::awaitable<std::vector<PanicPlace>> learn();

  /// The functions of each address, as functions_at() tells them. `findings` are of this investigator.
  asio::awaitable<std::vector<std::vector<Frame>>> functions(const Findings& findings,
                                                             std::vector<std::uint64_t> addresses);

  /// The same again with other knowledge of the program, such as what it printed since. Nothing is read.
  asio::awaitable<void> reconsider(Findings& findings);

 private:
  asio::awaitable<std::optional<inspect::Failure>> gather(Stopped& stopped);
  asio::awaitable<std::optional<inspect::Failure>> gather_threads(Stopped& stopped);
  asio::awaitable<void> gather_files(Stopped& stopped, const inspect::TargetMap& map);
  void take_file(Image& image, const inspect::Result<std::string>& contents, std::vector<std::string>& notes);
  void take_debug(Image& image, const inspect::Result<std::string>& contents);
  asio::awaitable<void> gather_vdso(Image& image);
  /// Runs `work` in the investigator's thread.
  asio::awaitable<void> in_thread(std::function<void()> work);
  /// What the first look at a process needs of its memory.
  static std::vector<memmap::AddressRange> likely_memory(const Stopped& stopped);
  /// `missing`, and more of the stacks that go on there: the later the round, the larger the pieces.
  static std::vector<memmap::AddressRange> with_more_stack(const Stopped& stopped,
                                                           std::vector<memmap::AddressRange> missing,
                                                           int round);
  asio::awaitable<std::optional<inspect::Failure>> fetch(FetchedMemory& memory,
                                                         std::vector<memmap::AddressRange> ranges);

  inspect::Inspection& inspection_;
  FileSource& files_;
  asio::thread_pool pool_{1};
};

}  // namespace rspbridge::proxy::triage
