// Far, wherever it runs: in this process, or on the target beside the stub.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/far/far.hpp"
#include "proxy/link/link_meter.hpp"
#include "proxy/link/link_report.hpp"
#include "proxy/link/messages.hpp"
#include "proxy/link/stream_link.hpp"
#include "proxy/recorder.hpp"

namespace rspbridge::proxy {

/// Messages to and from far, and the bytes of the one stream that leads to the stub: the stub's own, or the
/// link's. Sans-IO. Nothing is delivered inside a call that sends.
class FarSide {
 public:
  /// Sees what passes; may be empty.
  using Record = std::function<void(Recorder::Direction direction, std::string_view bytes)>;

  FarSide() = default;
  FarSide(const FarSide&) = delete;
  FarSide& operator=(const FarSide&) = delete;
  virtual ~FarSide() = default;

  virtual void send(link::ToFar message) = 0;
  virtual std::optional<link::ToNear> next() = 0;
  /// Bytes that the stream gave.
  virtual void feed(std::string_view bytes) = 0;
  /// The stream has ended; `reason` is a sentence.
  virtual void closed(const std::string& reason) = 0;
  /// Bytes for the stream.
  virtual std::string take_output() = 0;
  /// Where far runs, what passed, and what the stream can do.
  virtual link::LinkFigures figures() const = 0;
};

/// Far in this process; the stream is the stub's.
class LocalFar final : public FarSide {
 public:
  /// `now` is the clock of the figures.
  explicit LocalFar(Record record, far::Far::Stub stub = far::Far::Stub::over_link,
                    link::LinkMeter::Now now = link::LinkMeter::Clock::now);
  void send(link::ToFar message) override { to_far_.push_back(std::move(message)); }
  std::optional<link::ToNear> next() override;
  void feed(std::string_view bytes) override;
  void closed(const std::string& reason) override { far_.on_stub_closed(reason); }
  std::string take_output() override;
  link::LinkFigures figures() const override;

 private:
  Record record_;
  link::LinkMeter meter_;
  link::LinkCounters counters_;
  bool idle_ = true;  ///< the stub owed nothing after the bytes that passed last
  std::deque<link::ToFar> to_far_;
  std::deque<link::ToNear> to_near_;
  far::Far far_;
};

/// Far on the target (rspbridge-far); the stream speaks the link (docs/link.md). Records what is asked and
/// answered, not what passes between helper and stub.
class RemoteFar final : public FarSide {
 public:
  RemoteFar(Record record, std::string program_version,
            link::LinkMeter::Now now = link::LinkMeter::Clock::now)
      : record_(std::move(record)), meter_(std::move(now)), link_(std::move(program_version)) {}
  void send(link::ToFar message) override;
  std::optional<link::ToNear> next() override;
  void feed(std::string_view bytes) override;
  void closed(const std::string& reason) override;
  std::string take_output() override;
  link::LinkFigures figures() const override;

 private:
  void record(const link::ToNear& message) const;

  Record record_;
  link::LinkMeter meter_;
  std::uint64_t timed_frame_ = 0;  ///< whose acknowledgement the meter awaits
  link::NearEnd link_;
  std::optional<link::StubGone> gone_;  ///< to be told
  bool told_ = false;
};

}  // namespace rspbridge::proxy
