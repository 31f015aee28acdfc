// Where each register stands in a `g` packet (GDB manual, "Packets" and "Target Descriptions").
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "rsp/target_description.hpp"

namespace rspbridge::rsp {

/// One register of a layout. Values are in target byte order, which is little endian throughout.
struct LayoutRegister {
  std::string name;
  std::uint32_t regnum = 0;
  std::size_t offset = 0;  ///< in `g`, in bytes
  std::size_t size = 0;    ///< in bytes, at least one

  bool operator==(const LayoutRegister&) const = default;
};

/// The registers of a target description in ascending order of number, which is their order in `g`,
/// whatever numbers are left out. Immutable; copies share the registers.
class RegisterLayout {
 public:
  /// More bytes of registers than this are refused; SME's largest `za` takes 64 KiB.
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;

  /// No registers at all.
  RegisterLayout();
  /// The error is a sentence about the register that can't be: no whole number of bytes, or a
  /// size or a number out of DescriptionLimits' bounds.
  static tl::expected<RegisterLayout, std::string> of(const TargetDescription& description);

  /// Lives as long as any copy of this layout.
  std::span<const LayoutRegister> registers() const noexcept { return data_->registers; }
  /// Null if there is none. Lives as registers() do.
  const LayoutRegister* find(std::uint32_t regnum) const;
  /// All registers of that name: stubs may have several (qemu's system registers do).
  std::vector<const LayoutRegister*> find_all(std::string_view name) const;
  /// The one register of that name; null if there is none or more than one.
  const LayoutRegister* find(std::string_view name) const;
  /// Of a whole `g`, in bytes.
  std::size_t size() const noexcept { return data_->size; }

  bool operator==(const RegisterLayout& other) const;

 private:
  struct Data {
    std::vector<LayoutRegister> registers;
    std::vector<std::uint32_t> by_name;  ///< indices, in order of name
    std::size_t size = 0;
  };
  std::shared_ptr<const Data> data_;
};

}  // namespace rspbridge::rsp
