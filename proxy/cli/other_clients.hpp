// Who looks at the target besides GDB: programs that map its memory, and HTTP.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "proxy/cli/options.hpp"
#include "proxy/http/server.hpp"
#include "proxy/inspect/inspector.hpp"
#include "proxy/inspect/view_server.hpp"
#include "proxy/session/session.hpp"

namespace rspbridge::proxy::cli {

/// The services of one session, which must outlive this.
class OtherClients {
 public:
  /// What they are told about besides the target.
  struct Services {
    std::string session;                 ///< its name
    const Recorder* recorder = nullptr;  ///< outlives the services
    http::Pprof pprof;
    triage::FileSource* image_files = nullptr;  ///< outlives the services; null: there are no crash reports
    triage::Reached reached{};                  ///< how the target is reached
  };

  /// Opens what can be opened; the session goes on without the rest, which is said in the log. Throws Failure
  /// if HTTP was asked for where it can't be served.
  OtherClients(const asio::any_io_executor& executor, const Options& options, Session& session,
               const Services& services);

  /// Where HTTP is served, and the view's socket; nothing if they aren't.
  std::optional<std::string> http_url() const;
  std::optional<std::string> view_path() const;

  /// Cuts everybody off, once the session is over.
  asio::awaitable<void> close();

 private:
  void make_inspector(const asio::any_io_executor& executor, const Options& options, Session& session);
  void share_memory(const asio::any_io_executor& executor, const std::string& session_name);
  /// `control` is null where the target is only looked at.
  void serve_http(const asio::any_io_executor& executor, const Options& options, const Services& services,
                  inspect::Control* control);

  std::unique_ptr<inspect::Inspector> inspector_;
  std::unique_ptr<inspect::ViewServer> view_;
  std::unique_ptr<http::Server> http_;
};

}  // namespace rspbridge::proxy::cli
