// Parameters of a request: what a route takes, and what came.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace rspbridge::proxy::http {

/// What a value of a parameter looks like.
enum class Kind : std::uint8_t {
  number,  ///< decimal, or hex with 0x
  text,
  choice,       ///< one of Parameter::choices
  permissions,  ///< letters r, w, x, p, s; `-` means nothing
  thread,       ///< a thread id as /debug/threads gives it
};

/// One parameter of a route.
struct Parameter {
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  std::uint64_t least = 0, most = std::numeric_limits<std::uint64_t>::max();  ///< of a number
  std::string_view choices;                                                   ///< separated by |
  std::string_view otherwise;  ///< if it isn't given; may be empty
  bool most_is_size = false;   ///< beyond `most` is 413, not 400
  std::string_view doc;        ///< a phrase in Markdown
};

/// The name of a row that lets any parameter pass, unchecked.
inline constexpr std::string_view any_parameter = "*";

/// What is wrong with the parameters of a request.
struct BadArgument {
  unsigned status = 400;
  std::string code, sentence;
};

/// The valid parameters of one request.
class Arguments {
 public:
  /// Checks `query` against `parameters`: all that are required, none twice, none unknown.
  static tl::expected<Arguments, BadArgument> check(
      std::span<const Parameter> parameters, const std::vector<std::pair<std::string, std::string>>& query);

  /// The value, or what the table gives where there is none; nothing without either.
  std::optional<std::string_view> text(std::string_view name) const;
  /// The same of a number.
  std::optional<std::uint64_t> number(std::string_view name) const;

 private:
  struct Value {
    std::string_view name;
    std::string text;
  };
  std::vector<Value> values_;
};

}  // namespace rspbridge::proxy::http
