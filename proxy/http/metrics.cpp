#include "proxy/http/metrics.hpp"

namespace rspbridge::proxy::http {
namespace {

void describe(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value) {
  describe(out, name, type, help);
  out.append(name).append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace

std::string Metrics::text(const inspect::State& state) const {
  std::string out;
  describe(out, "rspbridge_http_requests_total", "counter", "Requests by route and status.");
  for (const auto& [key, count] : answers_) {
    out.append("rspbridge_http_requests_total{route=\"").append(key.first).append("\",status=\"");
    out.append(std::to_string(key.second)).append("\"} ").append(std::to_string(count)).append("\n");
  }
  single(out, "rspbridge_http_refused_connections_total", "counter", "Connections of other users.",
         refusals_);
  single(out, "rspbridge_http_sent_bytes_total", "counter", "Bytes of bodies, without headers.", bytes_);
  single(out, "rspbridge_http_event_streams", "gauge", "Open streams of events.", open_streams);
  single(out, "rspbridge_stop_id", "gauge", "The last stop.", state.stop_id);
  single(out, "rspbridge_target_running", "gauge", "1 while the target runs.", state.running ? 1 : 0);
  single(out, "rspbridge_link_silent", "gauge", "1 while the target's machine gives no sign of life.",
         state.link_silent ? 1 : 0);
  return out;
}

}  // namespace rspbridge::proxy::http
