#include "proxy/triage/output.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using namespace rspbridge::proxy::triage;

TEST_CASE("an uncaught exception is told with its type and what it says") {
  const auto words = read_last_words(
      "starting\nterminate called after throwing an instance of 'std::out_of_range'\n  what():  no such "
      "key\n");
  CHECK(words.mark == Mark::terminate);
  CHECK(words.exception_type == "std::out_of_range");
  CHECK(words.what == "no such key");
}

TEST_CASE("panics of Rust, in its older and its newer form") {
  const auto older =
      read_last_words("thread 'main' panicked at 'index out of bounds', src/main.rs:5:9\nnote: run with\n");
  REQUIRE(older.panic);
  CHECK(older.panic->message == "index out of bounds");
  CHECK(older.panic->location == "src/main.rs:5:9");
  const auto newer = read_last_words("\nthread 'main' panicked at src/main.rs:5:9:\nindex out of bounds\n");
  REQUIRE(newer.panic);
  CHECK(newer.panic->message == "index out of bounds");
  CHECK(newer.panic->location == "src/main.rs:5:9");
}

TEST_CASE("a panic of Go has its first place outside of the runtime") {
  const auto words = read_last_words(
      "panic: boom\n\ngoroutine 1 [running]:\nruntime.gopanic()\n\t/usr/lib/go/src/runtime/panic.go:884 "
      "+0x20c\n"
      "main.f(...)\n\t/src/a.go:12 +0x44\n");
  REQUIRE(words.panic);
  CHECK(words.panic->language == "go");
  CHECK(words.panic->message == "boom");
  CHECK(words.panic->location == "/src/a.go:12");
  CHECK(words.panic->functions == std::vector<std::string>{"runtime.gopanic", "main.f"});
}

TEST_CASE("a panic of Go has the functions of its own goroutine alone") {
  const auto words = read_last_words(
      "panic: boom\n\ngoroutine 7 [running]:\npanic({0x1, 0x2})\n\t/usr/lib/go/src/runtime/panic.go:987 "
      "+0x1\n"
      "main.(*Stack).pop({0x1?, 0x2})\n\t/src/a.go:12 +0x44\ncreated by main.main()\n\t/src/a.go:30 +0x1\n\n"
      "goroutine 1 [running]:\nmain.main()\n\t/src/a.go:31 +0x1\n");
  REQUIRE(words.panic);
  CHECK(words.panic->functions == std::vector<std::string>{"runtime.gopanic", "main.(*Stack).pop"});
  CHECK(read_last_words("panic: not a Go program\n").mark == Mark::none);
}

TEST_CASE("sanitizers' reports are folded in") {
  const auto asan = read_last_words(
      "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\nREAD of size 8 at 0x1\n"
      "SUMMARY: AddressSanitizer: heap-use-after-free a.c:3 in f\n");
  REQUIRE(asan.sanitizer);
  CHECK(asan.sanitizer->error == "heap-use-after-free");
  CHECK(asan.sanitizer->access == "read");
  CHECK(asan.sanitizer->summary == "SUMMARY: AddressSanitizer: heap-use-after-free a.c:3 in f");
  CHECK(asan.sanitizer->text.size() == 3);
  const auto ubsan = read_last_words("a.c:3:5: runtime error: signed integer overflow: 1 + 2\r\n");
  REQUIRE(ubsan.sanitizer);
  CHECK(ubsan.sanitizer->error == "signed integer overflow: 1 + 2");
}

TEST_CASE("other output says nothing") {
  CHECK(read_last_words("").mark == Mark::none);
  CHECK(read_last_words("hello\nworld").mark == Mark::none);
  CHECK(read_last_words(std::string(100'000, '\n')).mark == Mark::none);
}

}  // namespace
