#include "proxy/cli/vscode/merge.hpp"

#include <algorithm>

#include "proxy/cli/vscode/jsonc.hpp"

namespace rspbridge::proxy::cli::vscode {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view blanks = " \t\r\n";

// How the file is laid out.
struct Layout {
  std::string unit = "    ";  // of indentation, as VS Code has it by default
  std::string line_end = "\n";
};

// The blanks between the line's begin and `offset`, if there is nothing else.
std::optional<std::string> indentation_at(std::string_view text, std::size_t offset) {
  const auto begin = text.substr(0, offset).rfind('\n') + 1;
  const std::string_view before = text.substr(begin, offset - begin);
  if (before.find_first_not_of(" \t") != std::string_view::npos) return std::nullopt;
  return std::string(before);
}

// The blanks at the begin of the line that `offset` is in.
std::string line_indentation(std::string_view text, std::size_t offset) {
  const auto begin = text.substr(0, offset).rfind('\n') + 1;
  const auto end = std::min(text.find_first_not_of(" \t", begin), offset);
  return std::string(text.substr(begin, end - begin));
}

Layout layout_of(std::string_view text, const Node& root) {
  Layout layout;
  const auto line_end = text.find('\n');
  if (line_end != std::string_view::npos && line_end != 0 && text[line_end - 1] == '\r')
    layout.line_end = "\r\n";
  if (root.members.empty()) return layout;
  const auto first = indentation_at(text, root.members.front().begin);
  const std::string outer = line_indentation(text, root.span.begin);
  const bool first_line = text.substr(0, root.members.front().begin).find('\n') == std::string_view::npos;
  if (first && !first_line && first->size() > outer.size() && first->starts_with(outer))
    layout.unit = first->substr(outer.size());
  return layout;
}

// `json` over several lines, of which the first isn't indented.
std::string written(const ordered_json& json, const Layout& layout, const std::string& indentation) {
  const std::string tabs = json.dump(1, '\t');
  std::string text;
  bool at_begin = false;  // strings hold neither line ends nor tabs: both are escaped
  for (const char c : tabs) {
    if (c == '\n') {
      text += layout.line_end + indentation;
      at_begin = true;
    } else if (c == '\t' && at_begin) {
      text += layout.unit;
    } else {
      text += c;
      at_begin = false;
    }
  }
  return text;
}

// Adds a member behind the last one of `list`, with a comma where one is needed. Returns the new text.
std::string appended(const std::string& text, const Node& list, const Layout& layout,
                     const std::string& prefix, const ordered_json& json) {
  const std::string outer = line_indentation(text, list.span.begin);
  const auto own = list.members.empty() ? std::nullopt : indentation_at(text, list.members.front().begin);
  const std::string indentation = own.value_or(outer + layout.unit);
  const std::size_t close = list.span.end - 1;
  // Behind all that the list holds, comments included.
  const std::size_t place = text.find_last_not_of(blanks, close - 1) + 1;
  const bool closes_alone = text.find('\n', place) < close;
  std::string added = layout.line_end + indentation + prefix + written(json, layout, indentation);
  if (list.trailing_comma) added += ",";
  if (!closes_alone) added += layout.line_end + outer;
  std::string result = text;
  if (closes_alone)
    result.insert(place, added);
  else
    result.replace(place, close - place, added);
  if (!list.members.empty() && !list.trailing_comma) result.insert(list.members.back().node().span.end, ",");
  return result;
}

// Nothing if there is no value in `text`.
tl::expected<std::optional<Node>, std::string> parse(const FileKind& kind, std::string_view text) {
  auto root = parse_jsonc(text);
  if (!root || !*root) return root;
  const Node& node = **root;
  if (!node.is_object()) return tl::unexpected(located(text, node.span.begin, "this is no object"));
  const Node* version = node.find("version");
  if (version && version->scalar != kind.version)
    return tl::unexpected(
        located(text, version->span.begin, std::string("the version isn't \"") + kind.version + "\""));
  const Node* array = node.find(kind.array);
  if (array && !array->is_array())
    return tl::unexpected(
        located(text, array->span.begin, std::string("\"") + kind.array + "\" is no array"));
  return root;
}

bool is_named(const Node& entry, const FileKind& kind, std::string_view name) {
  const Node* own = entry.is_object() ? entry.find(kind.identity) : nullptr;
  return own && own->scalar.is_string() && own->scalar.get_ref<const std::string&>() == name;
}

ordered_json new_document(const FileKind& kind) {
  return {{"version", kind.version}, {kind.array, ordered_json::array()}};
}

// The text with an object in it that has the members that it needs.
tl::expected<std::string, std::string> completed(const FileKind& kind, std::string text) {
  const auto root = parse(kind, text);
  if (!root) return tl::unexpected(root.error());
  if (!*root) {
    const Layout layout = layout_of(text, Node{});
    const bool at_line = text.empty() || text.ends_with('\n') || text == "\xef\xbb\xbf";
    return text + (at_line ? "" : layout.line_end) + written(new_document(kind), layout, "") +
           layout.line_end;
  }
  const ordered_json wanted = new_document(kind);
  for (const auto& [key, value] : wanted.items()) {
    const auto now = parse_jsonc(text);  // it was parsed before, and only grew
    const Node& object = **now;
    if (object.find(key)) continue;
    text = appended(text, object, layout_of(text, object), ordered_json(key).dump() + ": ", value);
  }
  return text;
}

std::string with_entry(const FileKind& kind, std::string text, const ordered_json& entry) {
  const auto root = parse_jsonc(text);
  const Node& array = *(*root)->find(kind.array);
  const Layout layout = layout_of(text, **root);
  const std::string name = entry.at(kind.identity).get<std::string>();
  bool found = false;
  // From the end, so that what is in front keeps its place.
  for (auto member = array.members.rbegin(); member != array.members.rend(); ++member) {
    const Node& node = member->node();
    if (!is_named(node, kind, name)) continue;
    found = true;
    if (node.to_json() == entry) continue;
    const std::string indentation = line_indentation(text, node.span.begin);
    text.replace(node.span.begin, node.span.end - node.span.begin, written(entry, layout, indentation));
  }
  return found ? text : appended(text, array, layout, "", entry);
}

}  // namespace

tl::expected<std::string, std::string> merge(const FileKind& kind, std::string text,
                                             const std::vector<ordered_json>& entries) {
  auto result = completed(kind, std::move(text));
  if (!result) return result;
  for (const ordered_json& entry : entries) result = with_entry(kind, *std::move(result), entry);
  return result;
}

tl::expected<std::vector<ordered_json>, std::string> entries(const FileKind& kind, std::string_view text) {
  const auto root = parse(kind, text);
  if (!root) return tl::unexpected(root.error());
  std::vector<ordered_json> found;
  const Node* array = *root ? (*root)->find(kind.array) : nullptr;
  if (!array) return found;
  for (const Member& member : array->members) found.push_back(member.node().to_json());
  return found;
}

}  // namespace rspbridge::proxy::cli::vscode
