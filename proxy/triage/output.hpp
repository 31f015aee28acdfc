// What a program's last words tell of its crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rspbridge::proxy::triage {

/// Who wrote a line that is known.
enum class Mark : std::uint8_t {
  none,
  stack_smash,
  buffer_overflow,
  double_free,
  heap,
  assertion,
  terminate,
  go_panic,
  rust_panic,
  asan,
  ubsan,
};

/// What AddressSanitizer or UndefinedBehaviorSanitizer said.
struct Sanitizer {
  std::string tool, error, access, summary;  ///< access: "read", "write" or empty
  std::vector<std::string> text;
};

/// What the runtime of Go or Rust said.
struct Panic {
  std::string language, message, location;
  std::vector<std::string> text;
  std::vector<std::string>
      functions;  ///< Go's: the panicking goroutine's, innermost first, as symbols name them
};

struct LastWords {
  Mark mark = Mark::none;            ///< of the first line that is known
  std::string line;                  ///< that line
  std::string exception_type, what;  ///< of an uncaught C++ exception
  std::optional<Sanitizer> sanitizer;
  std::optional<Panic> panic;
};

LastWords read_last_words(std::string_view output);

}  // namespace rspbridge::proxy::triage
