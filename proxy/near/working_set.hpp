// What GDB asked at the last stops, and so will ask at the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/link/machines.hpp"
#include "proxy/link/messages.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::near {

/// Keeps what was asked at the last few stops. A page near the stack pointer counts by its distance from it:
/// the next frame's are wanted, not the last one's. Other pages that were read last are kept for longer: a
/// caller's text and data are read again when its callee has returned, however many steps that took.
class WorkingSet {
 public:
  static constexpr std::size_t stops = 4;  ///< that count
  /// At a stop: above all the registers of as many threads, and the tops of their stacks.
  static constexpr std::size_t most_questions = 512, most_pages = 512;
  static constexpr std::size_t most_places = 24;  ///< that are remembered beyond those stops

  /// Null if it isn't known.
  void set_machine(const link::MachineRow* machine) { machine_ = machine; }
  const link::MachineRow* machine() const noexcept { return machine_; }

  /// A stop has come; `stop_reply` is run-length expanded.
  void stopped(const std::string& stop_reply);
  /// Another program: what was asked of the last one means nothing.
  void forget();
  /// Somebody asked at this stop.
  void asked(const std::optional<rsp::ThreadId>& thread, const std::string& payload);
  void touched_page(std::uint64_t address);
  /// What isn't plain memory at this stop won't be read unasked at the next one.
  template <class Predicate>
  void drop_places_unless(const Predicate& is_plain) {
    std::erase_if(places_, [&](std::uint64_t page) { return !is_plain(page); });
  }

  /// The stack pointer in a `g` reply, run-length expanded.
  std::optional<std::uint64_t> stack_pointer(const std::string& g) const;
  /// What to gather at the next stop: the latest first, and always the stopped thread's registers, the thread
  /// list, and the pages that sp and pc point to.
  /// @param most how many things besides
  link::Wanted wanted(std::size_t most) const;
  /// And what a GDB asks that has just connected.
  link::Wanted wanted_at_connect(std::size_t most) const;

 private:
  struct AtStop {
    std::vector<std::string> of_stopped_thread;
    std::vector<link::Question> questions;
    std::vector<link::WantedPage> pages;
  };
  const link::MachineRow* machine_ = nullptr;
  std::optional<rsp::ThreadId> thread_;
  std::optional<std::uint64_t> sp_, pc_;
  std::deque<AtStop> at_stops_{1};    ///< the present one first
  std::deque<std::uint64_t> places_;  ///< pages, the one that was read last first
};

}  // namespace rspbridge::proxy::near
