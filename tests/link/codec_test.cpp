// Messages as bytes: each as docs/link.md has it, and nothing else is taken for one.
#include "proxy/link/codec.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "proxy/link/varint.hpp"
#include "tests/fuzz/link.hpp"
#include "tests/link/messages.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::link;
using namespace std::string_literals;

namespace {

std::optional<ToFar> decoded(const ToFar& /*like*/, std::string_view bytes) {
  return decode_to_far(bytes);
}
std::optional<ToNear> decoded(const ToNear& /*like*/, std::string_view bytes) {
  return decode_to_near(bytes);
}

template <class Message>
void check(const test::Row<Message>& row) {
  CAPTURE(row.name);
  const auto bytes = encode(row.message);
  REQUIRE(bytes);
  CHECK(*bytes == row.wire);
  const auto back = decoded(row.message, row.wire);
  REQUIRE(back);
  CHECK(back->index() == row.message.index());
  CHECK(encode(*back) == bytes);
  for (std::size_t size = 0; size < row.wire.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decoded(row.message, std::string_view(row.wire).substr(0, size)));
  }
  CHECK_FALSE(decoded(row.message, row.wire + '\0'));
}

}  // namespace

TEST_CASE("messages to far") {
  for (const auto& row : test::to_far_rows()) check(row);
}
TEST_CASE("messages to near") {
  for (const auto& row : test::to_near_rows()) check(row);
}

TEST_CASE("bytes that are no message to far") {
  const struct {
    const char* what;
    std::string bytes;
  } rows[] = {
      {"no such message", "\x07"s},
      {"a number of more than 64 bits",
       "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x01?\x00\x01\x00\x01\x00\x01"s},
      {"a number that never ends", "\x00"s + std::string(20, '\x80')},
      {"no such effect", "\x00\x01\x01?\x03\x01\x00\x01\x00\x01"s},
      {"no such answer", "\x00\x01\x01?\x00\x05\x00\x01\x00\x01"s},
      {"a flag that is neither 0 nor 1", "\x00\x01\x01?\x00\x01\x00\x02\x00\x01"s},
      {"presence that is neither 0 nor 1", "\x00\x01\x01?\x00\x01\x02\x01\x00\x01"s},
      {"a string longer than what is there", "\x02\x07\x0d/proc/1/maps"s},
      {"a string of 2^64-1 bytes", "\x02\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"s},
      {"a list of 2^64-1 elements", "\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s},
      {"no such base of a page", "\x03\x00\x00\x01\x03\x00\x00\x00\x00"s},
      {"a register number of more than 32 bits", "\x03\x00\x00\x00\x01\x80\x80\x80\x80\x10\x00\x00"s},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK_FALSE(decode_to_far(row.bytes));
  }
}

TEST_CASE("bounds of messages") {
  Wanted wanted;
  wanted.of_stopped_thread.resize(max_list);
  const auto bytes = encode(ToFar(wanted));
  REQUIRE(bytes);
  CHECK(decode_to_far(*bytes));
  wanted.of_stopped_thread.emplace_back();
  CHECK_FALSE(encode(ToFar(wanted)));
  // One more element than there may be, all of them there.
  std::string more = "\x03";
  append_varint(more, max_list + 1);
  CHECK_FALSE(decode_to_far(more + std::string(max_list + 1 + 5, '\0')));

  Notification largest{std::string(max_message - 5, 'x')};  // the kind, four bytes of length
  const auto large = encode(ToNear(largest));
  REQUIRE(large);
  CHECK(decode_to_near(*large));
  CHECK_FALSE(decode_to_near(*large + "x"));
  largest.payload += 'x';
  CHECK_FALSE(encode(ToNear(largest)));
}

TEST_CASE("numbers of one to ten bytes") {
  for (int bit = 0; bit < 64; ++bit)
    for (const std::uint64_t value :
         {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1, ~std::uint64_t{0} >> bit}) {
      std::string bytes;
      append_varint(bytes, value);
      std::string_view rest = bytes;
      std::uint64_t back = ~value;
      REQUIRE(take_varint(rest, back) == VarintState::whole);
      CHECK(back == value);
      CHECK(rest.empty());
      rest = std::string_view(bytes).substr(0, bytes.size() - 1);
      CHECK(take_varint(rest, back) == VarintState::incomplete);
    }
}

TEST_CASE("corpus: the link") {
  int inputs = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(RSPBRIDGE_SOURCE_DIR "/tests/fuzz/corpus/link")) {
    std::ifstream file(entry.path(), std::ios::binary);
    REQUIRE(file);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    CAPTURE(entry.path().string());
    CHECK_NOTHROW(rspbridge::fuzz::link(input));
    ++inputs;
  }
  CHECK(inputs >= 10);
}

TEST_CASE("damaged messages", "[fuzz]") {
  std::mt19937 random(1);
  const auto damage = [&random](std::string bytes) {
    for (int i = 0; i < 2000; ++i) {
      std::string copy = bytes;
      for (auto changes = random() % 3 + 1; changes > 0; --changes)
        copy[random() % copy.size()] = static_cast<char>(random());
      CHECK_NOTHROW(rspbridge::fuzz::link(copy));
    }
  };
  for (const auto& row : test::to_far_rows()) damage("f" + row.wire);
  for (const auto& row : test::to_near_rows()) damage("n" + row.wire);
}
