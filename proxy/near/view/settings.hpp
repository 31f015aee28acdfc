// Which view of the target a GDB gets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::proxy::near {

class SymbolStore;

/// What a GDB sees of the target's registers.
enum class ViewKind : std::uint8_t {
  native,  ///< what the stub has
  core,    ///< the base registers of AArch64 alone
  x86_64,  ///< an amd64 machine whose registers are ARM64's by role
  file,    ///< as a user's own target description has them
};

/// "native", "core", "x86_64", "file".
std::string_view to_string(ViewKind kind);

struct ViewSettings {
  ViewKind kind = ViewKind::native;
  std::string why;                       ///< why it is this one, if that was picked and not asked for
  std::string document, document_name;   ///< of ViewKind::file: the description and its path
  std::shared_ptr<SymbolStore> symbols;  ///< may be null: then files pass as they are
};

}  // namespace rspbridge::proxy::near
