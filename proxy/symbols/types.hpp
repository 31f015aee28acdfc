// Types as far as registers hold them: their sizes, and where a function returns them.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "proxy/symbols/debug_info.hpp"

namespace rspbridge::proxy::symbols {

/// What the calling conventions look at in a type.
struct Shape {
  bool other = false;  ///< something that is always returned differently, or isn't understood
  bool has_integer = false, has_float = false;
  std::uint64_t size = 0, alignment = 1;          ///< bytes
  std::uint64_t float_size = 0, float_count = 0;  ///< the floating-point members, if of one size
  bool open_array = false;    ///< a member is an array of no elements: compilers disagree on floats beside it
  bool mixed_floats = false;  ///< they aren't
};

/// The type that an entry has.
struct TypeOf {
  bool has_type = false;            ///< false: none, which means void
  std::optional<std::uint64_t> at;  ///< file offset; nothing if it is in another file
};

class Types {
 public:
  explicit Types(const DebugInfo& info) : info_(info) {}

  /// DW_AT_type of the entry, or of the one that it is an instance or the definition of.
  TypeOf type_of(const Unit& unit, const Die& die) const;
  /// The entry that DW_AT_abstract_origin or DW_AT_specification names.
  std::optional<std::uint64_t> origin(const Unit& unit, const Die& die) const;
  /// Bytes of the type at a file offset; nothing if it can't be told.
  std::optional<std::uint64_t> byte_size(std::uint64_t type_at);
  /// Whether GDB's amd64 port finds a returned value of that type where AAPCS64 puts it, given the parts
  /// that the registers play: x0 and x1 are rax and rdx, v0 and v1 are xmm0 and xmm1.
  bool returned_alike(std::uint64_t type_at);
  /// Whether it is an array, structure, union or class, or isn't known.
  bool is_aggregate(std::uint64_t type_at) const;

 private:
  std::optional<std::uint64_t> size_of(std::uint64_t type_at, int depth);
  std::optional<std::uint64_t> elements(const Unit& unit, Cursor& in) const;
  const Shape& shape(std::uint64_t type_at, int depth);
  Shape make_shape(std::uint64_t type_at, int depth);
  Shape array(const Unit& unit, const Die& die, Cursor& in, int depth);
  Shape aggregate(const Unit& unit, const Die& die, Cursor& in, int depth);
  void add_members(Shape& whole, const Unit& unit, const Die& die, Cursor& in, bool judge, int depth);
  void add_member(Shape& whole, const Unit& unit, const Die& member, bool is_union, int depth);
  bool judge_method(Shape& whole, const Unit& unit, const Die& method, std::string_view class_name) const;
  bool is_copying(const Unit& unit, const Die& parameter, std::uint64_t class_at) const;

  const DebugInfo& info_;
  std::unordered_map<std::uint64_t, std::optional<std::uint64_t>> sizes_;
  std::unordered_map<std::uint64_t, Shape> shapes_;
};

}  // namespace rspbridge::proxy::symbols
