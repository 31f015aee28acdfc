#include "proxy/near/view/view.hpp"

#include <utility>

#include "proxy/near/client.hpp"
#include "proxy/near/view/stops.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {

std::string_view to_string(ViewKind kind) {
  switch (kind) {
    case ViewKind::native:
      return "native";
    case ViewKind::core:
      return "core";
    case ViewKind::x86_64:
      return "x86_64";
    case ViewKind::file:
      return "file";
  }
  return "?";
}

View::View(Client& client, ViewSettings settings)
    : client_(client),
      settings_(std::move(settings)),
      registers_(client, settings_),
      files_(client, settings_),
      vdso_(client, settings_),
      calls_(*this) {}

ViewHandler View::handler(const PacketRow& row) const {
  switch (row.scope) {
    case ViewScope::none:
      return nullptr;
    case ViewScope::always:
      return row.in_view;
    case ViewScope::registers:
      return is_native() ? nullptr : row.in_view;
    case ViewScope::x86_64:
      return is_x86_64() ? row.in_view : nullptr;
    case ViewScope::files:
      return settings_.symbols ? row.in_view : nullptr;
  }
  return nullptr;
}

std::string View::on_notification(const std::string& payload) {
  constexpr std::string_view stop = "Stop:";
  if (is_native() || !payload.starts_with(stop)) return payload;
  registers_.outdate_values();
  const std::string reply = payload.substr(stop.size());
  return std::string(stop) + rewrite_stop_at_once(*this, rsp::expand_runs(reply).value_or(reply));
}

}  // namespace rspbridge::proxy::near
