// GET requests to a session.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rspbridge::proxy::cli::look {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Head {
  std::optional<std::uint64_t> length;   ///< of the body, in bytes; nothing if it isn't told
  std::optional<std::uint64_t> stop_id;  ///< which stop the answer is about
};

struct Reply {
  Head head;
  std::string body;
};

/// The token that `file` holds; empty if it holds none, or can't be read.
std::string token_in(const std::string& file);

class HttpClient {
 public:
  /// `url` is http://HOST:PORT, and may end with a slash; `token` may be empty. Throws cli::Failure for
  /// another URL.
  HttpClient(const std::string& url, std::string token);

  /// The whole answer. Throws cli::Failure: if none comes (exit_connection); if it ends early, and with the
  /// session's own sentence if it is an error (exit_failed).
  Reply get(const std::string& path, const Parameters& parameters = {}) const;

  using Begin = std::function<void(const Head&)>;
  using Piece = std::function<void(std::string_view)>;
  /// Hands the body out as it comes: `begin` is called once, before the first piece. What they throw ends the
  /// download and comes out here. Throws as get() does.
  void download(const std::string& path, const Parameters& parameters, const Begin& begin,
                const Piece& piece) const;

 private:
  std::string url_, token_;
};

/// The sentence in an error's body, or what can be said without one.
std::string error_sentence(int status, std::string_view body);

}  // namespace rspbridge::proxy::cli::look
