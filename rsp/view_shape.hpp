// The parts that the built-in views are written with, and the document that they make.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rsp/view_definition.hpp"

namespace rspbridge::rsp {

/// One `<reg>` of a view, and where its value comes from.
struct ViewRegister {
  std::string name;
  std::uint32_t bits = 0;
  std::string type;
  std::string group;  ///< empty: GDB sorts it by its type
  Source source;
};

struct ViewFeature {
  std::string name;
  std::string_view types;  ///< the XML of the types that its registers have
  std::vector<ViewRegister> registers;
};

/// A Source of the stub's register of the first of these names that it has.
Source copy_of(std::vector<std::string> names);
/// The same, unavailable where the stub has none of them.
Source copy_if_any(std::vector<std::string> names);

/// The names that stubs give an ARM64 register: lldb-server says fp and lr, and a stub with SVE
/// has v0 as the low half of z0.
std::vector<std::string> stub_names(std::string_view arm64);

/// Whether the stub has a register of one of these names.
bool has_any(const TargetDescription& stub, const std::vector<std::string>& names);

/// `prefix`0 to `prefix`(count-1); the rest is as in `like`. Each is from the stub's register of that name.
std::vector<ViewRegister> numbered(std::string_view prefix, int count, const ViewRegister& like);

/// The types that GDB's own aarch64-core.xml and aarch64-fpu.xml have: cpsr_flags; aarch64v and its parts.
extern const std::string_view aarch64_core_types, aarch64_vector_types;

/// Writes the document. Text that comes from a stub is quoted for XML.
ViewDefinition define_view(std::string name, std::string_view architecture, std::string_view osabi,
                           const std::vector<ViewFeature>& features);

/// The error if the stub isn't one for AArch64; `view` is the view's name.
tl::expected<void, std::string> require_aarch64(std::string_view view, const TargetDescription& stub);

}  // namespace rspbridge::rsp
