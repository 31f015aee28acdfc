#include "proxy/triage/frames.hpp"

#include <dwarf.h>

#include <algorithm>
#include <utility>

#include "proxy/triage/names.hpp"
#include "proxy/triage/variables.hpp"

namespace rspbridge::proxy::triage {
namespace {

using Scopes = std::vector<Dwarf_Die>;

bool is_function(Dwarf_Die& die) {
  const int tag = dwarf_tag(&die);
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

bool is_scope(Dwarf_Die& die) {
  const int tag = dwarf_tag(&die);
  return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
         tag == DW_TAG_catch_block;
}

// The DIEs within `function` around `address`, innermost first; it comes last.
Scopes scopes_at(Dwarf_Die function, Dwarf_Addr address) {
  Scopes scopes{function};
  for (bool deeper = true; deeper;) {
    deeper = false;
    Dwarf_Die child;
    if (dwarf_child(&scopes.back(), &child) != 0) break;
    do {
      if (!is_scope(child) || dwarf_haspc(&child, address) != 1) continue;
      scopes.push_back(child);
      deeper = true;
      break;
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  std::reverse(scopes.begin(), scopes.end());
  return scopes;
}

// Where the inlined function was called.
void set_call_site(Dwarf_Die& inlined, Dwarf_Die& unit, Frame& caller) {
  Dwarf_Attribute attribute;
  Dwarf_Word number = 0;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  caller.file.clear();
  caller.line.reset();
  if (dwarf_formudata(dwarf_attr(&inlined, DW_AT_call_file, &attribute), &number) == 0 &&
      dwarf_getsrcfiles(&unit, &files, &count) == 0 && number < count)
    if (const char* name = dwarf_filesrc(files, number, nullptr, nullptr)) caller.file = name;
  if (dwarf_formudata(dwarf_attr(&inlined, DW_AT_call_line, &attribute), &number) == 0)
    caller.line = static_cast<int>(number);
}

/// Tells the functions of one activation.
class Describer {
 public:
  Describer(const Surroundings& in, const Activation& activation, bool with_variables)
      : in_(in), activation_(activation), with_variables_(with_variables) {}

  std::vector<Frame> frames() {
    Frame frame = common();
    const std::uint64_t at = activation_.look_up();
    if (const auto line = in_.symbols.line(at)) {
      frame.file = line->file;
      frame.line = line->number;
    }
    if (activation_.signal_frame) {
      frame.function = "<signal handler called>";
      frame.file.clear();
      frame.line.reset();
      return {frame};
    }
    auto unit = in_.symbols.unit(at);
    const auto function = unit ? in_.symbols.function(*unit, at) : std::nullopt;
    if (!function) return {by_symbol(frame, at)};
    return by_scopes(*unit, scopes_at(*function, at - unit->bias), std::move(frame), at);
  }

 private:
  Frame common() const {
    Frame frame;
    frame.trust = activation_.trust;
    frame.signal_frame = activation_.signal_frame;
    frame.pc = *activation_.registers.pc;
    frame.sp = activation_.registers.values[Registers::sp];
    frame.image = in_.symbols.image(activation_.look_up());
    frame.has_symbols = frame.image != nullptr && in_.symbols.kind(*frame.image) != SymbolKind::none &&
                        in_.symbols.kind(*frame.image) != SymbolKind::corrupt;
    return frame;
  }

  Frame by_symbol(Frame frame, std::uint64_t at) const {
    const auto symbol = in_.symbols.symbol(at);
    if (!symbol) return frame;
    frame.function = function_name(symbol->name);
    frame.linkage_name = symbol->name;
    frame.function_address = symbol->address;
    return frame;
  }

  std::vector<Frame> by_scopes(Symbols::Unit& unit, Scopes scopes, Frame frame, std::uint64_t at) {
    std::vector<Frame> found;
    std::size_t inner = 0;  // the first scope of this function
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      if (!is_function(scopes[i])) continue;
      frame.inlined = dwarf_tag(&scopes[i]) == DW_TAG_inlined_subroutine;
      frame.function = function_name(&scopes[i]);
      frame.linkage_name = linkage_name(&scopes[i]);
      Dwarf_Addr entry = 0;
      frame.function_address.reset();
      if (dwarf_entrypc(&scopes[i], &entry) == 0) frame.function_address = entry + unit.bias;
      if (with_variables_)
        add_variables(unit,
                      {scopes.begin() + static_cast<std::ptrdiff_t>(inner),
                       scopes.begin() + static_cast<std::ptrdiff_t>(i) + 1},
                      scopes.back(), frame);
      found.push_back(frame);
      if (frame.function.empty()) found.back() = by_symbol(found.back(), at);
      set_call_site(scopes[i], unit.die, frame);
      frame.arguments.clear();
      frame.locals.clear();
      inner = i + 1;
    }
    return found;
  }

  void add_variables(const Symbols::Unit& unit, const Scopes& scopes, Dwarf_Die function,
                     Frame& frame) const {
    frame.has_variables = true;
    VariableReader reader(activation_, in_.memory, unit.bias, function);
    for (Dwarf_Die scope : scopes) reader.read(scope, frame.arguments, frame.locals);
  }

  const Surroundings& in_;
  const Activation& activation_;
  bool with_variables_;
};

}  // namespace

std::vector<Frame> functions_at(std::uint64_t pc, const Surroundings& in) {
  Activation activation;
  activation.registers.pc = pc;
  return Describer(in, activation, false).frames();
}

Backtrace backtrace(const Registers& registers, const Surroundings& in, std::size_t most,
                    std::size_t with_variables) {
  Unwound unwound = unwind(registers, in, most);
  Backtrace made;
  made.truncated = std::move(unwound.truncated);
  for (const Activation& activation : unwound.activations) {
    Describer describer(in, activation, made.frames.size() < with_variables);
    for (Frame& frame : describer.frames()) made.frames.push_back(std::move(frame));
  }
  return made;
}

}  // namespace rspbridge::proxy::triage
