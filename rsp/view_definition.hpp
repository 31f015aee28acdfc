// What a view of the registers is: a target description, and where each of its registers comes from.
// A view is data; CompiledView (rsp/register_view.hpp) joins it with the layout of a stub.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "rsp/target_description.hpp"

namespace rspbridge::rsp {

/// Where a register of a view gets its value.
struct Source {
  enum class Kind : std::uint8_t {
    copy,         ///< the stub's register; a wider one shows zeroes above it, a narrower one its low bytes
    flags,        ///< eflags, made of N, Z, C and V in the stub's cpsr
    constant,     ///< no register of the stub's, and a value that does no harm
    unavailable,  ///< no register of the stub's, and no value
  };
  Kind kind = Kind::unavailable;
  std::vector<std::string> names;  ///< copy and flags: the first of these that the stub has
  bool optional = false;           ///< copy and flags: unavailable where the stub has none of them
  std::string bytes;               ///< constant: little endian, as many as the register has
  bool ignores_writes = false;     ///< constant: a write does nothing, where others refuse it
};

struct ViewDefinition {
  std::string name;        ///< for errors
  std::string target_xml;  ///< one document without includes, which GDB gets as it is
  std::map<std::string, Source, std::less<>> sources;  ///< by the view's register
};

/// What a view must know of the process beside the stub's description.
struct ViewFacts {
  bool pac = false;            ///< it has pointer authentication (HWCAP_PACA)
  std::uint64_t pac_mask = 0;  ///< the bits of a code or data address that it uses, if `pac`
};

/// The base registers of AArch64: core, fpu (`v` from SVE's `z` where the stub has those), tls, and pauth:
/// the stub's, or made from `facts`. The error names what the stub lacks.
tl::expected<ViewDefinition, std::string> core_view(const TargetDescription& stub, const ViewFacts& facts);

/// An amd64 machine whose registers are ARM64's by rsp/x86_64_roles.hpp, and ARM64's own beside them
/// (org.rspbridge.aarch64). The error names what the stub lacks.
tl::expected<ViewDefinition, std::string> x86_64_view(const TargetDescription& stub);

/// A user's own description: each register shows the stub's register of the same name. `name` is what
/// errors call the document. It must name its architecture and include no other document.
tl::expected<ViewDefinition, std::string> file_view(std::string document, std::string_view name);

}  // namespace rspbridge::rsp
