// The table of kinds: what a crash is recognised by.
#include <algorithm>
#include <iterator>
#include <optional>

#include "proxy/triage/classify.hpp"
#include "proxy/triage/signals.hpp"
#include "proxy/triage/skip_list.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

/// What else must be so.
enum class When : std::uint8_t {
  always,
  failed_authentication,  ///< of the fault address
  landed,                 ///< an indirect branch led to pc
  authenticates,          ///< the instruction at pc does
  pc_faulted,
  ubsan_trap,  ///< brk #0x55xx, as -fsanitize-trap makes it
  hung,        ///< Outcome::hang
  no_fault,    ///< the signal isn't one that an instruction causes
  not_caught,  ///< the program didn't end as if nothing had been
};

struct Row {
  std::string_view kind;
  std::string_view title;
  int signal = 0;  ///< 0: any, or none
  std::optional<int> code = {};
  Address address = Address::none;  ///< none: any
  Mark mark = Mark::none;           ///< none: any output
  std::string_view function = {};   ///< a glob for one of the frames; empty: any
  When when = When::always;
};

constexpr int ill = 4, trap = 5, abrt = 6, bus = 7, fpe = 8, segv = 11;

// The first row of which all is so. What a runtime says is worth more than the signal by which it ends.
constexpr Row rows[] = {
    {.kind = "hang", .title = "the program didn't end in time", .when = When::hung},
    {.kind = "asan", .title = "AddressSanitizer", .mark = Mark::asan},
    {.kind = "ubsan", .title = "undefined behaviour", .mark = Mark::ubsan},
    {.kind = "ubsan", .title = "undefined behaviour", .signal = trap, .when = When::ubsan_trap},
    {.kind = "go-panic", .title = "Go panic", .mark = Mark::go_panic, .when = When::no_fault},
    {.kind = "go-panic", .title = "Go panic", .function = "runtime.fatalpanic"},
    {.kind = "go-panic", .title = "Go fatal error", .function = "runtime.fatalthrow"},
    {.kind = "rust-panic", .title = "Rust panic", .mark = Mark::rust_panic, .when = When::not_caught},
    {.kind = "rust-panic", .title = "Rust panic", .function = "rust_panic"},
    {.kind = "rust-panic", .title = "Rust panic", .function = "core::panicking::*"},
    {.kind = "stack-smash", .title = "stack smashed", .signal = abrt, .function = "__stack_chk_fail*"},
    {.kind = "stack-smash", .title = "stack smashed", .signal = abrt, .mark = Mark::stack_smash},
    {.kind = "buffer-overflow", .title = "buffer overflow", .signal = abrt, .function = "__chk_fail"},
    {.kind = "buffer-overflow", .title = "buffer overflow", .signal = abrt, .mark = Mark::buffer_overflow},
    {.kind = "assertion", .title = "assertion failed", .signal = abrt, .function = "__assert*"},
    {.kind = "assertion", .title = "assertion failed", .signal = abrt, .mark = Mark::assertion},
    {.kind = "double-free", .title = "double free", .signal = abrt, .mark = Mark::double_free},
    {.kind = "heap-corruption", .title = "heap corrupted", .signal = abrt, .mark = Mark::heap},
    {.kind = "heap-corruption", .title = "heap corrupted", .signal = abrt, .function = "malloc_printerr*"},
    {.kind = "cpp-terminate", .title = "std::terminate", .signal = abrt, .mark = Mark::terminate},
    {.kind = "cpp-terminate", .title = "std::terminate", .signal = abrt, .function = "*std::terminate*"},
    {.kind = "cpp-terminate",
     .title = "std::terminate",
     .signal = abrt,
     .function = "__cxxabiv1::__terminate"},
    {.kind = "abort", .title = "aborted", .signal = abrt},
    {.kind = "mte-async", .title = "tag check fault, asynchronous", .signal = segv, .code = 8},
    {.kind = "mte-sync", .title = "tag check fault", .signal = segv, .code = 9},
    {.kind = "pac",
     .title = "pointer authentication failed",
     .signal = segv,
     .when = When::failed_authentication},
    {.kind = "not-executable", .title = "jump to what is no code", .signal = segv, .when = When::pc_faulted},
    {.kind = "null-dereference", .title = "null dereference", .signal = segv, .address = Address::null},
    {.kind = "near-null", .title = "access next to address 0", .signal = segv, .address = Address::near_null},
    {.kind = "stack-overflow", .title = "stack overflow", .signal = segv, .address = Address::stack_guard},
    {.kind = "non-canonical",
     .title = "non-canonical address",
     .signal = segv,
     .address = Address::non_canonical},
    {.kind = "tagged-pointer",
     .title = "tagged pointer to nothing",
     .signal = segv,
     .address = Address::tagged},
    {.kind = "wild-pointer", .title = "wild pointer", .signal = segv, .address = Address::unmapped},
    {.kind = "permission", .title = "access not permitted", .signal = segv, .address = Address::mapped},
    {.kind = "wild-pointer", .title = "wild pointer", .signal = segv},
    {.kind = "bus-alignment", .title = "unaligned access", .signal = bus, .code = 1},
    {.kind = "bus-error", .title = "nothing behind the memory", .signal = bus},
    {.kind = "pac", .title = "pointer authentication failed", .signal = ill, .when = When::authenticates},
    {.kind = "bti", .title = "branch to no landing pad", .signal = ill, .when = When::landed},
    {.kind = "illegal-instruction", .title = "illegal instruction", .signal = ill},
    {.kind = "division", .title = "arithmetic exception", .signal = fpe},
    {.kind = "trap", .title = "breakpoint instruction", .signal = trap},
};

bool is_so(When when, const Facts& facts) {
  switch (when) {
    case When::failed_authentication:
      return facts.failed_authentication;
    case When::landed:
      return facts.branch_landed && facts.instruction && !facts.instruction->text.starts_with("udf");
    case When::authenticates:
      return facts.instruction && facts.instruction->authenticates;
    case When::pc_faulted:
      return facts.pc_faulted;
    case When::ubsan_trap:
      return facts.instruction && facts.instruction->word >> 5 >> 8 == (0xd4200000U >> 13 | 0x55);
    case When::no_fault:
      return !facts.signal || facts.signal->number == abrt || facts.signal->number == trap;
    case When::not_caught:
      return facts.exit_code != 0;
    case When::hung:
      return facts.outcome == Outcome::hang;
    default:
      return true;
  }
}

bool has_function(const Facts& facts, std::string_view glob) {
  return std::any_of(facts.functions.begin(), facts.functions.end(),
                     [glob](const std::string& name) { return matches_glob(glob, name); });
}

bool fits(const Row& row, const Facts& facts) {
  if (row.signal != 0 && (!facts.signal || facts.signal->number != row.signal)) return false;
  if (row.code && (!facts.signal || facts.signal->code != row.code)) return false;
  if (row.address != Address::none && facts.address != row.address) return false;
  if (row.mark != Mark::none && facts.words.mark != row.mark) return false;
  if (!row.function.empty() && !has_function(facts, row.function)) return false;
  return is_so(row.when, facts);
}

std::vector<std::string> evidence_for(const Row& row, const Facts& facts) {
  std::vector<std::string> found;
  if (facts.signal && row.signal != 0) {
    std::string text = signal_name(facts.signal->number);
    if (facts.signal->code) text += " / " + signal_code_name(facts.signal->number, *facts.signal->code);
    found.push_back(std::move(text));
  }
  if (facts.full_address && row.signal != 0)
    found.push_back("address " + rsp::hex_number(*facts.full_address) + ": " + facts.region);
  if (facts.instruction && (row.address != Address::none || row.when != When::always))
    found.push_back("instruction: " + facts.instruction->text);
  if (row.mark != Mark::none) found.push_back("output: " + facts.words.line);
  if (!row.function.empty()) found.push_back("frame: " + std::string(row.function));
  return found;
}

std::string title_of(const Row& row, const Facts& facts) {
  std::string title(row.title);
  const LastWords& words = facts.words;
  if (words.sanitizer && row.mark != Mark::none) return title + ": " + words.sanitizer->error;
  if (words.panic && row.mark != Mark::none) return title + ": " + words.panic->message;
  if (!words.exception_type.empty() && row.kind == "cpp-terminate")
    return title + ": " + words.exception_type + (words.what.empty() ? "" : ": " + words.what);
  if (row.mark != Mark::none || row.kind == "assertion")
    return words.line.empty() ? title : title + ": " + words.line;
  if (!facts.full_address || row.signal == 0) return title;
  const std::string_view access = facts.pc_faulted    ? "execute"
                                  : facts.instruction ? to_string(facts.instruction->access)
                                                      : "";
  title += access.empty() ? " at " : ": " + std::string(access) + " at ";
  return title + rsp::hex_number(*facts.full_address);
}

// A debugger's steps and breakpoints stop by SIGTRAP, too. Its breakpoints aren't seen in the code.
bool is_mere_stop(const Facts& facts) {
  if (facts.outcome != Outcome::stop) return false;
  if (!facts.signal || !is_fatal(facts.signal->number)) return true;
  return facts.signal->number == trap && !(facts.instruction && facts.instruction->mnemonic == "brk");
}

}  // namespace

Kind recognise(const Facts& facts) {
  if (is_mere_stop(facts)) return {};
  const auto row =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& one) { return fits(one, facts); });
  if (row != std::end(rows)) return {row->kind, title_of(*row, facts), evidence_for(*row, facts)};
  if (!facts.signal || facts.outcome == Outcome::exit) return {};
  return {"signal", signal_name(facts.signal->number), {signal_name(facts.signal->number)}};
}

}  // namespace rspbridge::proxy::triage
