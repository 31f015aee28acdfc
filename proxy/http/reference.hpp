// The route table for readers.
#pragma once

#include <string>
#include <string_view>

namespace rspbridge::proxy::http {

/// The table as OpenAPI 3.0. Describes the server alone, so it has no stop id.
std::string openapi_document(std::string_view version);

/// The table at the end of docs/http.md.
std::string route_table_markdown();

}  // namespace rspbridge::proxy::http
