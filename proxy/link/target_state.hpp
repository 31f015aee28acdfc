// How the target stands, by what was asked of the stub and what it said. Near and far each keep one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/link/messages.hpp"
#include "proxy/link/quirks.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::link {

class TargetState {
 public:
  /// A request that lets the target run goes out.
  void resumes() noexcept { nothing_left_ = false; }
  /// The stub's whole answer to `request`, run-length expanded. True if it is a stop.
  bool answered(std::string_view request, Answer answer, const std::string& reply);
  /// A notification of the stub's, run-length expanded.
  void notified(std::string_view payload);
  /// GDB asked something about `thread`, or selected it.
  void selected(rsp::ThreadId thread) { general_thread_ = thread; }
  /// What was known of the stopped target holds no longer, though it didn't run.
  void count_as_stop() noexcept { ++stop_; }

  /// Of this stop, or of the last one. A stub that was just reached has its target stopped.
  StopId stop_id() const noexcept { return stop_; }
  /// Run-length expanded; empty before the first.
  const std::string& stop_reply() const noexcept { return stop_reply_; }
  const std::optional<rsp::ThreadId>& stopped_thread() const noexcept { return stopped_thread_; }
  /// What GDB selected with Hg, or the stub at the last stop.
  const std::optional<rsp::ThreadId>& general_thread() const noexcept { return general_thread_; }
  /// The process of general_thread(), else of the thread that stopped.
  std::optional<std::int64_t> current_process() const;
  bool non_stop() const noexcept { return non_stop_; }
  /// An inferior exited, or was killed or detached, and none has stopped since: the stub may go.
  bool nothing_left() const noexcept { return nothing_left_; }
  /// Of the stub, in bytes; nothing if it didn't tell.
  std::optional<std::size_t> packet_size() const noexcept { return packet_size_; }
  /// By what the stub offered last; the defaults before that.
  const Quirks& quirks() const noexcept { return quirks_; }

 private:
  void process_left(std::string_view request);
  bool stopped(const std::string& reply);

  StopId stop_ = 1;
  std::string stop_reply_;
  std::optional<rsp::ThreadId> stopped_thread_, general_thread_;
  std::optional<std::size_t> packet_size_;
  Quirks quirks_;
  bool non_stop_ = false, nothing_left_ = false;
};

}  // namespace rspbridge::proxy::link
