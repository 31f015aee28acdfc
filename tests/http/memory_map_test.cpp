// GET /debug/elf/memmap
#include <nlohmann/json.hpp>

#include "proxy/http/json_text.hpp"
#include "tests/http/fake.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;
using nlohmann::json;

namespace {

json document(FakeInspection& target, const std::string& request) {
  return json::parse(body_of(ask(target, request)).value());
}

std::string escaped(std::string_view text, JsonStyle style) {
  std::string out;
  append_json(out, text, style);
  return out;
}

}  // namespace

TEST_CASE("the memory map has the fields of the issue, as numbers") {
  auto target = sample_target();
  target->here = 0x401000;
  const auto map = document(*target, "/debug/elf/memmap");
  CHECK(map["pid"] == 42);
  CHECK(map["stop_id"] == 7);
  CHECK(map["arch"] == "aarch64");
  CHECK(map["page_size"] == 4096);
  CHECK(map["source"] == "smaps");
  REQUIRE(map["entries"].size() == 4);
  const json first = json::parse(R"({"Addr":4194304,"Size":8192,"Read":true,"Write":false,"Exec":true,
    "Filename":"/srv/a<b>&c","Offset":0,"Private":true,"Device":"fd:01","Inode":77,"Label":"","BuildID":"12ab",
    "LoadBias":4194304,"VmFlags":"rd ex mr mw me","Populated":4096})");
  CHECK(map["entries"][0] == first);
  CHECK(map["entries"][2]["Label"] == "[heap]");
  CHECK(map["entries"][2]["LoadBias"].is_null());
  CHECK(map["entries"][3]["Private"] == false);
}

TEST_CASE("format=delve is Go's json.Marshal of Delve's entries") {
  auto target = sample_target();
  CHECK(
      body_of(ask(*target, "/debug/elf/memmap?format=delve")) ==
      R"([{"Addr":4194304,"Size":8192,"Read":true,"Write":false,"Exec":true,"Filename":"/srv/a\u003cb\u003e\u0026c","Offset":0},)"
      R"({"Addr":4259840,"Size":8192,"Read":true,"Write":true,"Exec":false,"Filename":"/srv/a\u003cb\u003e\u0026c","Offset":65536},)"
      R"({"Addr":2863267840,"Size":65536,"Read":true,"Write":true,"Exec":false,"Filename":"","Offset":0}])");
  target->use_smaps("");
  CHECK(body_of(ask(*target, "/debug/elf/memmap?format=delve")) == "[]");
}

TEST_CASE("source=maps is the map that came with the stop, whose VmFlags aren't known") {
  auto target = sample_target();
  target->map_with_stop->map =
      rspbridge::memmap::VmaMap::parse_maps("00400000-00402000 r-xp 00000000 fd:01 77 /srv/a\n").value();
  target->map_with_stop->labels = {""};
  const auto map = document(*target, "/debug/elf/memmap?source=maps");
  CHECK(map["source"] == "maps");
  REQUIRE(map["entries"].size() == 1);
  CHECK(map["entries"][0]["VmFlags"].is_null());
  CHECK(document(*target, "/debug/elf/memmap?source=smaps")["entries"].size() == 4);
  const auto refused = ask(*target, "/debug/elf/memmap?source=maps&format=delve");
  CHECK(refused.status == 400);
  CHECK(body_of(refused).value_or("").find("VmFlags") != std::string::npos);
}

TEST_CASE("a map that is what it was at another stop isn't sent again") {
  auto target = sample_target();
  Context context{*target, "s", "v"};
  Request request{.target = "/debug/elf/memmap"};
  const auto first = ask(*target, context, request);
  request.if_none_match = header_of(first, "ETag");
  target->now.stop_id = 8;
  target->target_map->stop_id = 8;
  const auto same = ask(*target, context, request);
  CHECK(same.status == 304);
  CHECK(same.stop_id == 8);
  CHECK(header_of(same, "ETag") == request.if_none_match);
  CHECK(same.omitted_length == body_of(first).value().size());
  CHECK(body_of(same) == "");

  target->here = 0x401000;  // more of it has come
  const auto more = ask(*target, context, request);
  CHECK(more.status == 200);
  CHECK(header_of(more, "ETag") != request.if_none_match);
  request.target = "/debug/elf/memmap?addr=0x400010";
  CHECK(ask(*target, context, request).status == 200);
}

TEST_CASE("the memory map is filtered by address, permissions and path") {
  auto target = sample_target();
  const auto sizes = [&](const std::string& query) {
    return document(*target, "/debug/elf/memmap?" + query)["entries"].size();
  };
  CHECK(sizes("addr=0x400010") == 1);
  CHECK(sizes("addr=4194320") == 1);
  CHECK(sizes("addr=0xab00000000400010") == 1);
  CHECK(sizes("addr=0x402000") == 0);
  CHECK(sizes("perm=rw") == 3);
  CHECK(sizes("perm=r-x") == 1);
  CHECK(sizes("perm=ws") == 1);
  CHECK(sizes("path=%5Bheap%5D") == 1);
  CHECK(sizes("path=a%3Cb&perm=w") == 1);
  CHECK(document(*target, "/debug/elf/memmap?format=delve&path=heap").size() == 1);
}

TEST_CASE("the memory map needs no stop, and isn't written twice") {
  auto target = sample_target();
  target->now.running = true;
  Context context{*target, "demo", "0.0", 2};
  const auto body = [&](const std::string& request_target) {
    return std::get<Text>(ask(*target, context, {.target = request_target}).body);
  };
  const auto first = body("/debug/elf/memmap");
  CHECK(body("/debug/elf/memmap") == first);
  CHECK(body("/debug/elf/memmap?perm=r") != first);
  target->here = 0x401000;
  const auto fuller = body("/debug/elf/memmap");
  CHECK(*fuller != *first);
  target->use_smaps(sample_smaps);
  CHECK(body("/debug/elf/memmap") != fuller);
}

TEST_CASE("JSON strings are escaped as JSON and as Go do") {
  CHECK(escaped("a\"\\\n\x01\x7f/", JsonStyle::plain) == "\"a\\\"\\\\\\n\\u0001\x7f/\"");
  CHECK(escaped("<&>", JsonStyle::plain) == "\"<&>\"");
  CHECK(escaped("<&>", JsonStyle::go) == R"("\u003c\u0026\u003e")");
  CHECK(escaped("\u00e4\u2028", JsonStyle::go) == "\"\u00e4\\u2028\"");
  CHECK(escaped("\xff\xc3", JsonStyle::plain) == R"("\ufffd\ufffd")");
  CHECK(escaped("\xed\xa0\x80", JsonStyle::go) == R"("\ufffd\ufffd\ufffd")");
  CHECK(escaped("\xf0\x9f\x90\x9b", JsonStyle::go) == "\"\xf0\x9f\x90\x9b\"");
}
