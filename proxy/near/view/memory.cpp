// Memory and breakpoints in the x86_64 view: an amd64 GDB doesn't know of tags in addresses, nor that
// instructions have four bytes.
#include <optional>
#include <string>
#include <string_view>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t instruction_bytes = 4;

// `m`, `M`, `x` and `X` all have their address between the first character and the comma.
std::string with_plain_address(const std::string& request) {
  const auto comma = request.find(',');
  const auto address = comma == std::string::npos
                           ? std::nullopt
                           : rsp::parse_hex(std::string_view(request).substr(1, comma - 1));
  if (!address || untagged(*address) == *address) return request;
  return request.front() + rsp::format_hex(untagged(*address)) + request.substr(comma);
}

}  // namespace

// GDB takes a byte C3 at pc for amd64's `ret`, and then believes that the frame is gone already. It asks
// for that one byte. An error makes it believe nothing, and is no wrong value for a user who asks.
Task<std::string> view_read_memory(View& view, const PacketRow& row, std::string request) {
  constexpr char ret = '\xc3';
  std::string plain = with_plain_address(request);
  const auto read = rsp::parse_memory_read(plain);
  auto asked = view.client().pass(row, std::move(plain));
  std::string reply = co_await asked;
  if (read) {
    auto serving = view.vdso().served(*read, std::move(reply));
    reply = co_await serving;
  }
  if (!read || read->length != 1 || read->address % instruction_bytes != 0) co_return reply;
  const auto bytes = rsp::parse_memory_reply(*read, reply);
  if (!bytes || bytes->size() != 1 || bytes->front() != ret) co_return reply;
  auto reading = view.registers().number("pc");
  const auto pc = co_await reading;
  if (pc == read->address) reply = "E01";
  co_return reply;
}

Task<std::string> view_write_memory(View& view, const PacketRow& row, std::string request) {
  std::string plain = with_plain_address(request);
  view.calls().note_write(plain);
  auto asked = view.client().pass(row, std::move(plain));
  std::string reply = co_await asked;
  co_return reply;
}

namespace {

bool is_watch(rsp::BreakpointType type) {
  return type != rsp::BreakpointType::software && type != rsp::BreakpointType::hardware;
}

}  // namespace

Task<std::string> view_breakpoint(View& view, const PacketRow& row, std::string request) {
  auto breakpoint = rsp::parse_breakpoint(request);
  if (!breakpoint) {
    auto asked = view.client().pass(row, std::move(request));
    std::string reply = co_await asked;
    co_return reply;
  }
  rsp::BreakpointKey& key = breakpoint->key;
  const std::uint64_t as_written = key.address;
  key.address = untagged(key.address);
  if (is_watch(key.type)) {
    if (view.client().non_stop() && breakpoint->insert) {
      view.client().warn("hardware watchpoints aren't supported in the x86_64 view in non-stop mode");
      co_return "E.rspbridge: no hardware watchpoints in the x86_64 view in non-stop mode";
    }
  } else {
    if (key.address % instruction_bytes != 0) {
      std::string reply = view.calls().dummy_breakpoint(*breakpoint);
      co_return reply;
    }
    key.kind = instruction_bytes;
  }
  auto asked = view.client().pass(row, rsp::format_breakpoint(*breakpoint));
  std::string reply = co_await asked;
  if (reply != "OK") co_return reply;
  if (breakpoint->insert) {
    view.breakpoints[view.client().general_process()].insert(key);
    if (is_watch(key.type)) view.watched_as[key.address] = as_written;
  } else {
    view.breakpoints[view.client().general_process()].erase(key);
    if (is_watch(key.type)) view.watched_as.erase(key.address);
  }
  co_return reply;
}

}  // namespace rspbridge::proxy::near
