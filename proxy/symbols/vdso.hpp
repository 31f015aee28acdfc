// The vDSO: an ELF file that GDB reads from the target's memory, not from a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rspbridge::proxy::symbols {

/// How many bytes the vDSO has that begins with `start`, by its headers, which must be among them. Else why
/// How many bytes the vDSO has that begins with `start`, by its headers, which must be among them. Else why
/// it can't be translated, as a sentence.
tl::expected<std::uint64_t, std::string> vdso_size(std::string_view start);

/// Translates the vDSO as translate() does a file, and adds a description of the frames of signal handlers,
/// which return to its code. `image` is all of its pages; so is the result. What is loaded keeps its place,
/// and no code changes; section headers and whatever else stands behind that make room for what is new. Else
/// why it can't be translated, as a sentence.
tl::expected<std::string, std::string> translate_vdso(std::string_view image);

}  // namespace rspbridge::proxy::symbols
