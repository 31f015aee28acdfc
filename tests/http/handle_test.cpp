// What is asked for, and how it may go wrong.
#include <chrono>

#include <nlohmann/json.hpp>

#include "proxy/http/reference.hpp"
#include "proxy/http/routes.hpp"
#include "rsp/target_description.hpp"
#include "tests/http/fake.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge;
using namespace rspbridge::proxy;
using namespace rspbridge::proxy::http;
using namespace rspbridge::proxy::http::test;
using nlohmann::json;

namespace {

json body_json(const Answer& answer) {
  return json::parse(body_of(answer).value());
}

std::string code_of(const Answer& answer) {
  return body_json(answer)["error"]["code"];
}

}  // namespace

TEST_CASE("errors are JSON with a code, a sentence and the stop id") {
  auto target = sample_target();
  const auto check = [&](const std::string& path, unsigned status, const std::string& code) {
    INFO(path);
    const auto answer = ask(*target, path);
    CHECK(answer.status == status);
    CHECK(answer.stop_id == 7);
    CHECK(code_of(answer) == code);
    CHECK(body_json(answer)["stop_id"] == 7);
    CHECK(!body_json(answer)["error"]["sentence"].get<std::string>().empty());
  };
  check("/nothing", 404, "not_found");
  check("/debug/elf/memmap/", 404, "not_found");
  check("no-slash", 400, "bad_target");
  check("/%zz", 400, "bad_target");
  check("/debug/elf/memmap?adr=1", 400, "unknown_parameter");
  check("/debug/elf/memmap?addr=1&addr=2", 400, "bad_parameter");
  check("/debug/elf/memmap?format=xml", 400, "bad_parameter");
  check("/debug/elf/memmap?perm=q", 400, "bad_parameter");
  check("/debug/memory?addr=1", 400, "missing_parameter");
  for (const auto* bad : {"-1", "0x", "", "1x", "0x10000000000000000", "18446744073709551616", "+1", "%201"})
    check("/debug/memory?length=1&addr=" + std::string(bad), 400, "bad_parameter");
  check("/debug/memory?addr=0&length=0", 400, "bad_parameter");
  check("/debug/memory?addr=0&length=67108865", 413, "too_large");
  check("/debug/memory?addr=0xffffffffffffffff&length=2", 400, "wraps");
  check("/debug/disassemble?addr=2", 400, "bad_parameter");
  check("/debug/disassemble?addr=0xfffffffffffffffc&count=2", 400, "wraps");
  check("/debug/registers?thread=-1", 400, "bad_parameter");
  check("/debug/registers?thread=p2a.7", 404, "no_thread");
  check("/debug/pprof/heap", 404, "no_pprof");
}

TEST_CASE("only GET and HEAD are allowed") {
  auto target = sample_target();
  const auto answer = ask(*target, "/healthz", "POST");
  CHECK(answer.status == 405);
  CHECK(header_of(answer, "Allow") == "GET, HEAD");
  CHECK(ask(*target, "/healthz", "HEAD").status == 200);
}

TEST_CASE("control is by POST only, and refused where it isn't allowed") {
  auto target = sample_target();
  for (const std::string path : {"/debug/interrupt", "/debug/continue"}) {
    const auto read = ask(*target, path);
    CHECK(read.status == 405);
    CHECK(header_of(read, "Allow") == "POST");
    CHECK(code_of(ask(*target, path, "POST")) == "read_only");
  }
}

TEST_CASE("the page is there, with a policy that allows nothing from elsewhere") {
  auto target = sample_target();
  const auto page = ask(*target, "/");
  CHECK(page.status == 200);
  const auto policy = header_of(page, "Content-Security-Policy");
  CHECK(policy.find("default-src 'none'") == 0);
  CHECK(policy.find("http") == std::string::npos);
  CHECK(ask(*target, "/page/main.mjs").status == 200);
  CHECK(ask(*target, "/page/../main.mjs").status == 404);
}

TEST_CASE("only the page's files need no token") {
  Request request;
  for (const std::string path : {"/", "/page/main.mjs"}) {
    request.target = path;
    CHECK_FALSE(needs_token(request));
  }
  for (const std::string path : {"/healthz", "/debug/events", "/debug/continue", "/nothing", ""}) {
    request.target = path;
    CHECK(needs_token(request));
  }
}

TEST_CASE("what needs a stop is a conflict while the target runs") {
  auto target = sample_target();
  target->now.running = true;
  for (const auto& route : routes()) {
    std::string path(route.path), before = "?";
    for (const auto& parameter : route.parameters) {
      if (!parameter.required) continue;
      path += before + std::string(parameter.name) + "=4";
      before = "&";
    }
    const auto answer = ask(*target, path, std::string(route.method));
    INFO(path);
    CHECK((answer.status == 409) == route.needs_stop);
    if (route.needs_stop) CHECK(code_of(answer) == "running");
  }
}

TEST_CASE("what the inspection can't tell has a fitting status") {
  auto target = sample_target();
  const std::vector<std::pair<inspect::Problem, unsigned>> statuses{
      {inspect::Problem::running, 409},     {inspect::Problem::no_process, 409},
      {inspect::Problem::no_thread, 404},   {inspect::Problem::unreadable, 404},
      {inspect::Problem::unsupported, 501}, {inspect::Problem::gone, 503},
      {inspect::Problem::full, 507}};
  for (const auto& [problem, status] : statuses) {
    target->failure = inspect::Failure{problem, "It is so.", {}};
    for (const auto* path : {"/debug/elf/memmap", "/debug/threads", "/debug/registers", "/debug/elf/modules",
                             "/debug/memory?addr=0&length=1", "/debug/disassemble?addr=0"}) {
      const auto answer = ask(*target, path);
      CHECK(answer.status == status);
      CHECK(body_json(answer)["error"]["sentence"] == "It is so.");
    }
  }
}

TEST_CASE("threads, modules and registers") {
  auto target = sample_target();
  target->thread_list = {
      {.id = {.pid = 42, .tid = 42}, .name = "main", .core = 1, .pc = 0x400010, .sp = 0x7ff0},
      {.id = {.pid = 42, .tid = 43}, .name = "\xff"}};
  const auto threads = body_json(ask(*target, "/debug/threads"));
  CHECK(threads["stop_id"] == 7);
  CHECK(threads["threads"][0] ==
        json::parse(R"({"id":"p2a.2a","tid":42,"name":"main","core":1,"pc":"0x400010",
    "sp":"0x7ff0","stopped":true})"));
  CHECK(threads["threads"][1]["pc"].is_null());
  const auto modules = body_json(ask(*target, "/debug/elf/modules"));
  CHECK(modules["modules"][0]["load_bias"] == "0x400000");
  CHECK(modules["modules"][0]["build_id"] == "12ab");

  auto description = rsp::parse_target_description(
      R"(<target><feature name="f"><reg name="x0" bitsize="64"/><reg name="v0" bitsize="128"/></feature></target>)",
      [](std::string_view) { return std::nullopt; });
  rsp::RegisterValues values(rsp::RegisterLayout::of(description.value()).value());
  values.set(0, std::string("\x34\x12\0\0\0\0\0\0", 8));
  target->register_set = inspect::RegisterSet{7, {.pid = 42, .tid = 43}, values};
  const auto registers = body_json(ask(*target, "/debug/registers?thread=p2a.2b"));
  CHECK(registers["thread"] == "p2a.2b");
  CHECK(registers["registers"][0] ==
        json::parse(R"({"name":"x0","number":0,"bits":64,"value":"0x0000000000001234"})"));
  CHECK(registers["registers"][1]["value"].is_null());
}

TEST_CASE("instructions, up to where memory ends") {
  auto target = sample_target();
  target->memory[0x400000] = std::string("\x1f\x20\x03\xd5\xc0\x03\x5f\xd6", 8);
  const auto two = body_json(ask(*target, "/debug/disassemble?addr=0x400000"));
  REQUIRE(two["instructions"].size() == 2);
  CHECK(two["instructions"][0] == json::parse(R"({"address":"0x400000","word":"0xd503201f","text":"nop"})"));
  CHECK(two["stop_id"] == 7);
  CHECK(ask(*target, "/debug/disassemble?addr=0x500000").status == 404);
  target->target_map->architecture = "i386:x86-64";
  CHECK(ask(*target, "/debug/disassemble?addr=0x400000").status == 501);
}

TEST_CASE("the last packets, of one leg or of both") {
  auto target = sample_target();
  Context context{*target, "demo", "0.0", 2};
  CHECK(ask(*target, context, {.target = "/debug/packets"}).status == 501);
  Recorder recorder;
  context.recorder = &recorder;
  recorder.record(Recorder::Leg::gdb, Recorder::Direction::to_target, "$g#67");
  recorder.record(Recorder::Leg::stub, Recorder::Direction::to_target, "$g#67");
  recorder.record(Recorder::Leg::stub, Recorder::Direction::to_host, std::string("$\x01#01", 5));
  const auto both = body_json(ask(*target, context, {.target = "/debug/packets"}));
  CHECK(both["count"] == 3);
  CHECK(both["stop_id"] == 7);
  REQUIRE(both["packets"].size() == 3);
  CHECK(both["packets"][0]["leg"] == "gdb");
  CHECK(both["packets"][0]["direction"] == "to_target");
  CHECK(both["packets"][2]["direction"] == "to_host");
  CHECK(both["packets"][2]["bytes"] == "$\\x01#01");
  CHECK(both["packets"][2]["length"] == 5);
  const auto one = body_json(ask(*target, context, {.target = "/debug/packets?leg=stub&count=1"}));
  REQUIRE(one["packets"].size() == 1);
  CHECK(one["packets"][0] == both["packets"][2]);
  CHECK(ask(*target, context, {.target = "/debug/packets?leg=far"}).status == 400);
  CHECK(ask(*target, context, {.target = "/debug/packets?count=1001"}).status >= 400);
}

TEST_CASE("the link's figures") {
  auto target = sample_target();
  Context context{*target, "demo", "0.0", 2};
  const auto unknown = body_json(ask(*target, context, {.target = "/debug/link"}));
  CHECK(unknown["rtt_us"].is_null());
  CHECK(unknown["bandwidth"].is_null());
  CHECK(unknown["stops"]["budget"].is_null());
  CHECK(unknown["silent"] == false);
  target->link = {.link = {.far_on_target = true,
                           .silent = true,
                           .rtt = std::chrono::milliseconds(100),
                           .bandwidth = 2'500'000,
                           .counters = {.received = {.messages = 5, .frames = 4, .plain = 300, .wire = 200}}},
                  .asked = 3,
                  .stops = 2,
                  .stop_bytes = 150,
                  .stop_budget = 250'000,
                  .round_trips = {{"vCont;", 2}, {"m", 1}}};
  const auto known = body_json(ask(*target, context, {.target = "/debug/link"}));
  CHECK(known["far_on_target"] == true);
  CHECK(known["silent"] == true);
  CHECK(known["rtt_us"] == 100'000);
  CHECK(known["bandwidth"] == 2'500'000);
  CHECK(known["received"]["bytes"] == 200);
  CHECK(known["received"]["plain_bytes"] == 300);
  CHECK(known["questions"]["asked"] == 3);
  CHECK(known["stops"]["bytes"] == 150);
  CHECK(known["stops"]["budget"] == 250'000);
  CHECK(known["round_trips"]["vCont;"] == 2);
  CHECK(known["stop_id"] == 7);
}

TEST_CASE("health, metrics and OpenAPI") {
  auto target = sample_target();
  Context context{*target, "demo", "1.2", 2};
  const auto health = body_json(ask(*target, context, {.target = "/healthz"}));
  CHECK(health["session"] == "demo");
  CHECK(health["target"] == "stopped");
  ask(*target, context, {.target = "/nothing"});
  const auto metrics = body_of(ask(*target, context, {.target = "/metrics"})).value();
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(metrics,
             ContainsSubstring("rspbridge_http_requests_total{route=\"/healthz\",status=\"200\"} 1\n"));
  CHECK_THAT(metrics,
             ContainsSubstring("rspbridge_http_requests_total{route=\"unknown\",status=\"404\"} 1\n"));
  CHECK_THAT(metrics, ContainsSubstring("rspbridge_stop_id 7\n"));
  const auto openapi = body_json(ask(*target, context, {.target = "/openapi.json"}));
  CHECK(openapi["info"]["version"] == "1.2");
  CHECK(openapi["paths"].size() == routes().size());
  CHECK(openapi["paths"]["/debug/memory"]["get"]["responses"].contains("409"));
}
