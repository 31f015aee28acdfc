// The HTTP endpoint of a session.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "proxy/http/events.hpp"
#include "proxy/http/pprof.hpp"
#include "proxy/inspect/control.hpp"
#include "proxy/inspect/inspection.hpp"
#include "proxy/recorder.hpp"
#include "proxy/triage/file_source.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::http {

/// Serves the route table (routes.hpp) on the session's own loop.
class Server {
 public:
  struct Settings {
    std::string host = "127.0.0.1";  ///< an address, or "localhost"
    std::uint16_t port = 40000;      ///< 0 picks one
    /// Demanded of every request if it isn't empty. Needed for any host but loopback. Blanks and line ends
    /// around it, as a file may have them, don't count.
    std::string token;
    std::string session, version;
    const Recorder* recorder = nullptr;  ///< of /debug/packets; outlives what is served. Null: there is none
    Pprof pprof{};                       ///< of /debug/pprof
    triage::Program program{};           ///< as far as it is known what is debugged
    triage::Reached reached{};           ///< how; `how` and `session_name` are set here
    triage::FileSource* image_files =
        nullptr;                          ///< of crash reports; outlives what is served. Null: there are none
    inspect::Control* control = nullptr;  ///< outlives what is served. Null: the target is only looked at
    std::size_t max_streams = 1024;       ///< of events; less if descriptors are short
    std::chrono::seconds request_timeout{30}, write_timeout{30};  ///< for a slow client
    std::chrono::milliseconds heartbeat = EventHub::heartbeat;
    /// Who is at the other end of a loopback connection (transport::find_peer); replaced by tests.
    std::function<std::optional<uid_t>(const asio::ip::tcp::endpoint& peer,
                                       const asio::ip::tcp::endpoint& ours)>
        peer_user;
  };

  /// Listens from the return on. Raises the process's soft limit of open files to the hard one. Throws
  /// std::runtime_error or std::invalid_argument with a sentence if it can't listen there, or mustn't.
  /// `inspection` outlives stop() and every answer that it still owes.
  static std::unique_ptr<Server> start(asio::io_context& context, Settings settings,
                                       inspect::Inspection& inspection);
  ~Server();

  /// "http://127.0.0.1:40000", with the port that was picked.
  std::string url() const;
  /// Closes the port and all connections; on the loop's thread, as is the destructor, which does the same.
  /// May be called twice. RESTinio is done with the connections only after the loop has run once more.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rspbridge::proxy::http
