// JSON with comments and trailing commas, as VS Code keeps its settings: where in the text each thing is, so
// that a file can be changed in one place and stays as it was everywhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace rspbridge::proxy::cli::vscode {

/// A part of the text, [begin, end) in bytes.
struct Span {
  std::size_t begin = 0, end = 0;
};

struct Node;

/// A member of an object, or an element of an array, whose key is empty then.
struct Member {
  std::string key;          ///< decoded
  std::size_t begin;        ///< of the key, or of the element
  std::vector<Node> value;  ///< exactly one: a Node can't hold itself
  const Node& node() const { return value.front(); }
};

/// A value and where it is.
struct Node {
  enum class Kind : std::uint8_t { object, array, scalar };
  Kind kind = Kind::scalar;
  Span span;                    ///< from its first to its last character, brackets and quotes included
  std::vector<Member> members;  ///< of an object or an array, in their order
  bool trailing_comma = false;  ///< a comma follows its last member
  nlohmann::ordered_json scalar;

  bool is_object() const { return kind == Kind::object; }
  bool is_array() const { return kind == Kind::array; }
  /// The member of that name, or null. Of several the last one counts, as for VS Code.
  const Node* find(std::string_view key) const;
  /// The value, without comments.
  nlohmann::ordered_json to_json() const;
};

/// "3:14: a comma or ] is missing": the line and the column, in characters and from 1, and a phrase.
std::string located(std::string_view text, std::size_t offset, const std::string& phrase);

/// The one value of a text; nothing if it holds only blanks, comments, or a byte order mark. The error is as
/// located() has it. Nested at most 200 deep.
tl::expected<std::optional<Node>, std::string> parse_jsonc(std::string_view text);

}  // namespace rspbridge::proxy::cli::vscode
