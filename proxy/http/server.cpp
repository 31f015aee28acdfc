// All that knows RESTinio.
#include "proxy/http/server.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <restinio/all.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/listening.hpp"
#include "proxy/http/serving.hpp"
#include "proxy/http/tracked_socket.hpp"
#include "transport/socket_address.hpp"
#include "transport/tcp_peer.hpp"

namespace rspbridge::proxy::http {
namespace {

using asio::ip::tcp;

// Two, so that the end of a connection is seen while a request of it is served.
constexpr std::size_t kPipelinedRequests = 2;
// A handler may have to wait for a slow link; between events there is a heartbeat.
constexpr std::chrono::minutes kHandlingTimeout{2};
constexpr std::size_t kMostTarget = 8192, kMostHeader = 8192, kMostHeaders = 100, kMostBody = 65536;

class PeerCheck {
 public:
  explicit PeerCheck(std::function<bool(const tcp::endpoint&)> admits) : admits_(std::move(admits)) {}
  restinio::ip_blocker::inspection_result_t inspect(
      const restinio::ip_blocker::incoming_info_t& info) const noexcept {
    try {
      if (admits_(info.remote_endpoint())) return restinio::ip_blocker::allow();
    } catch (const std::exception& error) {
      spdlog::warn("HTTP: refused a connection: {}", error.what());
    }
    return restinio::ip_blocker::deny();
  }

 private:
  std::function<bool(const tcp::endpoint&)> admits_;
};

class CloseListener {
 public:
  explicit CloseListener(std::function<void(ConnectionId)> closed) : closed_(std::move(closed)) {}
  void state_changed(const restinio::connection_state::notice_t& notice) const noexcept {
    const auto cause = notice.cause();
    if (restinio::holds_alternative<restinio::connection_state::closed_t>(cause))
      closed_(notice.connection_id());
  }

 private:
  std::function<void(ConnectionId)> closed_;
};

struct Traits
    : restinio::traits_t<restinio::asio_timer_manager_t, restinio::null_logger_t,
                         restinio::default_request_handler_t, restinio::noop_strand_t, TrackedSocket> {
  using ip_blocker_t = PeerCheck;
  using connection_state_listener_t = CloseListener;
  static constexpr bool use_connection_count_limiter = true;
};

using PlainResponse = restinio::response_builder_t<restinio::user_controlled_output_t>;
using ChunkedResponse = restinio::response_builder_t<restinio::chunked_output_t>;

Request request_of(const restinio::request_t& from) {
  const auto& headers = from.header();
  const auto value = [&](restinio::http_field_t name) -> std::optional<std::string> {
    std::optional<std::string> only;
    headers.for_each_value_of(name, [&](restinio::string_view_t text) {
      only =
          only ? std::string() : std::string(text.data(), text.size());  // several of them are none of ours
      return restinio::http_header_fields_t::continue_enumeration();
    });
    return only;
  };
  return {.method = headers.method().c_str(),
          .target = headers.request_target(),
          .host = value(restinio::http_field_t::host),
          .origin = value(restinio::http_field_t::origin),
          .authorization = value(restinio::http_field_t::authorization),
          .range = value(restinio::http_field_t::range),
          .if_range = value(restinio::http_field_t::if_range),
          .if_none_match = value(restinio::http_field_t::if_none_match)};
}

template <class Output>
auto response_to(restinio::request_t& request, Answer head) {
  auto response =
      request.create_response<Output>({restinio::http_status_code_t{static_cast<std::uint16_t>(head.status)},
                                       std::string(reason_phrase(head.status))});
  response.append_header("Stop-Id", std::to_string(head.stop_id));
  response.append_header(restinio::http_field_t::content_type, std::move(head.content_type));
  response.append_header(restinio::http_field_t::cache_control, "no-cache");
  response.append_header("X-Content-Type-Options", "nosniff");
  for (auto& [name, value] : head.headers) response.append_header(std::move(name), std::move(value));
  return response;
}

class StreamSink final : public EventSink {
 public:
  StreamSink(ChunkedResponse response, std::function<void()> cut)
      : response_(std::move(response)), cut_(std::move(cut)) {}

  void send(Text text, std::function<void(bool)> sent) override {
    response_.append_chunk(std::move(text));
    response_.flush([sent = std::move(sent)](const asio::error_code& error) { sent(!error); });
  }
  void finish() override { response_.done(); }
  void cut() override { cut_(); }

 private:
  ChunkedResponse response_;
  std::function<void()> cut_;
};

class RestinioResponder final : public Responder {
 public:
  RestinioResponder(restinio::request_handle_t request, asio::any_io_executor executor,
                    std::function<void()> cut)
      : request_(std::move(request)), executor_(std::move(executor)), cut_(std::move(cut)) {}

  ConnectionId connection() const override { return request_->connection_id(); }

  void send(Answer head, Text body) override {
    auto response = response_to<restinio::restinio_controlled_output_t>(*request_, std::move(head));
    response.set_body(std::move(body));
    response.done();
  }
  void send_head(Answer head, std::uint64_t length) override {
    begin(std::move(head), length);
    response_->done();
  }
  void begin(Answer head, std::uint64_t length) override {
    response_.emplace(response_to<restinio::user_controlled_output_t>(*request_, std::move(head)));
    response_->set_content_length(length);
  }
  asio::awaitable<bool> send_piece(std::string piece) override {
    const auto sent = std::make_shared<Sent>(executor_);
    response_->append_body(std::move(piece));
    // RESTinio tells of each piece, at the latest when the connection ends.
    response_->flush([sent](const asio::error_code& error) {
      sent->ok = !error;
      sent->timer.cancel();
    });
    std::error_code woken;
    if (!sent->ok) co_await sent->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return sent->ok.value_or(false);
  }
  void end() override { response_->done(); }
  void cut() override { cut_(); }
  std::shared_ptr<EventSink> open_stream(Answer head) override {
    return std::make_shared<StreamSink>(response_to<restinio::chunked_output_t>(*request_, std::move(head)),
                                        cut_);
  }

 private:
  // Whether a piece was sent; the timer never expires.
  struct Sent {
    explicit Sent(const asio::any_io_executor& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
    std::optional<bool> ok;
  };

  restinio::request_handle_t request_;
  asio::any_io_executor executor_;
  std::function<void()> cut_;
  std::optional<PlainResponse> response_;
};

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
  const auto token = trimmed(settings.token);
  const auto address = listening_address(settings.host, !token.empty());
  const auto limits = connection_limits(settings.max_streams, raise_open_files());
  serving_ = std::make_shared<Serving>(
      io_.get_executor(), Context{inspection, settings.session, settings.version, limits.streams},
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
  made.max_pipelined_requests(kPipelinedRequests).max_parallel_connections(connections);
  made.read_next_http_message_timelimit(settings.request_timeout);
  made.write_http_response_timelimit(settings.write_timeout).handle_request_timeout(kHandlingTimeout);
  made.incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                    .max_url_size(kMostTarget)
                                    .max_field_name_size(kMostHeader)
                                    .max_field_value_size(kMostHeader)
                                    .max_field_count(kMostHeaders)
                                    .max_body_size(kMostBody));
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
