#include "proxy/link/target_state.hpp"

#include "rsp/escape.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::link {

bool TargetState::answered(std::string_view request, Answer answer, const std::string& reply) {
  const bool good = std::string_view(reply) == "OK";
  if (request.starts_with("qSupported")) {
    const auto features = rsp::Features::parse(reply);
    packet_size_ = features.packet_size();
    quirks_ = recognise_stub(features).quirks;
  } else if (request == "k" || ((request.starts_with('D') || request.starts_with("vKill")) && good))
    process_left(request);
  else if (request.starts_with("QNonStop:") && good)
    non_stop_ = request == "QNonStop:1";
  else if (request.starts_with("Hg") && good)
    general_thread_ = rsp::parse_thread_id(request.substr(2));
  else if (answer == Answer::stop || answer == Answer::status)
    return stopped(reply);
  return false;
}

// `D;PID` and `vKill;PID` name a process; without a PID it is the only one. Whether others are left isn't
// known.
void TargetState::process_left(std::string_view request) {
  nothing_left_ = true;
  const auto semicolon = request.find(';');
  const auto pid =
      semicolon == std::string_view::npos ? std::nullopt : rsp::parse_hex(request.substr(semicolon + 1));
  for (auto* thread : {&stopped_thread_, &general_thread_})
    if (*thread && (!pid || (*thread)->pid.value_or(0) == static_cast<std::int64_t>(*pid))) thread->reset();
}

void TargetState::notified(std::string_view payload) {
  if (payload.starts_with("Stop:")) stopped(std::string(payload.substr(5)));
}

bool TargetState::stopped(const std::string& reply) {
  if (reply.empty() || std::string_view("TSWX").find(reply.front()) == std::string_view::npos) return false;
  const auto stop = rsp::parse_stop_reply(reply);
  if (!stop) return false;
  ++stop_;
  stop_reply_ = reply;
  stopped_thread_ = stop->thread;
  if (stop->thread && !non_stop_) general_thread_ = stop->thread;  // selected from now on
  nothing_left_ = stop->kind == rsp::StopReply::Kind::exited || stop->kind == rsp::StopReply::Kind::signalled;
  return true;
}

std::optional<std::int64_t> TargetState::current_process() const {
  const auto number = [](const std::optional<rsp::ThreadId>& id) -> std::optional<std::int64_t> {
    if (id && id->pid && *id->pid > 0) return *id->pid;
    return id && id->tid > 0 && !id->pid ? std::optional(id->tid) : std::nullopt;
  };
  const auto selected = number(general_thread_);
  return selected ? selected : number(stopped_thread_);
}

}  // namespace rspbridge::proxy::link
