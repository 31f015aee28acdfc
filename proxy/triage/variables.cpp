#include "proxy/triage/variables.hpp"

#include <dwarf.h>

#include <cstring>
#include <utility>

#include "proxy/triage/names.hpp"
#include "proxy/triage/values.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr std::size_t most_variables = 64;  // of one frame

}  // namespace

VariableReader::VariableReader(const Activation& activation, Memory& memory, std::uint64_t bias,
                               Dwarf_Die function)
    : activation_(activation), memory_(memory), bias_(bias), function_(function) {}

std::optional<std::uint64_t> VariableReader::frame_base() const {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(&function_, DW_AT_frame_base, &attribute) == nullptr) return std::nullopt;
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_getlocation_addr(&attribute, activation_.look_up() - bias_, &operations, &count, 1) != 1)
    return std::nullopt;
  const ExpressionContext context{activation_.registers, memory_, activation_.cfa, bias_};
  const auto base = evaluate({operations, count}, context);
  if (!base) return std::nullopt;
  if (base->kind != Location::Kind::reg) return base->number;
  return base->number < Registers::count ? activation_.registers.values[base->number] : std::nullopt;
}

std::optional<std::string> VariableReader::bytes_of(Dwarf_Die& variable, std::size_t size) const {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(&variable, DW_AT_const_value, &attribute) != nullptr) {
    Dwarf_Sword number = 0;
    if (size > sizeof number || dwarf_formsdata(&attribute, &number) != 0) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(&number), size);
  }
  if (dwarf_attr_integrate(&variable, DW_AT_location, &attribute) == nullptr) return std::nullopt;
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_getlocation_addr(&attribute, activation_.look_up() - bias_, &operations, &count, 1) != 1 ||
      count == 0)
    return std::nullopt;
  const ExpressionContext context{activation_.registers, memory_, activation_.cfa, bias_,
                                  [this] { return frame_base(); }};
  const auto place = evaluate({operations, count}, context);
  if (!place) return std::nullopt;
  if (place->kind == Location::Kind::address) return memory_.read(place->number, size);
  std::optional<std::uint64_t> number = place->number;
  if (place->kind == Location::Kind::reg)
    number = place->number < Registers::count ? activation_.registers.values[place->number] : std::nullopt;
  if (!number || size > sizeof *number) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(&*number), size);
}

std::optional<std::string> VariableReader::value_of(Dwarf_Die& variable, Dwarf_Die& type) const {
  const auto size = printable_size(type);
  const auto bytes = size ? bytes_of(variable, *size) : std::nullopt;
  return bytes ? print_value(type, *bytes, memory_) : std::nullopt;
}

void VariableReader::read(Dwarf_Die& scope, std::vector<Variable>& arguments,
                          std::vector<Variable>& locals) const {
  Dwarf_Die child;
  if (dwarf_child(&scope, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_formal_parameter && tag != DW_TAG_variable) continue;
    auto& list = tag == DW_TAG_formal_parameter ? arguments : locals;
    Variable variable{die_name(&child), {}, {}};
    if (variable.name.empty() || list.size() == most_variables) continue;
    Dwarf_Attribute attribute;
    Dwarf_Die type;
    if (dwarf_formref_die(dwarf_attr_integrate(&child, DW_AT_type, &attribute), &type) != nullptr) {
      variable.type = type_name(type);
      variable.value = value_of(child, type);
    }
    list.push_back(std::move(variable));
  } while (dwarf_siblingof(&child, &child) == 0);
}

}  // namespace rspbridge::proxy::triage
