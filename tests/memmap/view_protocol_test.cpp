#include "memmap/view_protocol.hpp"

#include "tests/memmap/support.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;
using namespace rspbridge::memmap::view;

namespace {
AddressRange range(std::uint64_t begin, std::uint64_t end) {
  return {VirtAddr{begin}, VirtAddr{end}};
}

const std::vector<ServerMessage> server_messages{
    Hello{.page_size = 4096, .stop_id = 7, .running = true, .session = "board"},
    Ok{.id = 3, .stop_id = 7, .populated = {range(0x1000, 0x3000), range(0x5000, 0x6000)}},
    Failure{.id = 4, .code = FailureCode::unreadable, .range = range(0, 4096), .sentence = "Not mapped."},
    VmasReply{.id = 5, .stop_id = 7, .size = 100},
    State{.stop_id = 8, .running = false},
};
const std::vector<ClientMessage> client_messages{
    Ensure{.id = 1, .address = 0xfffff7ff0000, .length = 4096, .ahead = 65536, .wait = true},
    VmasRequest{.id = 2},
};
}  // namespace

TEST_CASE("view protocol: what is encoded is decoded") {
  for (const auto& message : server_messages) {
    const auto bytes = encode(message);
    CHECK(decode_server(bytes) == message);
    CHECK_FALSE(decode_client(bytes));
    for (std::size_t length = 0; length < bytes.size(); ++length)
      CHECK_FALSE(decode_server(std::string_view(bytes).substr(0, length)));
    CHECK_FALSE(decode_server(bytes + '\0'));
  }
  for (const auto& message : client_messages) {
    const auto bytes = encode(message);
    CHECK(decode_client(bytes) == message);
    CHECK_FALSE(decode_server(bytes));
    CHECK_FALSE(decode_client(bytes.substr(0, bytes.size() - 1)));
    CHECK_FALSE(decode_client(bytes + '\0'));
  }
}

TEST_CASE("view protocol: what is out of bounds is refused") {
  for (const Ensure& bad :
       {Ensure{.address = 0, .length = 0}, Ensure{.address = RSPBRIDGE_WIRE_VIEW_SIZE, .length = 1},
        Ensure{.address = RSPBRIDGE_WIRE_VIEW_SIZE - 1, .length = 2}, Ensure{.address = ~0ull, .length = 2},
        Ensure{.address = 0, .length = RSPBRIDGE_WIRE_ENSURE_MAX + 1},
        Ensure{.address = 0, .length = 1, .ahead = RSPBRIDGE_WIRE_ENSURE_MAX + 1}})
    CHECK_FALSE(decode_client(encode(ClientMessage(bad))));
  auto flags = encode(ClientMessage(Ensure{.length = 1}));
  flags[flags.size() - 4] = 2;
  CHECK_FALSE(decode_client(flags));
  for (const Ok& bad : {Ok{.populated = {range(0x2000, 0x1000)}}, Ok{.populated = {range(0x1000, 0x1000)}},
                        Ok{.populated = {range(0x1000, 0x3000), range(0x2000, 0x4000)}},
                        Ok{.populated = {range(0, RSPBRIDGE_WIRE_VIEW_SIZE + 1)}}})
    CHECK_FALSE(decode_server(encode(ServerMessage(bad))));
  for (const std::uint32_t size : {0u, 1u, 2048u, 4097u})
    CHECK_FALSE(decode_server(encode(ServerMessage(Hello{.page_size = size}))));
  CHECK_FALSE(decode_server(encode(ServerMessage(Failure{.code = FailureCode{9}}))));
  CHECK_FALSE(decode_server(encode(ServerMessage(VmasReply{.size = 1ull << 40}))));
}

TEST_CASE("view protocol: the longest messages fit") {
  Ok ok;
  for (std::uint64_t i = 0; i < 5000; ++i) ok.populated.push_back(range(i * 8192, i * 8192 + 4096));
  const auto bytes = encode(ServerMessage(ok));
  CHECK(bytes.size() <= max_message);
  const auto decoded = decode_server(bytes);
  REQUIRE(decoded);
  CHECK(std::get<Ok>(*decoded).populated.size() == RSPBRIDGE_WIRE_RANGES_MAX);
  const auto failure = encode(ServerMessage(Failure{.sentence = std::string(100000, 'x')}));
  CHECK(decode_server(failure));
  CHECK(decode_server(encode(ServerMessage(Hello{.page_size = 4096, .session = std::string(99, 's')}))));
}

TEST_CASE("view protocol: random bytes never harm", "[fuzz]") {
  for (const auto& message : server_messages)
    test::mutate(encode(message), 3000, [](const std::string& bytes) {
      if (const auto decoded = decode_server(bytes)) CHECK(decode_server(encode(*decoded)) == decoded);
    });
  for (const auto& message : client_messages)
    test::mutate(encode(message), 3000, [](const std::string& bytes) {
      if (const auto decoded = decode_client(bytes)) CHECK(encode(*decoded) == bytes);
    });
}
