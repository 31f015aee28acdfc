// docs/packets.md holds the packet table as the program has it.
#include <fstream>
#include <iterator>
#include <string>

#include "proxy/cli/packets.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli;

namespace {

// From the table's head to the end of the file: the table is the last thing in it.
std::string table_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto start = text.find("\n|");
  return start == std::string::npos ? std::string() : text.substr(start + 1);
}

}  // namespace

TEST_CASE("docs/packets.md ends with the packet table") {
  const std::string wanted = packet_table_markdown();
  INFO("what belongs at the end of docs/packets.md:\n" << wanted);
  CHECK(table_of(RSPBRIDGE_SOURCE_DIR "/docs/packets.md") == wanted);
}
