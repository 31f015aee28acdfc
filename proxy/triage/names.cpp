#include "proxy/triage/names.hpp"

#include <cxxabi.h>
#include <dwarf.h>

#include <cstdlib>
#include <memory>
#include <vector>

namespace rspbridge::proxy::triage {
namespace {

constexpr std::size_t most_scopes = 64;

std::string demangled(const std::string& name) {
  if (!name.starts_with("_Z")) return name;
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
  return text ? text.get() : name;
}

// What GCC and LLVM append to clones of a function.
std::string without_clone_suffix(std::string name) {
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view suffix : {".constprop.", ".isra.", ".part.", ".cold", ".llvm.", ".lto_priv."})
      if (const auto at = name.find(suffix); at != std::string::npos && at > 0) {
        name.resize(at);
        cut = true;
      }
  }
  return name;
}

// "ns::f<int>(char, (lambda)#1) const [clone .cold]" is "ns::f<int>". A return type, which only templates
// have, stands before the last blank outside of brackets.
std::string without_parameters(const std::string& text) {
  int depth = 0;
  std::size_t begin = 0, end = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool of_operator = text.substr(begin, i - begin).ends_with("operator") ||
                             text.substr(begin, i - begin).ends_with("operator<") ||
                             text.substr(begin, i - begin).ends_with("operator>") ||
                             text.substr(begin, i - begin).ends_with("operator-");
    if (of_operator && (c == '<' || c == '>' || c == '-')) continue;
    if (of_operator && c == '(') {
      i += 1;
      continue;
    }
    if (c == '(' && depth == 0 && i > begin && !text.substr(i).starts_with("(anonymous")) {
      end = i;
      break;
    }
    if (c == '(' || c == '<') ++depth;
    if (c == ')' || c == '>') --depth;
    if (c == ' ' && depth == 0 && !text.substr(begin, i - begin).ends_with("operator")) begin = i + 1;
  }
  return text.substr(begin, end - begin);
}

// Rust's older mangling ends with a hash of 16 digits.
std::string without_rust_hash(std::string name) {
  const auto at = name.rfind("::h");
  if (at != std::string::npos && name.size() == at + 19 &&
      name.find_first_not_of("0123456789abcdef", at + 3) == std::string::npos)
    name.resize(at);
  return name;
}

// The DIE whose parents are the scopes of its declaration.
Dwarf_Die declaration_of(Dwarf_Die die) {
  for (int i = 0; i < 8; ++i) {
    Dwarf_Attribute attribute;
    Dwarf_Die other;
    Dwarf_Attribute* const to = dwarf_attr(&die, DW_AT_abstract_origin, &attribute)
                                    ? &attribute
                                    : dwarf_attr(&die, DW_AT_specification, &attribute);
    if (to == nullptr || dwarf_formref_die(to, &other) == nullptr) break;
    die = other;
  }
  return die;
}

bool is_scope(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type;
}

}  // namespace

std::string die_name(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  const char* name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
  return name ? name : "";
}

std::string linkage_name(Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  for (const unsigned which : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (const char* name = dwarf_formstring(dwarf_attr_integrate(function, which, &attribute))) return name;
  return {};
}

std::string function_name(Dwarf_Die* function) {
  std::string name = die_name(function);
  if (name.empty()) return function_name(linkage_name(function));
  Dwarf_Die declaration = declaration_of(*function);
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&declaration, &scopes);
  const std::unique_ptr<Dwarf_Die, void (*)(void*)> owner(scopes, std::free);
  for (int i = 1; i < count && i < static_cast<int>(most_scopes); ++i) {
    if (!is_scope(dwarf_tag(&scopes[i]))) continue;
    const std::string scope = die_name(&scopes[i]);
    const bool nameless = scope.empty() && dwarf_tag(&scopes[i]) == DW_TAG_namespace;
    if (!scope.empty() || nameless) name = (nameless ? "(anonymous namespace)" : scope) + "::" + name;
  }
  return name;
}

std::string function_name(const std::string& linkage_name) {
  const std::string plain = without_clone_suffix(linkage_name);
  const std::string text = demangled(plain);
  if (text == plain) return plain;
  return without_rust_hash(without_parameters(text));
}

}  // namespace rspbridge::proxy::triage
