// The table of severities. The classes and their order are CASR's.
#include <algorithm>
#include <iterator>

#include "proxy/triage/classify.hpp"
#include "proxy/triage/skip_list.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::string_view exploitable = "EXPLOITABLE", probably = "PROBABLY_EXPLOITABLE",
                           harmless = "NOT_EXPLOITABLE", unknown = "UNDEFINED";

/// What the instruction at pc was about to do.
enum class Doing : std::uint8_t { any, fetch, authenticate, ret, call, jump, write, read };

struct Row {
  std::string_view kind;  ///< a glob for Kind::name
  Doing doing = Doing::any;
  bool near_null = false;          ///< true: only next to address 0
  std::string_view function = {};  ///< a glob for one of the frames; empty: any
  std::string_view type, name, description, reason;
};

// The first that fits. Access violations are the kinds below, in which the address tells how bad it is.
constexpr std::string_view violation = "@violation";
constexpr std::string_view violations[] = {"null-dereference",
                                           "near-null",
                                           "wild-pointer",
                                           "non-canonical",
                                           "tagged-pointer",
                                           "permission",
                                           "not-executable",
                                           "mte-sync",
                                           "bus-alignment",
                                           "bus-error",
                                           "pac"};

constexpr Row rows[] = {
    {.kind = "stack-overflow",
     .type = harmless,
     .name = "StackOverflow",
     .description = "The stack is used up",
     .reason = "the access was in the guard below the stack, where sp is"},
    {.kind = "stack-smash",
     .type = probably,
     .name = "StackGuard",
     .description = "The stack protector's canary was overwritten",
     .reason = "the program ended itself when it found the canary changed"},
    {.kind = "double-free",
     .type = probably,
     .name = "HeapError",
     .description = "The allocator found an error",
     .reason = "the allocator was given a block that is free already"},
    {.kind = "heap-corruption",
     .type = probably,
     .name = "HeapError",
     .description = "The allocator found an error",
     .reason = "the allocator's own data were overwritten, or it was given what is no block"},
    {.kind = "buffer-overflow",
     .type = harmless,
     .name = "SafeFunctionCheck",
     .description = "A fortified function found that a buffer is too small",
     .reason = "the check ended the program before anything was overwritten"},
    {.kind = "pac",
     .doing = Doing::fetch,
     .type = exploitable,
     .name = "ReturnAv",
     .description = "A return or branch went to an address that wasn't the program's own",
     .reason = "the authentication code of the address is wrong: it was overwritten"},
    {.kind = "pac",
     .doing = Doing::authenticate,
     .type = exploitable,
     .name = "ReturnAv",
     .description = "A return or branch went to an address that wasn't the program's own",
     .reason = "the authentication code of the address is wrong: it was overwritten"},
    {.kind = "pac",
     .doing = Doing::ret,
     .type = exploitable,
     .name = "ReturnAv",
     .description = "A return or branch went to an address that wasn't the program's own",
     .reason = "the authentication code of the address is wrong: it was overwritten"},
    {.kind = "bti",
     .type = probably,
     .name = "BadInstruction",
     .description = "What was to be executed is no instruction to go to",
     .reason = "an indirect branch led to an instruction that is no landing pad"},
    {.kind = "illegal-instruction",
     .type = probably,
     .name = "BadInstruction",
     .description = "What was to be executed is no instruction",
     .reason = "pc points to an undefined or privileged one"},
    {.kind = "division",
     .type = harmless,
     .name = "FPE",
     .description = "An arithmetic exception",
     .reason = "the signal is SIGFPE"},
    {.kind = "mte-async",
     .type = harmless,
     .name = "AccessViolation",
     .description = "An access violation of which little is known",
     .reason = "the tag check fault was told after the access"},
    {.kind = violation,
     .doing = Doing::fetch,
     .near_null = true,
     .type = probably,
     .name = "SegFaultOnPcNearNull",
     .description = "pc itself is next to address 0",
     .reason = "a branch went to an address next to 0: a null pointer to a function, most likely"},
    {.kind = violation,
     .doing = Doing::fetch,
     .type = exploitable,
     .name = "SegFaultOnPc",
     .description = "pc itself is what couldn't be read",
     .reason = "execution went to where it can't be: the address may be an attacker's"},
    {.kind = violation,
     .doing = Doing::ret,
     .type = exploitable,
     .name = "ReturnAv",
     .description = "A return instruction failed",
     .reason = "the return address is wrong: the stack is corrupt"},
    {.kind = violation,
     .doing = Doing::call,
     .near_null = true,
     .type = probably,
     .name = "CallAvNearNull",
     .description = "A call failed next to address 0",
     .reason = "the instruction at pc calls through a null pointer"},
    {.kind = violation,
     .doing = Doing::call,
     .type = exploitable,
     .name = "CallAv",
     .description = "A call failed",
     .reason = "the instruction at pc calls what can't be called"},
    {.kind = violation,
     .doing = Doing::jump,
     .near_null = true,
     .type = probably,
     .name = "BranchAvNearNull",
     .description = "A branch failed next to address 0",
     .reason = "the instruction at pc branches through a null pointer"},
    {.kind = violation,
     .doing = Doing::jump,
     .type = exploitable,
     .name = "BranchAv",
     .description = "A branch failed",
     .reason = "the instruction at pc branches to where it can't"},
    {.kind = violation,
     .doing = Doing::write,
     .near_null = true,
     .type = probably,
     .name = "DestAvNearNull",
     .description = "A write next to address 0 failed",
     .reason = "the instruction at pc writes, through a null pointer most likely"},
    {.kind = violation,
     .doing = Doing::write,
     .type = exploitable,
     .name = "DestAv",
     .description = "A write failed",
     .reason = "the instruction at pc writes to an address that may be an attacker's"},
    {.kind = violation,
     .doing = Doing::read,
     .near_null = true,
     .type = harmless,
     .name = "SourceAvNearNull",
     .description = "A read next to address 0 failed",
     .reason = "the instruction at pc reads, through a null pointer most likely"},
    {.kind = violation,
     .doing = Doing::read,
     .type = harmless,
     .name = "SourceAv",
     .description = "A read failed",
     .reason = "the instruction at pc reads from an address where nothing can be read"},
    {.kind = violation,
     .type = harmless,
     .name = "AccessViolation",
     .description = "An access violation of which little is known",
     .reason = "the instruction at pc doesn't tell what it accesses"},
    {.kind = "hang",
     .type = harmless,
     .name = "timeout",
     .description = "The program didn't end in time",
     .reason = "the time was up"},
    {.kind = "abort",
     .function = "__*_chk",
     .type = harmless,
     .name = "SafeFunctionCheck",
     .description = "A fortified function ended the program",
     .reason = "it is among the frames"},
    {.kind = "assertion",
     .type = harmless,
     .name = "AbortSignal",
     .description = "The program ended itself",
     .reason = "an assertion failed"},
    {.kind = "cpp-terminate",
     .type = harmless,
     .name = "AbortSignal",
     .description = "The program ended itself",
     .reason = "std::terminate was called"},
    {.kind = "abort",
     .type = harmless,
     .name = "AbortSignal",
     .description = "The program ended itself",
     .reason = "the signal is SIGABRT"},
    {.kind = "rust-panic",
     .type = harmless,
     .name = "AbortSignal",
     .description = "The program ended itself",
     .reason = "Rust's runtime panicked"},
    {.kind = "go-panic",
     .type = harmless,
     .name = "AbortSignal",
     .description = "The program ended itself",
     .reason = "Go's runtime panicked"},
    {.kind = "ubsan",
     .type = harmless,
     .name = "AbortSignal",
     .description = "The program ended itself",
     .reason = "UndefinedBehaviorSanitizer found undefined behaviour"},
};

Doing doing(const Facts& facts) {
  if (facts.pc_faulted) return Doing::fetch;
  if (!facts.instruction) return Doing::any;
  const Faulting& instruction = *facts.instruction;
  if (instruction.authenticates) return Doing::authenticate;
  if (instruction.branch == Branch::ret) return Doing::ret;
  if (instruction.branch == Branch::call) return Doing::call;
  if (instruction.branch == Branch::jump) return Doing::jump;
  if (instruction.access == Access::write || instruction.access == Access::read_write) return Doing::write;
  return instruction.access == Access::read ? Doing::read : Doing::any;
}

bool fits(const Row& row, const Facts& facts, const Kind& kind) {
  const bool is_violation =
      std::find(std::begin(violations), std::end(violations), kind.name) != std::end(violations);
  if (row.kind == violation ? !is_violation : row.kind != kind.name) return false;
  if (row.doing != Doing::any && row.doing != doing(facts)) return false;
  if (row.near_null && facts.address != Address::null && facts.address != Address::near_null) return false;
  return row.function.empty() ||
         std::any_of(facts.functions.begin(), facts.functions.end(),
                     [&](const auto& name) { return matches_glob(row.function, name); });
}

}  // namespace

Severity rate(const Facts& facts, const Kind& kind) {
  if (kind.name == "asan" && facts.words.sanitizer) return rate_sanitizer(*facts.words.sanitizer);
  for (const Row& row : rows)
    if (fits(row, facts, kind))
      return {row.type, std::string(row.name), row.description, std::string(row.reason)};
  return {unknown, "Undefined", "No rule fits", "this kind of end has no class"};
}

}  // namespace rspbridge::proxy::triage
