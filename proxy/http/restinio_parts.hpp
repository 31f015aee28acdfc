// RESTinio's ends of a connection. Only server.cpp includes this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <restinio/all.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/serving.hpp"
#include "proxy/http/tracked_socket.hpp"

namespace rspbridge::proxy::http {

/// Asked before a connection is looked at.
class PeerCheck {
 public:
  explicit PeerCheck(std::function<bool(const asio::ip::tcp::endpoint&)> admits)
      : admits_(std::move(admits)) {}
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
  std::function<bool(const asio::ip::tcp::endpoint&)> admits_;
};

/// Tells when a connection has ended.
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

/// One thread; sockets that can be shut down; a limit of connections.
struct Traits
    : restinio::traits_t<restinio::asio_timer_manager_t, restinio::null_logger_t,
                         restinio::default_request_handler_t, restinio::noop_strand_t, TrackedSocket> {
  using ip_blocker_t = PeerCheck;
  using connection_state_listener_t = CloseListener;
  static constexpr bool use_connection_count_limiter = true;
};

using PlainResponse = restinio::response_builder_t<restinio::user_controlled_output_t>;
using ChunkedResponse = restinio::response_builder_t<restinio::chunked_output_t>;

/// Several headers of one name count as an empty one.
inline Request request_of(const restinio::request_t& from) {
  const auto& headers = from.header();
  const auto value = [&](restinio::http_field_t name) -> std::optional<std::string> {
    std::optional<std::string> only;
    headers.for_each_value_of(name, [&](restinio::string_view_t text) {
      only = only ? std::string() : std::string(text.data(), text.size());
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

/// The response to `request`, with all headers.
template <class Output>
auto response_to(restinio::request_t& request, Answer head) {
  auto response =
      request.create_response<Output>({restinio::http_status_code_t{static_cast<std::uint16_t>(head.status)},
                                       std::string(reason_phrase(head.status))});
  response.append_header("Stop-Id", std::to_string(head.stop_id));
  response.append_header(restinio::http_field_t::content_type, std::move(head.content_type));
  response.append_header(restinio::http_field_t::cache_control, "no-cache");
  response.append_header("X-Content-Type-Options", "nosniff");
  response.append_header("Cross-Origin-Resource-Policy", "same-origin");
  for (auto& [name, value] : head.headers) response.append_header(std::move(name), std::move(value));
  return response;
}

/// A listener of events: a chunked response.
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

/// Answers one request.
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

}  // namespace rspbridge::proxy::http
