// The messages between the proxy and clients of the shared view (docs/view.md). Sans-IO.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "memmap/address.hpp"
#include "memmap/view_wire.h"

namespace rspbridge::memmap::view {

/// What a message of the view may carry at most, in bytes.
constexpr std::size_t max_message = RSPBRIDGE_WIRE_MESSAGE_MAX;

/// The first message of a connection, from the server; the view's descriptor comes with it (SCM_RIGHTS).
struct Hello {
  std::uint32_t version = RSPBRIDGE_WIRE_VERSION;
  std::uint32_t page_size = 0;  ///< bytes; a power of two of at least 4,096
  std::uint64_t stop_id = 0;
  bool running = false;
  std::string session;  ///< at most RSPBRIDGE_WIRE_SESSION_MAX bytes
  bool operator==(const Hello&) const = default;
};

/// The answer to Ensure: what of the requested range, and of what follows it, is populated at `stop_id`. The
/// ranges are of whole pages, ascending, not overlapping, not empty.
struct Ok {
  std::uint32_t id = 0;  ///< of the request
  std::uint64_t stop_id = 0;
  std::vector<AddressRange> populated;
  bool operator==(const Ok&) const = default;
};

enum class FailureCode : std::uint32_t {
  unreadable = RSPBRIDGE_WIRE_UNREADABLE,
  running = RSPBRIDGE_WIRE_RUNNING,
  full = RSPBRIDGE_WIRE_FULL,
  link = RSPBRIDGE_WIRE_LINK,
  refused = RSPBRIDGE_WIRE_REFUSED,
};

/// The answer to a request that can't be served. `range`: what it is about; empty if nothing in particular.
struct Failure {
  std::uint32_t id = 0;
  FailureCode code = FailureCode::refused;
  AddressRange range;
  std::string sentence;  ///< for people; at most RSPBRIDGE_WIRE_SENTENCE_MAX bytes
  bool operator==(const Failure&) const = default;
};

/// The answer to VmasRequest. With it comes a read-only descriptor of a file that holds them as
/// /proc/PID/maps does.
struct VmasReply {
  std::uint32_t id = 0;
  std::uint64_t stop_id = 0;
  std::uint64_t size = 0;  ///< of the text, in bytes
  bool operator==(const VmasReply&) const = default;
};

/// The target stopped or resumed. From the server, whenever it happens.
struct State {
  std::uint64_t stop_id = 0;
  bool running = false;
  bool operator==(const State&) const = default;
};

/// Asks that [address, address + length) be populated. `ahead`: how many bytes behind it are worth having,
/// too; those never make it fail.
struct Ensure {
  std::uint32_t id = 0;
  std::uint64_t address = 0, length = 0, ahead = 0;
  bool wait = false;  ///< for the next stop, if the target runs
  bool operator==(const Ensure&) const = default;
};

/// Asks for the target's VMAs.
struct VmasRequest {
  std::uint32_t id = 0;
  bool operator==(const VmasRequest&) const = default;
};

using ServerMessage = std::variant<Hello, Ok, Failure, VmasReply, State>;
using ClientMessage = std::variant<Ensure, VmasRequest>;

/// The bytes of one message, at most max_message. Texts that are too long are cut, and of too many ranges the
/// first ones stay.
std::string encode(const ServerMessage& message);
std::string encode(const ClientMessage& message);

/// Nothing unless `bytes` is exactly one valid message of that side. Who sends another one is to be cut off.
std::optional<ServerMessage> decode_server(std::string_view bytes);
std::optional<ClientMessage> decode_client(std::string_view bytes);

}  // namespace rspbridge::memmap::view
