#include "proxy/triage/classify.hpp"

#include <functional>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using namespace rspbridge::proxy::triage;

Facts fault(Address address, Access access, int signal = 11, int code = 1) {
  Facts facts;
  facts.outcome = Outcome::crash;
  facts.signal = Signal{signal, code, 0x1000, {}};
  facts.address = address;
  facts.full_address = 0x1000;
  facts.instruction = Faulting{};
  facts.instruction->access = access;
  facts.instruction->text = "ldr\tx0, [x0]";
  return facts;
}

Facts with(Facts facts, const std::function<void(Facts&)>& change) {
  change(facts);
  return facts;
}

Facts aborted(std::vector<std::string> functions, std::string_view output = "") {
  Facts facts;
  facts.outcome = Outcome::crash;
  facts.signal = Signal{6, -6, {}, 42};
  facts.functions = std::move(functions);
  facts.words = read_last_words(output);
  return facts;
}

struct Case {
  Facts facts;
  std::string kind, type, severity;
};

TEST_CASE("kinds and severities") {
  constexpr auto exploitable = "EXPLOITABLE", probably = "PROBABLY_EXPLOITABLE", not_so = "NOT_EXPLOITABLE";
  const auto branch = [](Branch kind) { return [kind](Facts& facts) { facts.instruction->branch = kind; }; };
  const Case cases[] = {
      {fault(Address::null, Access::read), "null-dereference", not_so, "SourceAvNearNull"},
      {fault(Address::near_null, Access::write), "near-null", probably, "DestAvNearNull"},
      {fault(Address::unmapped, Access::write), "wild-pointer", exploitable, "DestAv"},
      {fault(Address::unmapped, Access::read_write), "wild-pointer", exploitable, "DestAv"},
      {fault(Address::non_canonical, Access::read), "non-canonical", not_so, "SourceAv"},
      {fault(Address::tagged, Access::read), "tagged-pointer", not_so, "SourceAv"},
      {fault(Address::mapped, Access::write, 11, 2), "permission", exploitable, "DestAv"},
      {fault(Address::unmapped, Access::none), "wild-pointer", not_so, "AccessViolation"},
      {fault(Address::stack_guard, Access::write), "stack-overflow", not_so, "StackOverflow"},
      {with(fault(Address::mapped, Access::none), [](Facts& facts) { facts.pc_faulted = true; }),
       "not-executable", exploitable, "SegFaultOnPc"},
      {with(fault(Address::null, Access::none), [](Facts& facts) { facts.pc_faulted = true; }),
       "not-executable", probably, "SegFaultOnPcNearNull"},
      {with(fault(Address::unmapped, Access::none), branch(Branch::ret)), "wild-pointer", exploitable,
       "ReturnAv"},
      {with(fault(Address::unmapped, Access::none), branch(Branch::call)), "wild-pointer", exploitable,
       "CallAv"},
      {with(fault(Address::unmapped, Access::none), branch(Branch::jump)), "wild-pointer", exploitable,
       "BranchAv"},
      {with(fault(Address::non_canonical, Access::read),
            [](Facts& facts) { facts.failed_authentication = true; }),
       "pac", not_so, "SourceAv"},
      {fault(Address::mapped, Access::read, 11, 8), "mte-async", not_so, "AccessViolation"},
      {fault(Address::mapped, Access::write, 11, 9), "mte-sync", exploitable, "DestAv"},
      {fault(Address::mapped, Access::read, 7, 1), "bus-alignment", not_so, "SourceAv"},
      {fault(Address::mapped, Access::read, 7, 2), "bus-error", not_so, "SourceAv"},
      {fault(Address::none, Access::none, 8, 1), "division", not_so, "FPE"},
      {fault(Address::none, Access::none, 4, 1), "illegal-instruction", probably, "BadInstruction"},
      {with(fault(Address::none, Access::none, 4, 1), [](Facts& facts) { facts.branch_landed = true; }),
       "bti", probably, "BadInstruction"},
      {with(fault(Address::none, Access::none, 4, 2),
            [](Facts& facts) { facts.instruction->authenticates = true; }),
       "pac", exploitable, "ReturnAv"},
      {aborted({"raise", "abort", "__stack_chk_fail", "f"}), "stack-smash", probably, "StackGuard"},
      {aborted({"raise", "abort", "f"}), "abort", not_so, "AbortSignal"},
      {aborted({"abort"}, "free(): double free detected in tcache 2\n"), "double-free", probably,
       "HeapError"},
      {aborted({"abort"}, "malloc(): corrupted top size\n"), "heap-corruption", probably, "HeapError"},
      {aborted({"abort", "__assert_fail", "f"}, "a: a.c:3: f: Assertion `x' failed.\n"), "assertion", not_so,
       "AbortSignal"},
      {aborted({"abort"}, "*** buffer overflow detected ***: terminated\n"), "buffer-overflow", not_so,
       "SafeFunctionCheck"},
      {aborted({"abort", "std::terminate"}), "cpp-terminate", not_so, "AbortSignal"},
      {aborted({"abort"},
               "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address\nWRITE of size 4 at\n"),
       "asan", exploitable, "heap-buffer-overflow(write)"},
      {aborted({"abort"}, "thread 'main' panicked at src/a.rs:3:5:\nno\n"), "rust-panic", not_so,
       "AbortSignal"},
      {aborted({"runtime.raise"}, "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\n"),
       "go-panic", not_so, "AbortSignal"},
  };
  for (const Case& one : cases) {
    const Kind kind = recognise(one.facts);
    CAPTURE(one.kind, one.severity);
    CHECK(std::string(kind.name) == one.kind);
    const Severity severity = rate(one.facts, kind);
    CHECK(std::string(severity.type) == one.type);
    CHECK(severity.name == one.severity);
    CHECK_FALSE(severity.reason.empty());
  }
}

TEST_CASE("what is no crash has no kind") {
  Facts facts;
  facts.outcome = Outcome::exit;
  CHECK(recognise(facts).name.empty());
  facts.outcome = Outcome::stop;
  facts.signal = Signal{2, 0, {}, {}};
  CHECK(recognise(facts).name.empty());
  facts.outcome = Outcome::hang;
  facts.signal.reset();
  CHECK(std::string(recognise(facts).name) == "hang");
}

}  // namespace
