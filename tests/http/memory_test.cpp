// GET /debug/memory, and ranges of it.
#include "proxy/http/byte_range.hpp"
#include "tests/http/fake.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;

namespace {

constexpr std::size_t large_size = 1 << 20;

Answer ask_with(FakeInspection& target, Request request) {
  Context context{target, "demo", "0.0", 2};
  return ask(target, context, std::move(request));
}

std::shared_ptr<FakeInspection> large_target() {
  auto target = sample_target();
  target->use_smaps("10000000-10100000 rw-p 00000000 00:00 0 \n");
  auto& bytes = target->memory[0x10000000];
  for (std::size_t at = 0; at < large_size; ++at) bytes += static_cast<char>(at * 7 / 3);
  return target;
}

}  // namespace

TEST_CASE("memory comes as bytes, whole or a range of it") {
  auto target = sample_target();
  target->memory[0x400000] = "0123456789";
  const Request request{.target = "/debug/memory?addr=0x400000&length=10"};
  const auto whole = ask_with(*target, request);
  CHECK(whole.status == 200);
  CHECK(whole.content_type == "application/octet-stream");
  CHECK(body_of(whole) == "0123456789");
  auto ranged = request;
  ranged.range = "bytes=2-4";
  const auto part = ask_with(*target, ranged);
  CHECK(part.status == 206);
  CHECK(body_of(part) == "234");
  CHECK(header_of(part, "Content-Range") == "bytes 2-4/10");
  CHECK(header_of(part, "ETag") == header_of(whole, "ETag"));
  ranged.if_range = "\"another\"";
  CHECK(ask_with(*target, ranged).status == 200);
  ranged.if_range = header_of(whole, "ETag");
  CHECK(ask_with(*target, ranged).status == 206);
  ranged.range = "bytes=10-";
  const auto beyond = ask_with(*target, ranged);
  CHECK(beyond.status == 416);
  CHECK(header_of(beyond, "Content-Range") == "bytes */10");
}

TEST_CASE("memory that a client has is not sent again within a stop") {
  auto target = sample_target();
  target->memory[0x400000] = "0123456789";
  Request request{.target = "/debug/memory?addr=0x400000&length=10"};
  request.if_none_match = header_of(ask_with(*target, request), "ETag");
  const auto same = ask_with(*target, request);
  CHECK(same.status == 304);
  CHECK(same.omitted_length == 10);
  CHECK(target->reads == 1);
  target->stop();
  CHECK(ask_with(*target, request).status == 200);
}

TEST_CASE("much memory is read as it is sent") {
  auto target = large_target();
  const auto answer = ask_with(*target, {.target = "/debug/memory?addr=0x10000000&length=1048576"});
  CHECK(answer.status == 200);
  CHECK(target->reads == 1);
  CHECK(body_of(answer) == target->memory[0x10000000]);
  CHECK(target->reads == 4);
}

TEST_CASE("an answer breaks off when the target runs meanwhile") {
  auto target = large_target();
  target->on_read = [&](int count) {
    if (count == 3) target->stop();
  };
  const auto answer = ask_with(*target, {.target = "/debug/memory?addr=0x10000000&length=1048576"});
  CHECK(answer.status == 200);
  CHECK(body_of(answer) == std::nullopt);
}

TEST_CASE("memory that isn't mapped is an error from the start") {
  auto target = large_target();
  const auto answer = ask_with(*target, {.target = "/debug/memory?addr=0x10000000&length=1048577"});
  CHECK(answer.status == 404);
  CHECK(target->reads == 0);
  CHECK(body_of(answer)->find(R"("begin":"0x10100000")") != std::string::npos);
  CHECK(ask_with(*target, {.target = "/debug/memory?addr=0&length=1"}).status == 404);
}

TEST_CASE("the Range header") {
  const auto range = [](std::string_view header, std::uint64_t size = 100) {
    const auto parsed = parse_range(header, size);
    if (const auto* part = std::get_if<ByteRange>(&parsed))
      return std::to_string(part->first) + "+" + std::to_string(part->length);
    return std::string(std::holds_alternative<UnsatisfiableRange>(parsed) ? "unsatisfiable" : "whole");
  };
  CHECK(range("bytes=0-0") == "0+1");
  CHECK(range("bytes=90-") == "90+10");
  CHECK(range("bytes=90-1000") == "90+10");
  CHECK(range("bytes=0-99999999999999999999999") == "0+100");
  CHECK(range("bytes=-10") == "90+10");
  CHECK(range("bytes=-1000") == "0+100");
  CHECK(range("bytes=100-") == "unsatisfiable");
  CHECK(range("bytes=-0") == "unsatisfiable");
  for (const auto* odd :
       {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2", "bytes=1--2"})
    CHECK(range(odd) == "whole");
}
