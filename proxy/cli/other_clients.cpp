#include "proxy/cli/other_clients.hpp"

#include <stdexcept>
#include <system_error>

#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/registry/session_folder.hpp"

namespace rspbridge::proxy::cli {

OtherClients::OtherClients(const asio::any_io_executor& executor, const Options& options, Session& session,
                           const Services& services) {
  make_inspector(executor, options, session);
  if (!inspector_) return;
  share_memory(executor, services.session);
  if (!options.no_http) serve_http(executor, options, services, options.http_control ? &session : nullptr);
}

// What both are about is in the shared view.
void OtherClients::make_inspector(const asio::any_io_executor& executor, const Options& options,
                                  Session& session) {
  try {
    inspector_ = std::make_unique<inspect::Inspector>(executor, session);
  } catch (const std::system_error& error) {
    if (options.http) throw Failure(exit_failed, std::string("--http: ") + error.what());
    spdlog::warn("the target's memory isn't shared with other programs{}: {}",
                 options.no_http ? "" : ", and nothing is served over HTTP", error.what());
  }
}

void OtherClients::share_memory(const asio::any_io_executor& executor, const std::string& session_name) {
  try {
    view_ = std::make_unique<inspect::ViewServer>(executor, *inspector_, session_name,
                                                  registry::make_session_folder());
  } catch (const std::system_error& error) {
    spdlog::warn("the target's memory isn't shared with other programs: {}", error.what());
  }
}

// An unasked default that is taken becomes a free port.
void OtherClients::serve_http(const asio::any_io_executor& executor, const Options& options,
                              const Services& services, inspect::Control* control) {
  auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
  http::Server::Settings settings;
  settings.port = default_http_port;
  settings.token = options.http_token;
  settings.session = services.session;
  settings.recorder = services.recorder;
  settings.pprof = services.pprof;
  settings.image_files = services.image_files;
  settings.reached = services.reached;
  settings.program.arguments = options.program;
  if (!options.program.empty()) settings.program.path = options.program.front();
  settings.control = control;
  settings.version = RSPBRIDGE_VERSION;
  if (options.http) {
    settings.host = options.http->host;
    settings.port = options.http->port;
  }
  try {
    http_ = http::Server::start(context, settings, *inspector_);
  } catch (const std::exception& error) {
    if (options.http) throw Failure(exit_failed, std::string("--http: ") + error.what());
    spdlog::debug("HTTP: {}", error.what());
    settings.port = 0;
    try {
      http_ = http::Server::start(context, settings, *inspector_);
      spdlog::info("HTTP: port {} is taken, so it is at {}", default_http_port, http_->url());
    } catch (const std::exception& any_port) {
      spdlog::warn("nothing is served over HTTP: {}", any_port.what());
    }
  }
}

std::optional<std::string> OtherClients::http_url() const {
  return http_ ? std::optional(http_->url()) : std::nullopt;
}

std::optional<std::string> OtherClients::view_path() const {
  return view_ ? std::optional(view_->path().string()) : std::nullopt;
}

asio::awaitable<void> OtherClients::close() {
  view_.reset();
  if (http_) http_->stop();
  if (inspector_) co_await inspector_->finish();
}

}  // namespace rspbridge::proxy::cli
