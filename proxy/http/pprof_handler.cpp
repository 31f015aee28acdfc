// GET /debug/pprof/*: asks the target process's own server, and passes on what it answers.
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <http_parser.h>
#include <asio/this_coro.hpp>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "transport/deadline.hpp"

namespace rspbridge::proxy::http {
namespace {

constexpr std::size_t most_answer = 64 << 20;
constexpr std::chrono::seconds longest_answer{110};  // a CPU profile takes 30 s unless told otherwise

// An answer of HTTP/1, as it comes in.
class Received {
 public:
  Received() {
    http_parser_init(&parser_, HTTP_RESPONSE);
    parser_.data = this;
  }
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;

  /// False if that is no HTTP, or too much. No bytes: the connection ended.
  bool take(std::string_view bytes) {
    http_parser_settings settings;
    http_parser_settings_init(&settings);
    settings.on_header_field = [](http_parser* parser, const char* at, std::size_t length) {
      auto& self = *static_cast<Received*>(parser->data);
      if (!std::exchange(self.in_name_, true)) self.headers_.emplace_back();
      self.headers_.back().first.append(at, length);
      return 0;
    };
    settings.on_header_value = [](http_parser* parser, const char* at, std::size_t length) {
      auto& self = *static_cast<Received*>(parser->data);
      self.in_name_ = false;
      self.headers_.back().second.append(at, length);
      return 0;
    };
    settings.on_body = [](http_parser* parser, const char* at, std::size_t length) {
      auto& self = *static_cast<Received*>(parser->data);
      if (self.body_.size() + length > most_answer) return 1;
      self.body_.append(at, length);
      return 0;
    };
    settings.on_message_complete = [](http_parser* parser) {
      static_cast<Received*>(parser->data)->complete_ = true;
      return 0;
    };
    http_parser_execute(&parser_, &settings, bytes.data(), bytes.size());
    return complete_ || HTTP_PARSER_ERRNO(&parser_) == HPE_OK;
  }
  bool complete() const { return complete_; }

  Answer answer(link::StopId stop_id) {
    Answer answer;
    answer.status = parser_.status_code;
    answer.stop_id = stop_id;
    answer.content_type = "application/octet-stream";
    for (auto& [name, value] : headers_) {
      const auto is = [&name = name](std::string_view other) {
        return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                          [](char a, char b) { return (a | 0x20) == (b | 0x20); });
      };
      if (is("content-type")) answer.content_type = value;
      if (is("content-disposition") || is("content-encoding")) answer.headers.emplace_back(name, value);
    }
    answer.body = std::make_shared<const std::string>(std::move(body_));
    return answer;
  }

 private:
  http_parser parser_{};
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string body_;
  bool in_name_ = false, complete_ = false;
};

// Asks, and takes all of the answer. Throws std::system_error; nothing for what is no HTTP.
asio::awaitable<bool> exchange(transport::Stream& stream, std::string request, Received& received) {
  co_await stream.write(request);
  std::array<char, 16384> buffer;
  while (!received.complete()) {
    const std::size_t size = co_await stream.read_some(buffer);
    if (!received.take({buffer.data(), size})) co_return false;
    if (size == 0) break;
  }
  co_return received.complete();
}

}  // namespace

asio::awaitable<Answer> answer_pprof(const Call& call) {
  auto& inspection = call.context.inspection;
  const Pprof& pprof = call.context.pprof;
  const auto state = inspection.state();
  if (!pprof.connect)
    co_return error_answer(404, "no_pprof",
                           "No pprof server is known; if the target process has one, start rspbridge with "
                           "--pprof HOST:PORT, as the target names it.",
                           state.stop_id);
  const std::string stopped = "The target is stopped, and its pprof server with it; let the target run.";
  if (!state.running) co_return error_answer(409, "stopped", stopped, state.stop_id);
  const std::string whose = "The target's server at " + pprof.address;
  std::string problem;
  bool interrupted = false;
  try {
    auto connecting = pprof.connect();
    const transport::StreamPtr stream = co_await std::move(connecting);
    transport::Deadline deadline(co_await asio::this_coro::executor, longest_answer);
    deadline.set_action([&stream] { stream->close(); });
    // It would wait for the next resume, if one ever comes.
    const auto stop_watching = [&](const inspect::State& now) {
      if (now.running && !now.over) return;
      interrupted = true;
      stream->close();
    };
    const auto watch = inspection.subscribe(stop_watching);
    stop_watching(inspection.state());  // connecting took its time
    Received received;
    auto exchanging = exchange(*stream,
                               "GET " + call.request.target + " HTTP/1.1\r\nHost: " + pprof.address +
                                   "\r\nConnection: close\r\n\r\n",
                               received);
    const bool good = co_await std::move(exchanging);
    if (good) co_return received.answer(inspection.state().stop_id);
    problem =
        deadline.passed() ? " didn't answer in time." : " doesn't answer as HTTP, or with more than 64 MiB.";
  } catch (const std::system_error& error) {
    problem = std::string(" can't be reached: ") + error.what();
  }
  const auto now = inspection.state().stop_id;
  if (interrupted) co_return error_answer(409, "stopped", stopped, now);
  co_return error_answer(502, "bad_pprof", whose + problem, now);
}

}  // namespace rspbridge::proxy::http
