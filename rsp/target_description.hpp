// Target descriptions (GDB manual, "Target Descriptions").
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace rspbridge::rsp {

/// One `<reg>`. Numbers follow the manual: one more than the register before, unless `regnum` says.
struct Register {
  std::string name, type, group;
  std::uint32_t bitsize = 0;
  std::uint32_t regnum = 0;
  bool save_restore = true;
};

struct Feature {
  std::string name;
  std::vector<Register> registers;
};

struct TargetDescription {
  std::string architecture;  ///< "aarch64"; empty if the description names none
  std::string osabi;
  std::vector<Feature> features;

  /// The first feature of that name, or null. Lives as long as this description.
  const Feature* feature(std::string_view name) const;
};

/// Limits on a description that a stub sends.
struct DescriptionLimits {
  std::size_t max_bytes = std::size_t{1} << 20;  ///< of all documents together
  int max_includes = 32;                         ///< xi:include, nested ones too
  int max_include_depth = 8;                     ///< documents within documents
  std::size_t max_registers = 4096;              ///< features too
  std::uint32_t max_register_bits = 524288;      ///< SME's za where a streaming vector has 2048 bits
  static constexpr std::uint32_t max_regnum = 65535;
};

/// Fetches an included document by its href; nothing if the stub has none.
using FetchAnnex = std::function<std::optional<std::string>(std::string_view href)>;

/// Reads `document` (target.xml), resolving xi:include through `fetch`. Entity declarations are
/// refused. The error is a sentence that says what is wrong and where.
tl::expected<TargetDescription, std::string> parse_target_description(std::string_view document,
                                                                      const FetchAnnex& fetch,
                                                                      const DescriptionLimits& limits = {});

/// The hrefs of the xi:include elements that `document` itself has, in order; for callers that must
/// fetch asynchronously before they parse. The error as above.
tl::expected<std::vector<std::string>, std::string> included_annexes(std::string_view document);

}  // namespace rspbridge::rsp
