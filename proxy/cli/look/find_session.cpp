#include "proxy/cli/look/find_session.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include <spdlog/spdlog.h>

#include "proxy/cli/errors.hpp"
#include "proxy/registry/session_folder.hpp"
#include "proxy/registry/sessions.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

constexpr const char* how_to_start =
    "Start one: rspbridge exec TARGET -- PROGRAM, or rspbridge attach TARGET PID.";

std::string list_of(const std::vector<const registry::Ready*>& sessions) {
  std::string text;
  for (const auto* session : sessions) {
    text += "\n  " + session->session + "  " + session->target;
    if (session->target_pid) text += ", pid " + std::to_string(*session->target_pid);
    text += ", " + what_runs(*session);
  }
  return text;
}

registry::Ready read_ready_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) throw Failure(exit_connection, "--session: '" + path + "' can't be read");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto ready = registry::parse_ready(text);
  if (!ready) throw Failure(exit_failed, "--session: '" + path + "' is no ready file: " + ready.error());
  return *std::move(ready);
}

HttpAddress address_of(const registry::Ready& session) {
  if (session.http) return {*session.http, session.http_token_file};
  throw Failure(exit_failed, "session " + session.session +
                                 " serves no HTTP: it was started with --http off, or its log says why");
}

bool listens_at(const registry::Ready& session, std::string_view where) {
  return std::find(session.rsp.begin(), session.rsp.end(), where) != session.rsp.end();
}

}  // namespace

std::vector<registry::Ready> running_sessions() {
  try {
    const auto folder = registry::find_session_folder();
    if (!folder) return {};
    auto listing = registry::list_sessions(*folder);
    for (const std::string& problem : listing.problems) spdlog::warn("{}", problem);
    return std::move(listing.sessions);
  } catch (const std::system_error& error) {
    throw Failure(exit_failed, error.what());
  }
}

std::string what_runs(const registry::Ready& session) {
  if (session.program.empty()) return session.verb;
  std::string text;
  for (const std::string& word : session.program) text += (text.empty() ? "" : " ") + word;
  return text;
}

bool has_session(const std::vector<registry::Ready>& sessions, std::string_view wanted) {
  return std::any_of(sessions.begin(), sessions.end(), [wanted](const registry::Ready& session) {
    return session.session.starts_with(wanted) || listens_at(session, wanted);
  });
}

const registry::Ready& choose_session(const std::vector<registry::Ready>& sessions, std::string_view wanted) {
  std::vector<const registry::Ready*> found;
  for (const auto& session : sessions) {
    if (!wanted.empty() && (session.session == wanted || listens_at(session, wanted))) return session;
    if (session.session.starts_with(wanted)) found.push_back(&session);
  }
  if (found.size() == 1) return *found.front();
  if (sessions.empty())
    throw Failure(exit_connection,
                  std::string("there is no session of yours on this machine. ") + how_to_start);
  if (found.empty()) {
    for (const auto& session : sessions) found.push_back(&session);
    throw Failure(exit_connection,
                  "no session's ID begins with '" + std::string(wanted) + "'. There is:" + list_of(found));
  }
  throw Failure(exit_usage, "there are several sessions" +
                                (wanted.empty() ? std::string() : " that begin so") +
                                ": choose one with --session ID." + list_of(found));
}

HttpAddress session_address(const std::string& wanted) {
  if (wanted.find("://") != std::string::npos) return {wanted, {}};
  if (wanted.find('/') != std::string::npos || wanted.ends_with(".json"))
    return address_of(read_ready_file(wanted));
  return address_of(choose_session(running_sessions(), wanted));
}

}  // namespace rspbridge::proxy::cli::look
