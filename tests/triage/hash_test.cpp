// Which frames count, and which crashes have the same hash.
#include "proxy/triage/hash.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using namespace rspbridge::proxy::triage;

std::vector<Frame> stack(const std::vector<std::string>& functions) {
  std::vector<Frame> frames;
  for (const std::string& function : functions) {
    Frame frame;
    frame.function = function;
    frames.push_back(frame);
  }
  return frames;
}

std::vector<std::string> counted(const std::vector<std::string>& functions) {
  return hash_of("SIGABRT", stack(functions), SkipList::built_in()).frames;
}

TEST_CASE("a frame that says nothing doesn't count") {
  struct Case {
    std::vector<std::string> functions, counted;
  };
  const std::vector<Case> cases{
      {{"raise", "abort", "step", "run", "main"}, {"step", "run", "main"}},
      {{"__strlen_asimd", "width", "main", "__libc_start_main", "_start"}, {"width", "main"}},
      {{"strlen_of_all", "memory_pool_get", "main"}, {"strlen_of_all", "memory_pool_get", "main"}},
      {{"a", "b", "c", "d", "e", "f"}, {"a", "b", "c", "d", "e"}},
      {{"abort", "hook", "std::terminate", "load", "main"}, {"load", "main"}},
      {{"abort", "app::main::{closure#0}", "std::panicking::rust_panic_with_hook",
        "core::panicking::panic_fmt", "app::pick", "app::main"},
       {"app::pick", "app::main"}},
      {{"app::pick", "app::main", "std::panicking::try::do_call<()>"}, {"app::pick", "app::main"}},
      {{"runtime.raise", "main.deferred", "runtime.gopanic", "runtime.goPanicIndex", "main.pick",
        "main.main"},
       {"main.pick", "main.main"}},
      {{"raise", "abort"}, {"raise", "abort"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.functions);
    CHECK(counted(one.functions) == one.counted);
  }
}

TEST_CASE("the hash is over the signal and the frames that count, in their order") {
  const auto& skipped = SkipList::built_in();
  const Hash first = hash_of("SIGSEGV", stack({"strlen", "width", "layout", "main"}), skipped);
  CHECK(first.exact.size() == 16);
  CHECK(hash_of("SIGSEGV", stack({"width", "layout", "main"}), skipped).exact == first.exact);
  CHECK(hash_of("SIGBUS", stack({"width", "layout", "main"}), skipped).exact != first.exact);
  CHECK(hash_of("SIGSEGV", stack({"layout", "width", "main"}), skipped).exact != first.exact);
  const Hash elsewhere = hash_of("SIGSEGV", stack({"width", "other", "main"}), skipped);
  CHECK(elsewhere.exact != first.exact);
  CHECK(elsewhere.coarse == first.coarse);
}

TEST_CASE("a skip list is read line by line") {
  const SkipList list("# comment\n\n  padded\t\r\nglob_*\n/*/libc.so.?\n^handler\n");
  CHECK(list.skips("padded", ""));
  CHECK(list.skips("glob_", ""));
  CHECK_FALSE(list.skips("a_glob_b", ""));
  CHECK(list.skips("", "/lib/libc.so.6"));
  CHECK_FALSE(list.skips("", "/lib/libc.so.66"));
  CHECK(list.skips("handler", ""));
  CHECK(list.skips_callees_of("handler"));
  CHECK_FALSE(list.skips_callees_of("padded"));
  CHECK_FALSE(list.skips("# comment", ""));
}

}  // namespace
