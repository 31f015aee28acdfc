// How a session's messages and bytes move.
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/session/connection.hpp"

namespace rspbridge::proxy {

std::unique_ptr<FarSide> Session::make_far(const Options& options) {
  FarSide::Record record;
  if (options.recorder)
    record = [recorder = options.recorder](Recorder::Direction direction, std::string_view bytes) {
      recorder->record(Recorder::Leg::stub, direction, bytes);
    };
  if (options.far_on_target) return std::make_unique<RemoteFar>(std::move(record), options.version);
  return std::make_unique<LocalFar>(std::move(record));
}

void Session::complain(const std::string& text) {
  ++complaints_;
  if (complaints_ <= most_complaints) spdlog::warn("{}", text);
  if (complaints_ == most_complaints) spdlog::warn("more of this is shown with -v only");
  if (complaints_ > most_complaints) spdlog::debug("{}", text);
}

void Session::deliver(const link::ToNear& message) {
  if (gdb_) gdb_->client.on_link(message);
  for (const auto& connection : observers_) connection->observer->on_link(message);
  if (const auto* opened = std::get_if<link::Opened>(&message)) opened_ = opened->is_stub;
  if (const auto* log = std::get_if<link::Log>(&message)) {
    if (log->warning)
      complain(log->text);
    else
      spdlog::debug("{}", log->text);
  }
  if (const auto* file = std::get_if<link::FileRead>(&message))
    if (const auto reading = file_reads_.extract(file->id)) reading.mapped()(*file);
  if (const auto* gone = std::get_if<link::StubGone>(&message)) {
    stub_open_ = false;
    end({gone->expected, gone->reason, connection_lost_});
  }
}

// A client that gets a message may send others.
void Session::carry_messages() {
  for (;;) {
    while (auto message = far_->next()) knowledge_.to_near(*std::move(message));
    if (const auto message = knowledge_.next())
      deliver(*message);
    else if (!carry_to_observers())
      return;
  }
}

void Session::settle() {
  if (std::exchange(settling_, true)) return;  // an outer settle() goes on until all is moved
  struct Settled {
    bool& settling;
    ~Settled() { settling = false; }
  } settled{settling_};
  carry_messages();
  // What the GDB in control has asked last may have let the process go.
  if (!gdb_ && knowledge_.looks()) {
    for (const auto& connection : observers_) connection->observer->nobody_resumes();
    carry_messages();
  }
  tell_observer();
  watch_for_stand();
  if (std::string bytes = far_->take_output(); !bytes.empty()) {
    if (std::exchange(heard_, false)) ++round_trips_;
    to_stub_->write(std::move(bytes));
  }
  for (const auto& connection : clients()) write_to(*connection);
  wake();
}

}  // namespace rspbridge::proxy
