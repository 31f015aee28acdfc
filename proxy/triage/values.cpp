#include "proxy/triage/values.hpp"

#include <dwarf.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#include "proxy/triage/names.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::triage {
namespace {

constexpr int most_layers = 16;             // of typedefs, qualifiers and pointers
constexpr std::size_t longest_string = 64;  // bytes of what a pointer leads to

std::optional<Dwarf_Die> referred(Dwarf_Die& type) {
  Dwarf_Attribute attribute;
  Dwarf_Die to;
  if (dwarf_formref_die(dwarf_attr_integrate(&type, DW_AT_type, &attribute), &to) == nullptr)
    return std::nullopt;
  return to;
}

std::string_view qualifier(int tag) {
  switch (tag) {
    case DW_TAG_const_type:
      return "const ";
    case DW_TAG_volatile_type:
      return "volatile ";
    default:
      return "";
  }
}

std::string_view pointer_mark(int tag) {
  switch (tag) {
    case DW_TAG_pointer_type:
      return "*";
    case DW_TAG_reference_type:
      return "&";
    case DW_TAG_rvalue_reference_type:
      return "&&";
    default:
      return "";
  }
}

// In C a structure's name is none without the keyword.
std::string_view keyword(Dwarf_Die& type) {
  Dwarf_Die unit;
  if (dwarf_diecu(&type, &unit, nullptr, nullptr) == nullptr) return "";
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
      break;
    default:
      return "";
  }
  switch (dwarf_tag(&type)) {
    case DW_TAG_structure_type:
      return "struct ";
    case DW_TAG_union_type:
      return "union ";
    case DW_TAG_enumeration_type:
      return "enum ";
    default:
      return "";
  }
}

bool is_transparent(int tag) {
  return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
         tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

// Without typedefs and qualifiers.
std::optional<Dwarf_Die> plain_type(Dwarf_Die type) {
  for (int i = 0; i < most_layers; ++i) {
    if (!is_transparent(dwarf_tag(&type))) return type;
    const auto to = referred(type);
    if (!to) return std::nullopt;
    type = *to;
  }
  return std::nullopt;
}

Dwarf_Word encoding(Dwarf_Die& type) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  return dwarf_formudata(dwarf_attr_integrate(&type, DW_AT_encoding, &attribute), &value) == 0 ? value : 0;
}

bool is_character(Dwarf_Die& type) {
  const auto kind = encoding(type);
  return dwarf_bytesize(&type) == 1 && (kind == DW_ATE_signed_char || kind == DW_ATE_unsigned_char);
}

std::uint64_t number_of(const std::string& bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

std::int64_t signed_number_of(const std::string& bytes) {
  const auto shift = 64 - 8 * std::min<std::size_t>(bytes.size(), 8);
  return static_cast<std::int64_t>(number_of(bytes) << shift) >> shift;
}

std::string escaped(unsigned char c, char quote) {
  if (c == static_cast<unsigned char>(quote) || c == '\\') return std::string("\\") + static_cast<char>(c);
  if (std::isprint(c)) return std::string(1, static_cast<char>(c));
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\%03o", c);
  return text.data();
}

// The string at `address`, shorter where memory ends; nothing if not even one byte is there.
std::optional<std::string> string_at(std::uint64_t address, Memory& memory) {
  std::string text = "\"";
  for (std::size_t i = 0; i < longest_string; ++i) {
    const auto byte = memory.read(address + i, 1);
    if (!byte) return i == 0 ? std::nullopt : std::optional(text + "\"...");
    if (byte->front() == '\0') return text + '"';
    text += escaped(static_cast<unsigned char>(byte->front()), '"');
  }
  return text + "\"...";
}

std::optional<std::string> floating(const std::string& bytes) {
  std::array<char, 64> text{};
  if (bytes.size() == 4) {
    float value = 0;
    std::memcpy(&value, bytes.data(), 4);
    std::snprintf(text.data(), text.size(), "%.9g", static_cast<double>(value));
  } else if (bytes.size() == 8) {
    double value = 0;
    std::memcpy(&value, bytes.data(), 8);
    std::snprintf(text.data(), text.size(), "%.17g", value);
  } else {
    return std::nullopt;
  }
  return text.data();
}

std::optional<std::string> base_value(Dwarf_Die& type, const std::string& bytes) {
  switch (encoding(type)) {
    case DW_ATE_boolean:
      return number_of(bytes) > 1 ? std::to_string(number_of(bytes)) : number_of(bytes) ? "true" : "false";
    case DW_ATE_float:
      return floating(bytes);
    case DW_ATE_signed:
      return std::to_string(signed_number_of(bytes));
    case DW_ATE_unsigned:
      return std::to_string(number_of(bytes));
    case DW_ATE_address:
      return rsp::hex_number(number_of(bytes));
    case DW_ATE_signed_char:
    case DW_ATE_unsigned_char:
      return std::to_string(encoding(type) == DW_ATE_signed_char
                                ? signed_number_of(bytes)
                                : static_cast<std::int64_t>(number_of(bytes))) +
             " '" + escaped(static_cast<unsigned char>(bytes.front()), '\'') + "'";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> enumerator(Dwarf_Die& type, const std::string& bytes) {
  Dwarf_Die child;
  if (dwarf_child(&type, &child) == 0) do {
      Dwarf_Attribute attribute;
      Dwarf_Sword value = 0;
      if (dwarf_tag(&child) != DW_TAG_enumerator ||
          dwarf_formsdata(dwarf_attr(&child, DW_AT_const_value, &attribute), &value) != 0)
        continue;
      if (value == signed_number_of(bytes) || static_cast<std::uint64_t>(value) == number_of(bytes))
        return die_name(&child);
    } while (dwarf_siblingof(&child, &child) == 0);
  return std::to_string(signed_number_of(bytes));
}

}  // namespace

std::string type_name(Dwarf_Die type) {
  std::string declarator, qualifiers;
  const auto with = [&](const std::string& name) {
    return qualifiers + name + (declarator.empty() ? "" : " " + declarator);
  };
  for (int i = 0; i < most_layers; ++i) {
    const int tag = dwarf_tag(&type);
    const std::string_view mark = pointer_mark(tag);
    if (!mark.empty()) {
      declarator = std::string(mark) + std::exchange(qualifiers, {}) + declarator;
    } else if (const std::string name = die_name(&type); !name.empty()) {
      return with(std::string(keyword(type)) + name);
    } else if (!is_transparent(tag)) {
      return with("?");
    }
    qualifiers += qualifier(tag);
    const auto to = referred(type);
    if (!to) return with("void");
    type = *to;
  }
  return "?";
}

std::optional<std::size_t> printable_size(Dwarf_Die type) {
  auto plain = plain_type(type);
  if (!plain) return std::nullopt;
  const int tag = dwarf_tag(&*plain);
  if (!pointer_mark(tag).empty()) return 8;
  if (tag != DW_TAG_base_type && tag != DW_TAG_enumeration_type) return std::nullopt;
  const int size = dwarf_bytesize(&*plain);
  return size >= 1 && size <= 8 ? std::optional(static_cast<std::size_t>(size)) : std::nullopt;
}

std::optional<std::string> print_value(Dwarf_Die type, const std::string& bytes, Memory& memory) {
  auto plain = plain_type(type);
  if (!plain) return std::nullopt;
  const int tag = dwarf_tag(&*plain);
  if (tag == DW_TAG_base_type) return base_value(*plain, bytes);
  if (tag == DW_TAG_enumeration_type) return enumerator(*plain, bytes);
  const std::uint64_t address = number_of(bytes);
  if (tag != DW_TAG_pointer_type) return "@" + rsp::hex_number(address);
  const auto to = referred(*plain);
  auto pointed = to ? plain_type(*to) : std::nullopt;
  if (address != 0 && pointed && dwarf_tag(&*pointed) == DW_TAG_base_type && is_character(*pointed))
    if (const auto text = string_at(address, memory)) return rsp::hex_number(address) + " " + *text;
  return rsp::hex_number(address);
}

}  // namespace rspbridge::proxy::triage
