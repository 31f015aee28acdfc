// All that knows RESTinio, with restinio_parts.hpp.
#include "proxy/http/server.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include "proxy/http/listening.hpp"
#include "proxy/http/restinio_parts.hpp"
#include "proxy/http/serving.hpp"
#include "proxy/http/tracked_socket.hpp"
#include "rsp/text.hpp"
#include "transport/socket_address.hpp"
#include "transport/tcp_peer.hpp"

namespace rspbridge::proxy::http {
namespace {

using asio::ip::tcp;

// Two, so that the end of a connection is seen while a request of it is served.
constexpr std::size_t pipelined_requests = 2;
// A handler may have to wait for a slow link; between events there is a heartbeat.
constexpr std::chrono::minutes handling_timeout{2};
constexpr std::size_t most_target = 8192, most_header = 8192, most_headers = 100, most_body = 65536;

std::runtime_error cannot_listen(const tcp::endpoint& where, const std::error_code& why) {
  const auto sentence = "HTTP can't be served at " + transport::to_string(where) + ": ";
  if (why != asio::error::address_in_use) return std::runtime_error(sentence + why.message() + ".");
  return std::runtime_error(sentence + "the port is taken; name another one with --http.");
}

}  // namespace

class Server::Impl {
 public:
  Impl(asio::io_context& context, Settings settings, inspect::Inspection& inspection);
  std::string url() const { return "http://" + transport::to_string(ours_); }
  void stop();

 private:
  using RestinioServer = restinio::http_server_t<Traits>;
  restinio::server_settings_t<Traits> server_settings(const asio::ip::address& address,
                                                      const Settings& settings, std::size_t connections);
  bool admits(const tcp::endpoint& peer) const;

  asio::io_context& io_;
  std::function<std::optional<uid_t>(const tcp::endpoint&, const tcp::endpoint&)> peer_user_;
  tcp::endpoint ours_;
  std::shared_ptr<Serving> serving_;
  std::unique_ptr<RestinioServer> http_;
};

Server::Impl::Impl(asio::io_context& context, Settings settings, inspect::Inspection& inspection)
    : io_(context), peer_user_(std::move(settings.peer_user)) {
  if (!peer_user_)
    peer_user_ = [](const tcp::endpoint& peer, const tcp::endpoint& ours) {
      const auto found = transport::find_peer(peer, ours);
      return found ? std::optional(found->uid) : std::nullopt;
    };
  const std::string token(rsp::trim(settings.token));
  const auto address = listening_address(settings.host, !token.empty());
  const auto limits = connection_limits(settings.max_streams, raise_open_files());
  Context shared{inspection,     settings.session,  settings.version,
                 limits.streams, settings.recorder, std::move(settings.pprof)};
  shared.program = std::move(settings.program);
  shared.reached = std::move(settings.reached);
  shared.reached.how = "session";
  shared.reached.session_name = settings.session;
  if (settings.image_files)
    shared.findings = std::make_shared<StopFindings>(io_.get_executor(), inspection, *settings.image_files,
                                                     shared.program, shared.reached);
  shared.control = settings.control;
  serving_ = std::make_shared<Serving>(io_.get_executor(), std::move(shared),
                                       Guard{.loopback = address.is_loopback(), .token = token});
  http_ = std::make_unique<RestinioServer>(restinio::external_io_context(io_),
                                           server_settings(address, settings, limits.connections));
  try {
    http_->open_sync();
  } catch (const std::system_error& error) {
    throw cannot_listen({address, settings.port}, error.code());
  }
  serving_->open(ours_.port(), settings.heartbeat);
}

restinio::server_settings_t<Traits> Server::Impl::server_settings(const asio::ip::address& address,
                                                                  const Settings& settings,
                                                                  std::size_t connections) {
  restinio::server_settings_t<Traits> made;
  made.address(address).port(settings.port).protocol(address.is_v6() ? tcp::v6() : tcp::v4());
  made.max_pipelined_requests(pipelined_requests).max_parallel_connections(connections);
  made.read_next_http_message_timelimit(settings.request_timeout);
  made.write_http_response_timelimit(settings.write_timeout).handle_request_timeout(handling_timeout);
  made.incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                    .max_url_size(most_target)
                                    .max_field_name_size(most_header)
                                    .max_field_value_size(most_header)
                                    .max_field_count(most_headers)
                                    .max_body_size(most_body));
  made.acceptor_post_bind_hook([this](tcp::acceptor& acceptor) { ours_ = acceptor.local_endpoint(); });
  // What RESTinio holds may outlive this, which closes `serving` first.
  const std::weak_ptr<Serving> serving = serving_;
  made.ip_blocker(std::make_shared<PeerCheck>([serving, this](const tcp::endpoint& peer) {
    const auto self = serving.lock();
    return self && !self->is_closed() && admits(peer);
  }));
  made.connection_state_listener(std::make_shared<CloseListener>([serving](ConnectionId id) {
    if (const auto self = serving.lock()) self->connection_closed(id);
  }));
  made.request_handler([serving, this](restinio::request_handle_t request) {
    const auto self = serving.lock();
    if (!self || self->is_closed()) return restinio::request_rejected();
    auto cut = [&io = io_, ours = ours_, peer = request->remote_endpoint()] {
      asio::use_service<OpenSockets>(io).shut_down(ours, peer);
    };
    auto parsed = request_of(*request);
    self->serve(std::move(parsed),
                std::make_unique<RestinioResponder>(std::move(request), io_.get_executor(), std::move(cut)));
    return restinio::request_accepted();
  });
  return made;
}

bool Server::Impl::admits(const tcp::endpoint& peer) const {
  if (!ours_.address().is_loopback()) return true;
  return serving_->admits(peer_user_(peer, ours_), transport::to_string(peer));
}

void Server::Impl::stop() {
  serving_->close();
  http_->close_sync();
  asio::use_service<OpenSockets>(io_).shut_down_all(ours_);
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  stop();
}

std::unique_ptr<Server> Server::start(asio::io_context& context, Settings settings,
                                      inspect::Inspection& inspection) {
  return std::unique_ptr<Server>(
      new Server(std::make_unique<Impl>(context, std::move(settings), inspection)));
}

std::string Server::url() const {
  return impl_->url();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace rspbridge::proxy::http
