// GDB's symbols for the stub, collected before it asks: it asks for one after another.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::near {

/// The symbols that gdbserver looks up: those of libthread_db (glibc's nptl_db/structs.def and symbols.def
/// name what it needs), and of the in-process agent.
std::span<const std::string_view> looked_up_symbols();

/// Asks GDB for all of them (GDB manual, qSymbol), which costs no round trip on the link.
class SymbolOffer {
 public:
  void begin();
  bool collecting() const noexcept { return collecting_; }
  /// GDB's answer, `qSymbol:VALUE:NAME`. False if it isn't one to the question at hand; then nothing is
  /// collected any more.
  bool take(std::string_view packet);
  /// The next question to GDB; nothing once all are answered.
  std::optional<std::string> next();
  std::vector<link::Symbol> collected() { return std::move(symbols_); }

 private:
  bool collecting_ = false;
  std::vector<link::Symbol> symbols_;
};

}  // namespace rspbridge::proxy::near
