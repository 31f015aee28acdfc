#include "proxy/cli/vscode/jsonc.hpp"

#include <algorithm>

namespace rspbridge::proxy::cli::vscode {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr int deepest = 200;

struct Wrong {
  std::size_t offset;
  std::string phrase;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  // Throws Wrong, as all below.
  std::optional<Node> document() {
    skip();
    if (at_ == text_.size()) return std::nullopt;
    Node root = value(0);
    skip();
    if (at_ != text_.size()) fail("something follows the end");
    return root;
  }

 private:
  [[noreturn]] void fail(std::string phrase) const { throw Wrong{at_, std::move(phrase)}; }
  bool here(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  bool take(char what) {
    if (at_ == text_.size() || text_[at_] != what) return false;
    ++at_;
    return true;
  }

  // Blanks and comments.
  void skip() {
    while (at_ != text_.size()) {
      if (here("//")) {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (here("/*")) {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) fail("this comment has no end");
        at_ = end + 2;
      } else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Node value(int depth) {
    if (depth == deepest) fail("it is nested too deep");
    if (at_ == text_.size()) fail("a value is missing");
    if (here("{")) return list(Node::Kind::object, '}', depth);
    if (here("[")) return list(Node::Kind::array, ']', depth);
    return scalar();
  }

  Node list(Node::Kind kind, char close, int depth) {
    Node node;
    node.kind = kind;
    node.span.begin = at_++;
    for (skip(); !take(close); skip()) {
      if (!node.members.empty() && !node.trailing_comma)
        fail(std::string("a comma or ") + close + " is missing");
      node.members.push_back(member(kind, depth));
      skip();
      node.trailing_comma = take(',');
    }
    node.span.end = at_;
    return node;
  }

  Member member(Node::Kind kind, int depth) {
    Member member{.key = {}, .begin = at_, .value = {}};
    if (kind == Node::Kind::object) {
      if (!here("\"")) fail("a name in quotes is missing");
      member.key = scalar().scalar.get<std::string>();
      skip();
      if (!take(':')) fail("a colon is missing");
      skip();
    }
    member.value.push_back(value(depth + 1));
    return member;
  }

  // A string, a number, true, false or null; what exactly, and whether it is right, nlohmann tells.
  Node scalar() {
    Node node;
    node.span.begin = at_;
    std::size_t end = at_;
    if (here("\"")) {
      for (++end; end < text_.size() && text_[end] != '"' && text_[end] != '\n'; ++end)
        if (text_[end] == '\\') ++end;
      if (end >= text_.size() || text_[end] != '"') fail("this string has no end");
      ++end;
    } else {
      end = std::min(text_.find_first_of(" \t\r\n,:[]{}\"/", at_), text_.size());
    }
    node.scalar = nlohmann::ordered_json::parse(text_.substr(at_, end - at_), nullptr, false);
    if (node.scalar.is_discarded()) fail("this is no JSON value");
    at_ = node.span.end = end;
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found =
      std::find_if(members.rbegin(), members.rend(), [key](const Member& one) { return one.key == key; });
  return found == members.rend() ? nullptr : &found->node();
}

nlohmann::ordered_json Node::to_json() const {
  if (kind == Kind::scalar) return scalar;
  auto json = is_array() ? nlohmann::ordered_json::array() : nlohmann::ordered_json::object();
  for (const Member& member : members) {
    if (is_array())
      json.push_back(member.node().to_json());
    else
      json[member.key] = member.node().to_json();
  }
  return json;
}

std::string located(std::string_view text, std::size_t offset, const std::string& phrase) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  std::string_view in_line = before.substr(before.rfind('\n') + 1);
  if (line == 1 && in_line.starts_with(byte_order_mark)) in_line.remove_prefix(byte_order_mark.size());
  const auto column = 1 + std::count_if(in_line.begin(), in_line.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
                      });
  return std::to_string(line) + ":" + std::to_string(column) + ": " + phrase;
}

tl::expected<std::optional<Node>, std::string> parse_jsonc(std::string_view text) {
  try {
    return Parser(text).document();
  } catch (const Wrong& wrong) {
    return tl::unexpected(located(text, wrong.offset, wrong.phrase));
  }
}

}  // namespace rspbridge::proxy::cli::vscode
