#include "proxy/cli/listening.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include <spdlog/spdlog.h>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/find_session.hpp"
#include "proxy/cli/options.hpp"
#include "proxy/launch/target_spec.hpp"

namespace rspbridge::proxy::cli {
namespace {

// "; it is that of session 12-ab (./app on board)", if it is one of this user's.
std::string owner_of(const std::string& endpoint) {
  for (const registry::Ready& session : look::running_sessions())
    if (std::find(session.rsp.begin(), session.rsp.end(), endpoint) != session.rsp.end())
      return ": session " + session.session + " (" + look::what_runs(session) + " on " + session.target +
             ") listens there, which `rspbridge stop --session " + session.session + "` ends";
  return {};
}

std::string advice(const std::string& where, const std::error_code& error) {
  if (error != std::errc::address_in_use) return {};
  if (where.starts_with("unix:")) return owner_of(where) + ". Choose another path";
  const auto address = launch::parse_host_port(where, default_listen_host);
  const std::string owner =
      address ? owner_of(address->host + ":" + std::to_string(address->port)) : std::string();
  return owner + ". Choose another port, or 0 for any free one";
}

transport::ListenerPtr listen_on(const asio::any_io_executor& executor, const std::string& where) {
  try {
    if (where.starts_with("unix:")) return transport::listen_unix(executor, where.substr(5));
    auto address = launch::parse_host_port(where, default_listen_host);
    if (!address) throw Failure(exit_usage, "--listen: " + address.error());
    return transport::listen_tcp(executor, address->host, address->port);
  } catch (const std::invalid_argument& error) {
    throw Failure(exit_usage, "--listen " + where + ": " + error.what());
  } catch (const std::system_error& error) {
    throw Failure(exit_failed,
                  "cannot listen on " + where + ": " + error.code().message() + advice(where, error.code()));
  }
}

}  // namespace

std::vector<transport::ListenerPtr> listen_for_gdb(const asio::any_io_executor& executor,
                                                   const std::vector<std::string>& wanted) {
  std::vector<transport::ListenerPtr> listeners;
  for (const std::string& where : wanted) listeners.push_back(listen_on(executor, where));
  if (!listeners.empty()) return listeners;
  try {
    listeners.push_back(transport::listen_tcp(executor, default_listen_host, default_listen_port));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::address_in_use)
      throw Failure(exit_failed, std::string("cannot listen: ") + error.what());
    listeners.push_back(transport::listen_tcp(executor, default_listen_host, 0));
    spdlog::info("port {} is taken; listening on {} instead", default_listen_port,
                 listeners.back()->endpoint());
  }
  return listeners;
}

std::string as_gdb_argument(const std::string& endpoint) {
  constexpr std::string_view local = "127.0.0.1:";
  if (endpoint.starts_with("unix:")) return endpoint.substr(5);
  return endpoint.starts_with(local) ? endpoint.substr(local.size() - 1) : endpoint;
}

}  // namespace rspbridge::proxy::cli
