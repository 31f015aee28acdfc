// Looks at a session's target for everybody but GDB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "memmap/range_set.hpp"
#include "memmap/shared_view.hpp"
#include "memmap/view_protocol.hpp"
#include "proxy/inspect/inspection.hpp"
#include "proxy/inspect/stub_access.hpp"
#include "proxy/inspect/turns.hpp"
#include "rsp/register_layout.hpp"

namespace rspbridge::proxy::inspect {

/// The one Inspection of a session. Asks the stub what isn't known yet, one thing at a time, and keeps it as
/// long as it holds; memory is kept in the shared view.
class Inspector final : public Inspection, private StubAccess::Observer {
 public:
  /// `stub` must outlive it; `limits` are the shared view's. Throws std::system_error if that can't be made.
  Inspector(asio::any_io_executor executor, StubAccess& stub, memmap::ViewLimits limits = {});
  ~Inspector() override;
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  State state() const override;
  asio::awaitable<Result<std::shared_ptr<const TargetMap>>> map() override;
  asio::awaitable<Result<std::shared_ptr<const TargetMap>>> quick_map() override;
  asio::awaitable<Result<Threads>> threads() override;
  asio::awaitable<Result<RegisterSet>> registers(std::optional<rsp::ThreadId> thread) override;
  asio::awaitable<Result<Memory>> read(std::uint64_t address, std::size_t length) override;
  asio::awaitable<std::optional<Failure>> prefetch(std::vector<memmap::AddressRange> ranges) override;
  asio::awaitable<Result<std::string>> file(std::string path) override;
  asio::awaitable<Result<Pages>> read_pages(memmap::AddressRange range) override;
  asio::awaitable<Result<std::string>> auxv(rsp::ThreadId thread) override;
  asio::awaitable<Result<std::string>> siginfo(rsp::ThreadId thread) override;
  asio::awaitable<Result<memmap::ProcessInfo>> process_info() override;
  link::LinkReport link_report() const override { return stub_.link_report(); }
  std::uint64_t populated(memmap::AddressRange range) const override;
  Subscription subscribe(std::function<void(const State&)> changed) override;

  /// The answer to a client of the view, once it is known.
  asio::awaitable<memmap::view::ServerMessage> ensure(memmap::view::Ensure request);
  const memmap::SharedView& view() const noexcept { return view_; }

  /// Waits until nothing of the above is under way any more. The session must have ended: what the stub is
  /// asked for then fails at once.
  asio::awaitable<void> finish();

 private:
  using MapPointer = std::shared_ptr<const TargetMap>;
  /// What is known at one stop.
  struct Known {
    MapPointer map, quick_map;
    std::optional<memmap::VmaMap> came;  ///< with the stop
    std::optional<Threads> threads;
    std::map<std::string, RegisterSet> registers;  ///< by thread-id
    /// Pages that the program never touched; of what was looked at last.
    struct Untouched {
      memmap::AddressRange looked;
      memmap::RangeSet pages;
      bool unavailable = false;  ///< the target doesn't tell
    } untouched;
  };
  /// What holds as long as one program runs in one process.
  struct Program {
    std::int64_t pid = 0;
    std::string architecture;
    rsp::RegisterLayout layout;
  };
  /// Names a moment: what was asked for is still right if it is the same afterwards.
  struct Moment {
    link::StopId stop_id = 0;
    std::uint64_t changes = 0;
    bool running = false;
    bool operator==(const Moment&) const = default;
  };

  /// Counts an operation for as long as it uses this.
  class Counted {
   public:
    explicit Counted(int& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

   private:
    int& count_;
  };
  void on_state() override;
  void on_change(StubAccess::Touches touches, const std::string& request, const std::string& reply) override;
  Moment moment() const;
  /// The target was stopped at `since`, and isn't any more at the same stop.
  bool has_gone_on(const Moment& since) const;
  Failure resumed() const;
  Failure why_not(const memmap::ViewError& error) const;

  // With the turn taken; answers are of the present stop.
  asio::awaitable<Result<std::string>> object(std::optional<rsp::ThreadId> thread, std::string object,
                                              std::string annex);
  asio::awaitable<Result<std::int64_t>> process();
  asio::awaitable<Result<const Program*>> program(rsp::ThreadId thread);
  asio::awaitable<Result<Threads>> list_threads();
  asio::awaitable<Result<std::vector<Thread>>> listed();
  asio::awaitable<Result<RegisterSet>> registers_of(rsp::ThreadId thread);
  asio::awaitable<std::optional<Failure>> fetch_registers(std::vector<rsp::ThreadId> threads);
  enum class MapDetail : std::uint8_t {
    quick,  ///< what came with the stop, or maps
    all,    ///< smaps, where it can be read
  };
  MapPointer known_map(MapDetail detail) const;
  asio::awaitable<Result<MapPointer>> map_with(MapDetail detail);
  asio::awaitable<Result<MapPointer>> read_map(MapDetail detail);
  asio::awaitable<std::optional<Failure>> complete(TargetMap& made);
  asio::awaitable<Result<memmap::VmaMap>> read_vmas(std::int64_t pid, MapDetail detail);
  /// The VMAs of this stop as far as they came with it or were read since; null if neither.
  asio::awaitable<const memmap::VmaMap*> vmas_of_stop();
  asio::awaitable<std::uint64_t> page_size_of(const TargetMap& map);
  asio::awaitable<Result<memmap::VmaMap>> rebuild_vmas();
  asio::awaitable<void> find_modules(TargetMap& made);
  asio::awaitable<std::optional<Failure>> populate(memmap::AddressRange range);
  asio::awaitable<std::optional<Failure>> fetch(memmap::AddressRange range);
  asio::awaitable<std::optional<Failure>> fetch_all(std::vector<memmap::AddressRange> ranges);
  asio::awaitable<std::optional<Failure>> take_memory(const std::vector<std::string>& asked,
                                                      const StubAccess::Answers& answers);
  /// Whether memory may be kept: not a device's, which isn't read at all, and not shared, which changes by
  /// itself.
  enum class Kind : std::uint8_t { kept, shared, device };
  struct MemoryKind {
    Kind kind = Kind::kept;
    memmap::AddressRange range;  ///< of the VMA that isn't to be kept
  };
  asio::awaitable<Result<MemoryKind>> kind_of(memmap::AddressRange range);
  /// The same; a failure if nothing can be read there now.
  asio::awaitable<Result<MemoryKind>> readable_kind_of(memmap::AddressRange range);
  asio::awaitable<std::optional<Failure>> ensure_step(const memmap::view::Ensure& request);
  asio::awaitable<void> next_state();
  asio::awaitable<Result<std::string>> read_past_view(memmap::AddressRange range);
  asio::awaitable<std::optional<Failure>> look_for_untouched(memmap::AddressRange range);
  asio::awaitable<Result<memmap::RangeSet>> read_parts(const std::vector<memmap::AddressRange>& parts,
                                                       memmap::VirtAddr base, char* into);
  asio::awaitable<std::optional<Failure>> fill_pages(memmap::AddressRange range, Pages& pages);
  asio::awaitable<Result<std::string>> object_of(rsp::ThreadId thread, std::string name);
  std::vector<StubAccess::Question> memory_questions(memmap::AddressRange range) const;

  StubAccess& stub_;
  Turns turns_;
  memmap::SharedView view_;
  Known known_;
  std::optional<Program> program_;
  std::uint64_t changes_ = 0;  ///< of GDB's that may touch what is known
  std::list<std::weak_ptr<std::function<void(const State&)>>> subscribers_;
  std::optional<std::int64_t> pid_;  ///< of the process that all is about
  int under_way_ = 0;                ///< operations
};

}  // namespace rspbridge::proxy::inspect
