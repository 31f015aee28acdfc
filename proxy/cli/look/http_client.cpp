#include "proxy/cli/look/http_client.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <fstream>
#include <iterator>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "proxy/cli/errors.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

constexpr int ok = 200, unauthorized = 401;
constexpr int connect_seconds = 5;
// A link may be cut for 75 s before its session gives it up.
constexpr int silence_seconds = 100;

std::optional<std::uint64_t> number(const httplib::Response& response, const char* header) {
  const std::string text = response.get_header_value(header);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What one answer has brought so far. httplib must not see exceptions.
class Receiver {
 public:
  Receiver(const HttpClient::Begin& begin, const HttpClient::Piece& piece) : begin_(begin), piece_(piece) {}

  bool head(const httplib::Response& response) {
    status_ = response.status;
    if (status_ != ok) return true;
    return keeps([&] {
      begin_({.length = number(response, "Content-Length"), .stop_id = number(response, "Stop-Id")});
    });
  }
  bool body(std::string_view bytes) {
    if (status_ == ok) return keeps([&] { piece_(bytes); });
    error_body_ += bytes;
    return true;
  }
  bool has_begun() const noexcept { return status_ != 0; }
  void throw_if_failed() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (status_ != 0 && status_ != ok) throw Failure(exit_failed, error_sentence(status_, error_body_));
  }

 private:
  template <typename Call>
  bool keeps(const Call& call) {
    try {
      call();
      return true;
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }

  const HttpClient::Begin& begin_;
  const HttpClient::Piece& piece_;
  int status_ = 0;
  std::string error_body_;
  std::exception_ptr thrown_;
};

}  // namespace

std::string token_in(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return std::string(rsp::trim(text));
}

HttpClient::HttpClient(const std::string& url, std::string token) : url_(url), token_(std::move(token)) {
  constexpr std::string_view scheme = "http://";
  while (url_.ends_with('/')) url_.pop_back();
  const auto authority = std::string_view(url_).substr(std::min(scheme.size(), url_.size()));
  if (!url_.starts_with(scheme) || authority.empty() ||
      authority.find_first_of("/?#@") != std::string_view::npos)
    throw Failure(exit_usage, "'" + url + "' is no address of a session: that is http://HOST:PORT");
}

void HttpClient::download(const std::string& path, const Parameters& parameters, const Begin& begin,
                          const Piece& piece) const {
  httplib::Client client(url_);
  if (!client.is_valid())
    throw Failure(exit_usage, "'" + url_ + "' is no address of a session: that is http://HOST:PORT");
  client.set_connection_timeout(connect_seconds);
  client.set_read_timeout(silence_seconds);
  httplib::Headers headers;
  if (!token_.empty()) headers.emplace("Authorization", "Bearer " + token_);
  const httplib::Params query(parameters.begin(), parameters.end());
  Receiver receiver(begin, piece);
  const auto result = client.Get(
      path, query, headers, [&](const httplib::Response& response) { return receiver.head(response); },
      [&](const char* data, std::size_t size) {
        return receiver.body({data, size});
      });
  receiver.throw_if_failed();
  if (result) return;
  if (receiver.has_begun())
    throw Failure(exit_failed,
                  "the answer from " + url_ +
                      " ended early: the target resumed, its memory couldn't be read, or the session "
                      "ended; the session's log says which");
  const bool refused =
      result.error() == httplib::Error::Connection || result.error() == httplib::Error::ConnectionTimeout;
  throw Failure(exit_connection,
                (refused ? "nothing answers at " : "no HTTP comes from ") + url_ +
                    (refused ? ": the session may be over" : ": something else listens there"));
}

Reply HttpClient::get(const std::string& path, const Parameters& parameters) const {
  Reply reply;
  download(
      path, parameters, [&](const Head& head) { reply.head = head; },
      [&](std::string_view bytes) { reply.body += bytes; });
  return reply;
}

std::string error_sentence(int status, std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const nlohmann::json::json_pointer where("/error/sentence");
  std::string sentence;
  if (json.is_object() && json.contains(where) && json[where].is_string()) sentence = json[where];
  if (sentence.empty()) sentence = "the session answered with HTTP status " + std::to_string(status);
  if (status == unauthorized) sentence += " Give the token with --http-token-file FILE.";
  return sentence;
}

}  // namespace rspbridge::proxy::cli::look
