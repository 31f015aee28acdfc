#include "proxy/http/reference.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "proxy/http/routes.hpp"

namespace rspbridge::proxy::http {
namespace {

using Json = nlohmann::ordered_json;

Json choices_json(std::string_view choices) {
  Json list = Json::array();
  while (!choices.empty()) {
    const auto choice = choices.substr(0, choices.find('|'));
    list.push_back(choice);
    choices.remove_prefix(std::min(choices.size(), choice.size() + 1));
  }
  return list;
}

// Numbers may be hexadecimal, which JSON's aren't: so they are strings here, too.
Json schema_of(const Parameter& parameter) {
  Json schema{{"type", "string"}};
  if (parameter.kind == Kind::number) schema["pattern"] = "^(0[xX][0-9a-fA-F]+|[0-9]+)$";
  if (parameter.kind == Kind::permissions) schema["pattern"] = "^[rwxps-]+$";
  if (parameter.kind == Kind::choice) schema["enum"] = choices_json(parameter.choices);
  if (!parameter.otherwise.empty()) schema["default"] = parameter.otherwise;
  return schema;
}

std::string bounds_of(const Parameter& parameter) {
  if (parameter.kind != Kind::number || parameter.most == std::numeric_limits<std::uint64_t>::max())
    return {};
  return "; " + std::to_string(parameter.least) + " to " + std::to_string(parameter.most);
}

Json parameter_json(const Parameter& parameter) {
  return {{"name", parameter.name},
          {"in", "query"},
          {"required", parameter.required},
          {"description", std::string(parameter.doc) + bounds_of(parameter)},
          {"schema", schema_of(parameter)}};
}

Json operation_json(const Route& route) {
  Json operation{{"summary", route.doc}, {"parameters", Json::array()}};
  for (const auto& parameter : route.parameters)
    if (parameter.name != any_parameter) operation["parameters"].push_back(parameter_json(parameter));
  Json good{{"description", "The answer"},
            {"headers", {{"Stop-Id", {{"schema", {{"type", "integer"}}}}}}},
            {"content", {{route.content_type, Json::object()}}}};
  operation["responses"] = {{"200", std::move(good)}};
  if (route.needs_stop) operation["responses"]["409"] = {{"$ref", "#/components/responses/Error"}};
  operation["responses"]["default"] = {{"$ref", "#/components/responses/Error"}};
  return operation;
}

Json error_json() {
  const Json text{{"type", "string"}};
  const Json error{{"type", "object"}, {"properties", {{"code", text}, {"sentence", text}}}};
  const Json schema{{"type", "object"},
                    {"properties", {{"error", error}, {"stop_id", {{"type", "integer"}}}}}};
  return {{"description", "What is wrong"}, {"content", {{"application/json", {{"schema", schema}}}}}};
}

// `a|b` would end a cell of the table.
std::string in_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string parameters_cell(const Route& route) {
  std::string cell;
  for (const auto& parameter : route.parameters) {
    if (!cell.empty()) cell += "<br>";
    cell += "`" + std::string(parameter.name) + "`" + (parameter.required ? " (needed)" : "") + ": ";
    cell += in_cell(parameter.doc) + bounds_of(parameter);
    if (parameter.kind == Kind::choice) cell += "; one of `" + in_cell(parameter.choices) + "`";
    if (!parameter.otherwise.empty()) cell += "; else `" + std::string(parameter.otherwise) + "`";
  }
  return cell;
}

}  // namespace

std::string openapi_document(std::string_view version) {
  Json document{{"openapi", "3.0.3"},
                {"info", {{"title", "rspbridge"}, {"version", version}}},
                {"paths", Json::object()}};
  for (const auto& route : routes())
    document["paths"][std::string(route.path)][route.method == "GET" ? "get" : "post"] =
        operation_json(route);
  document["components"] = {{"responses", {{"Error", error_json()}}},
                            {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}};
  return document.dump(2) + "\n";
}

std::string route_table_markdown() {
  std::string out = "| path | parameters | needs a stop | answer |\n|---|---|---|---|\n";
  for (const auto& route : routes())
    out += "| `" + (route.method == "GET" ? "" : std::string(route.method) + " ") + std::string(route.path) +
           "` | " + parameters_cell(route) + " | " + (route.needs_stop ? "yes" : "no") + " | " +
           std::string(route.doc) + " `" + std::string(route.content_type) + "` |\n";
  return out;
}

}  // namespace rspbridge::proxy::http
