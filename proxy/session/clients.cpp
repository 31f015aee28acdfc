// The GDBs of a session: how they come and go, and which one controls the target.
#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/session/connection.hpp"

namespace rspbridge::proxy {

namespace {

constexpr std::chrono::milliseconds patience{700};          // GDB's is 2 s
constexpr std::size_t most_pending = std::size_t{8} << 20;  // bytes for an observer that doesn't read
// A GDB that steps, or whose libraries are loaded, resumes the target at once.
constexpr std::chrono::milliseconds stands_after{50};

using Touches = inspect::StubAccess::Touches;

Touches touches_of(near::Keep keep) {
  switch (keep) {
    case near::Keep::memory:
      return Touches::memory;
    case near::Keep::registers:
      return Touches::registers;
    case near::Keep::stop:
    case near::Keep::nothing:
      return Touches::nothing;
    default:
      return Touches::anything;
  }
}

}  // namespace

bool Session::serves(const transport::Peer& peer) const {
  if (!peer.uid || (*peer.uid != ::getuid() && *peer.uid != 0)) {
    spdlog::warn("refused a connection from {}: {}", peer.address,
                 peer.uid ? "it belongs to user " + std::to_string(*peer.uid) + ", and only user " +
                                std::to_string(::getuid()) + " and root are served"
                          : "the kernel doesn't tell whose it is");
    return false;
  }
  if (gdb_ && knowledge_.state().non_stop()) {
    spdlog::warn("refused a second GDB ({}): {} debugs in non-stop mode, in which no other can observe",
                 peer.address, gdb_->name);
    return false;
  }
  return true;
}

void Session::admit(transport::Accepted accepted) {
  if (!serves(accepted.peer)) return;
  auto connection = connect(std::move(accepted));
  if (gdb_) {
    spdlog::info("GDB connected from {}: it observes, since {} controls the target", connection->name,
                 gdb_->name);
    make_observer(*connection);
    observers_.push_back(connection);
  } else {
    spdlog::debug("GDB connected from {}", connection->name);
    gdb_ = connection;
    knowledge_.to_far(link::StopTarget{});
  }
  settle();
  if (gdb_ == connection && knowledge_.running()) spawn(insist_on_stop());
  spawn(read_gdb(connection));
  spawn(keep_patient(connection));
}

std::shared_ptr<Session::Connection> Session::connect(transport::Accepted accepted) {
  std::shared_ptr<transport::Stream> stream = std::move(accepted.stream);
  auto failed = [](const std::string& why) { spdlog::debug("writing to GDB failed: {}", why); };
  auto out = std::make_shared<OutQueue>(executor_, stream, OutQueue::Hooks{failed, [this] { wake(); }});
  auto self = std::make_shared<std::weak_ptr<Connection>>();
  near::Client::Hooks hooks{
      .far =
          [this, self](link::ToFar message) {
            const auto connection = self->lock();
            if (connection && connection->observes())
              connection->observer->to_far(std::move(message));
            else
              knowledge_.to_far(std::move(message));
          },
      .warning = [](const std::string& text) { spdlog::warn("{}", text); },
      .info = [](const std::string& text) { spdlog::info("{}", text); },
      .flush = [this] { knowledge_.forget(); },
      .describe_link = [this] { return link::describe(knowledge_.report()); },
      .describe_clients = [this, self] { return describe_clients(self->lock().get()); },
      .take = [this, self] { return take(self->lock()); },
      .controls =
          [self] {
            const auto connection = self->lock();
            return !connection || !connection->observes();
          },
  };
  auto connection =
      std::make_shared<Connection>(std::move(stream), std::move(out), accepted.peer.address, std::move(hooks),
                                   shared_, view_for(accepted.peer), executor_);
  *self = connection;
  return connection;
}

ViewChoice Session::picked_view(const transport::Peer& peer) const {
  if (architecture_ && *architecture_ != "aarch64")
    return {near::ViewKind::native, "the target is " + *architecture_, false};
  return choose_view(peer.pid);
}

near::ViewSettings Session::view_for(const transport::Peer& peer) const {
  near::ViewSettings settings{.document = options_.view_document, .document_name = options_.view_file};
  if (options_.view) {
    settings.kind = *options_.view;
  } else {
    const ViewChoice choice = picked_view(peer);
    settings.kind = choice.kind;
    settings.why = choice.why;
    spdlog::log(choice.worth_saying ? spdlog::level::info : spdlog::level::debug, "view {}: {}",
                near::to_string(choice.kind), choice.why);
  }
  if (options_.symbols) settings.symbols = options_.symbols(settings.kind);
  return settings;
}

asio::awaitable<void> Session::keep_patient(std::shared_ptr<Connection> connection) {
  while (connection->open) {
    asio::error_code left;
    connection->patience.expires_after(patience);
    co_await connection->patience.async_wait(asio::redirect_error(asio::use_awaitable, left));
    const bool waits = connection->open && connection->client.takes_patience();
    if (waits && connection->out->idle()) connection->out->write("+");
  }
}

asio::awaitable<void> Session::read_gdb(std::shared_ptr<Connection> connection) {
  std::vector<char> buffer(std::size_t{64} << 10);
  try {
    while (std::size_t n = co_await connection->stream->read_some(buffer)) {
      if (options_.recorder && !connection->observes())
        options_.recorder->record(Recorder::Leg::gdb, Recorder::Direction::to_target, {buffer.data(), n});
      connection->client.on_gdb_bytes({buffer.data(), n});
      settle();
    }
  } catch (const std::system_error& error) {
    spdlog::debug("GDB's connection failed: {}", error.what());
  }
  gdb_left(connection);
}

void Session::write_to(Connection& connection) {
  std::string bytes = connection.client.take_output();
  if (bytes.empty()) return;
  if (options_.recorder && !connection.observes())
    options_.recorder->record(Recorder::Leg::gdb, Recorder::Direction::to_host, bytes);
  connection.out->write(std::move(bytes));
  // Whoever controls the target is waited for (read_stub); nobody waits for an observer.
  if (!connection.observes() || connection.out->size() < most_pending) return;
  spdlog::warn("the GDB at {} doesn't read what it asked for: its connection is closed", connection.name);
  connection.stream->close();
}

void Session::gdb_left(const std::shared_ptr<Connection>& connection) {
  if (!connection->open) return;
  connection->open = false;
  spdlog::debug("GDB left ({})", connection->name);
  const auto undo = connection->client.on_gdb_closed();
  if (connection->observes()) {
    std::erase(observers_, connection);
    for (const auto& entry : undo)
      if (entry.packet.starts_with("vFile:close:"))
        knowledge_.ask({.payload = entry.packet, .effect = link::Effect::looks}, [](const auto&) {});
  } else {
    knowledge_.gdb_gone(undo);
    gdb_.reset();
  }
  connection->out->close();
  connection->stream->close();
  connection->patience.cancel();
  // Nobody else could end their waiting.
  const auto waits = [](const auto& one) { return one->observer->waits(); };
  const bool leaves_waiting =
      !gdb_ && knowledge_.running() && std::any_of(observers_.begin(), observers_.end(), waits);
  if (leaves_waiting) knowledge_.to_far(link::StopTarget{});
  settle();
  if (leaves_waiting) spawn(insist_on_stop());
  if (options_.end_when_empty && knowledge_.state().nothing_left()) spawn(end_if_empty());
}

std::vector<std::shared_ptr<Session::Connection>> Session::clients() const {
  std::vector<std::shared_ptr<Connection>> all = observers_;
  if (gdb_) all.insert(all.begin(), gdb_);
  return all;
}

std::string Session::who_controls() const {
  return gdb_ ? "the GDB at " + gdb_->name : "no GDB";
}

std::string Session::describe_clients(const Connection* asking) const {
  std::string text;
  for (const auto& connection : clients())
    text += connection->name + (connection.get() == asking ? " (this GDB)" : "") +
            (connection->observes() ? ": observes\n" : ": controls the target\n");
  return text;
}

void Session::make_observer(Connection& connection) {
  connection.observer = std::make_shared<near::Observer>(
      near::Observer::Hooks{.far = [this](link::ToFar message) { knowledge_.to_far(std::move(message)); },
                            .who = [this] { return who_controls(); },
                            .controlled = [this] { return gdb_ != nullptr; },
                            .file_system = [this] { return shared_.file_system; }},
      knowledge_, shared_.last_id);
  stands_at_.reset();  // it hasn't heard yet
}

std::string Session::take(const std::shared_ptr<Connection>& connection) {
  if (!connection || !connection->open) return "This GDB is gone.\n";
  if (!connection->observes()) return "This GDB controls the target already.\n";
  if (!knowledge_.looks())
    return "The target runs: `continue` waits for its next stop, at which control can be taken.\n";
  if (!connection->observer->sees_present())
    return "The target has gone on since the stop that this GDB was told of: `continue` tells of the present "
           "one, at which control can be taken.\n";
  if (gdb_ && gdb_->client.is_waiting())
    return "The GDB at " + gdb_->name + " waits for an answer: try again.\n";
  const std::shared_ptr<Connection> former = std::exchange(gdb_, connection);
  const auto believed = connection->observer->believed();
  connection->observer.reset();
  std::erase(observers_, connection);
  if (former) {
    make_observer(*former);
    former->observer->lost_control();
    observers_.push_back(former);
    knowledge_.gdb_gone(former->client.lose_control());
  }
  for (link::Request request : believed) {
    const std::string payload = request.payload;
    knowledge_.ask(std::move(request), [payload](const std::optional<std::string>& reply) {
      if (payload.starts_with("Z") && reply != "OK")
        spdlog::warn("the stub refused {}, which the GDB in control takes for set", payload);
    });
  }
  connection->client.take_control();
  spdlog::info("the GDB at {} controls the target now{}", connection->name,
               former ? "; the one at " + former->name + " observes" : "");
  return "This GDB controls the target now" +
         (former ? "; the one at " + former->name + " observes.\n" : ".\n");
}

bool Session::carry_to_observers() {
  bool carried = false;
  for (const auto& connection : std::vector(observers_)) {
    const auto observer = connection->observer;
    while (auto message = observer ? observer->next() : std::nullopt) {
      connection->client.on_link(*message);
      carried = true;
    }
  }
  return carried;
}

// What observers were told holds no longer, though the target didn't run.
void Session::on_change(const near::PacketRow& row, const std::string& request, const std::string& reply) {
  const Touches touches = touches_of(row.keep);
  if (observer_) observer_->on_change(touches, request, reply);
  if (!observers_.empty() && touches == Touches::registers) knowledge_.count_as_stop();
}

void Session::watch_for_stand() {
  const bool left = knowledge_.state().nothing_left();
  const std::string& reply = knowledge_.state().stop_reply();
  if (left && !std::exchange(left_, left) && !reply.starts_with('W') && !reply.starts_with('X'))
    knowledge_.count_as_stop();
  left_ = left;
  const link::StopId stop = knowledge_.state().stop_id();
  if (observers_.empty() || !knowledge_.looks() || stands_at_ == stop) return;
  stands_at_ = stop;
  spawn(tell_if_standing(stop));
}

asio::awaitable<void> Session::tell_if_standing(link::StopId stop) {
  co_await wait_for([this] { return end_.has_value(); }, stands_after);
  if (end_ || !knowledge_.looks() || knowledge_.state().stop_id() != stop) co_return;
  for (const auto& connection : observers_) connection->observer->stands();
  settle();
}

}  // namespace rspbridge::proxy
