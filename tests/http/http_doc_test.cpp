// docs/http.md holds the route table as the program has it.
#include <fstream>
#include <iterator>
#include <string>

#include "proxy/http/reference.hpp"
#include "tests/support/catch.hpp"

namespace {

// From the last table's head to the end of the file.
std::string table_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto start = text.rfind("\n| path |");
  return start == std::string::npos ? std::string() : text.substr(start + 1);
}

}  // namespace

TEST_CASE("docs/http.md ends with the route table") {
  const std::string wanted = rspbridge::proxy::http::route_table_markdown();
  INFO("what belongs at the end of docs/http.md:\n" << wanted);
  CHECK(table_of(RSPBRIDGE_SOURCE_DIR "/docs/http.md") == wanted);
}
