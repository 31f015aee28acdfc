// The table of what AddressSanitizer finds.
#include <algorithm>
#include <iterator>

#include "proxy/triage/classify.hpp"
#include "proxy/triage/skip_list.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::string_view exploitable = "EXPLOITABLE", probably = "PROBABLY_EXPLOITABLE",
                           harmless = "NOT_EXPLOITABLE";

/// AddressSanitizer's errors: CASR's classes bear their names. Those that come with an access are worse if it
/// writes.
struct SanitizerRow {
  std::string_view error;
  std::string_view type;  ///< of an access that isn't known, or of all
  bool by_access = false;
};
constexpr SanitizerRow sanitizer_rows[] = {
    {"heap-buffer-overflow", probably, true},
    {"global-buffer-overflow", probably, true},
    {"stack-use-after-scope", probably, true},
    {"stack-use-after-return", probably, true},
    {"stack-buffer-overflow", probably, true},
    {"stack-buffer-underflow", probably, true},
    {"heap-use-after-free", probably, true},
    {"container-overflow", probably, true},
    {"*param-overlap", exploitable},
    {"use-after-poison", probably},
    {"negative-size-param", probably},
    {"calloc-overflow", probably},
    {"double-free", harmless},
    {"bad-free", harmless},
    {"alloc-dealloc-mismatch", harmless},
    {"new-delete-type-mismatch", harmless},
    {"odr-violation", harmless},
    {"allocation-size-too-big", harmless},
    {"out-of-memory", harmless},
    {"stack-overflow", harmless},
};

}  // namespace

Severity rate_sanitizer(const Sanitizer& sanitizer) {
  const auto row =
      std::find_if(std::begin(sanitizer_rows), std::end(sanitizer_rows),
                   [&](const SanitizerRow& one) { return matches_glob(one.error, sanitizer.error); });
  constexpr std::string_view description = "AddressSanitizer ended the program";
  const std::string reason = "it said: " + sanitizer.error;
  if (row == std::end(sanitizer_rows)) {
    const bool write = sanitizer.access == "write", read = sanitizer.access == "read";
    if (write) return {exploitable, "DestAv", description, reason + ", on a write"};
    return {harmless, read ? "SourceAv" : "AbortSignal", description, reason};
  }
  if (!row->by_access || sanitizer.access.empty()) return {row->type, sanitizer.error, description, reason};
  return {sanitizer.access == "write" ? exploitable : harmless,
          sanitizer.error + "(" + sanitizer.access + ")", description, reason + ", on a " + sanitizer.access};
}

}  // namespace rspbridge::proxy::triage
