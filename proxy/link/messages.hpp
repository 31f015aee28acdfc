// What near and far say to each other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace rspbridge::proxy::link {

/// Names a request and its reply. Given out by near; 0 names none.
using RequestId = std::uint64_t;

/// Counts the stops of the target, from 1. Whatever is known of a stopped target carries it.
using StopId = std::uint64_t;

/// What a packet does to what is known of the target.
enum class Effect : std::uint8_t {
  looks,    ///< changes no memory, no register and no thread
  changes,  ///< may change any of them while the target stays stopped
  resumes,  ///< lets the target run, or puts another in its place
};

/// What the stub answers to a packet.
enum class Answer : std::uint8_t {
  reply,    ///< one packet, never a stop reply
  status,   ///< one packet that may be a stop reply (`?`, `vStopped`)
  console,  ///< any number of `O…` packets, then one more
  stop,     ///< a stop reply, once the target stops; `O…` packets on the way
  none,     ///< nothing
};

// ---- near to far ----

/// A packet of GDB's for the stub.
struct Request {
  RequestId id = 0;
  std::string payload;
  Effect effect = Effect::changes;
  Answer answer = Answer::reply;
};

/// GDB pressed ^C.
struct Interrupt {};

/// A GDB connected: a target that still runs for its predecessor is stopped for it.
struct GdbCame {};

/// GDB's connection is gone: replies to it are no longer wanted. `undo` are packets that take back
/// what it left in the stub (breakpoints, open files, catches); they are sent once the target is
/// stopped.
struct GdbGone {
  std::vector<std::string> undo;
};

using ToFar = std::variant<Request, Interrupt, GdbCame, GdbGone>;

// ---- far to near ----

/// The stub's packet in answer to request `id`. `final` is false for an `O…` on the way.
struct Reply {
  RequestId id = 0;
  std::string payload;
  bool final = true;
};

/// The stop that ended resume `id`: so far the stop reply and the stop's number.
struct StopBundle {
  RequestId id = 0;
  StopId stop = 0;
  std::string payload;
};

/// A `%…` of the stub.
struct Notification {
  std::string payload;
};

/// The stub's connection ended.
struct StubGone {
  bool expected = false;  ///< the last inferior had exited, or was killed or detached
  std::string reason;     ///< a sentence
};

using ToNear = std::variant<Reply, StopBundle, Notification, StubGone>;

/// One end's way to the other. Messages arrive in order, and never inside the call that sent them.
using SendToFar = std::function<void(ToFar)>;
using SendToNear = std::function<void(ToNear)>;

}  // namespace rspbridge::proxy::link
