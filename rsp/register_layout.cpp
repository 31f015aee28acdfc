#include "rsp/register_layout.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

std::optional<std::string> problem_of(const Register& reg) {
  constexpr DescriptionLimits limits;
  const auto about = "register " + quote(reg.name) + ": ";
  const auto bits = std::to_string(reg.bitsize) + " bits";
  if (reg.bitsize == 0) return about + bits;
  if (reg.bitsize % 8 != 0) return about + bits + " are no whole number of bytes";
  if (reg.bitsize > limits.max_register_bits) {
    return about + bits + " are more than " + std::to_string(limits.max_register_bits);
  }
  if (reg.regnum > DescriptionLimits::max_regnum) {
    return about + "regnum " + std::to_string(reg.regnum) + " is above " +
           std::to_string(DescriptionLimits::max_regnum);
  }
  return std::nullopt;
}

}  // namespace

RegisterLayout::RegisterLayout() : data_(std::make_shared<const Data>()) {}

tl::expected<RegisterLayout, std::string> RegisterLayout::of(const TargetDescription& description) {
  Data data;
  for (const auto& feature : description.features) {
    for (const auto& reg : feature.registers) {
      if (auto problem = problem_of(reg)) return tl::unexpected(std::move(*problem));
      data.registers.push_back({reg.name, reg.regnum, 0, reg.bitsize / 8});
    }
  }
  std::ranges::stable_sort(data.registers, {}, &LayoutRegister::regnum);
  for (auto& reg : data.registers) {
    if (&reg != data.registers.data() && (&reg)[-1].regnum == reg.regnum) {
      return tl::unexpected("register " + quote(reg.name) + ": regnum " + std::to_string(reg.regnum) +
                            " is taken");
    }
    reg.offset = data.size;
    data.size += reg.size;
    if (data.size > max_bytes) {
      return tl::unexpected("the registers take more than " + std::to_string(max_bytes) + " bytes");
    }
  }
  data.by_name.resize(data.registers.size());
  std::iota(data.by_name.begin(), data.by_name.end(), 0U);
  std::ranges::stable_sort(data.by_name, {},
                           [&](std::uint32_t i) { return std::string_view(data.registers[i].name); });
  RegisterLayout layout;
  layout.data_ = std::make_shared<const Data>(std::move(data));
  return layout;
}

const LayoutRegister* RegisterLayout::find(std::uint32_t regnum) const {
  const auto found = std::ranges::lower_bound(data_->registers, regnum, {}, &LayoutRegister::regnum);
  return found != data_->registers.end() && found->regnum == regnum ? &*found : nullptr;
}

std::vector<const LayoutRegister*> RegisterLayout::find_all(std::string_view name) const {
  const auto name_of = [this](std::uint32_t i) -> std::string_view { return data_->registers[i].name; };
  std::vector<const LayoutRegister*> found;
  auto at = std::ranges::lower_bound(data_->by_name, name, {}, name_of);
  for (; at != data_->by_name.end() && name_of(*at) == name; ++at) found.push_back(&data_->registers[*at]);
  return found;
}

const LayoutRegister* RegisterLayout::find(std::string_view name) const {
  const auto found = find_all(name);
  return found.size() == 1 ? found.front() : nullptr;
}

bool RegisterLayout::operator==(const RegisterLayout& other) const {
  return data_ == other.data_ || data_->registers == other.data_->registers;
}

}  // namespace rspbridge::rsp
