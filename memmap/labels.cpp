#include "memmap/labels.hpp"

#include <cstddef>
#include <string_view>

namespace rspbridge::memmap {
namespace {

constexpr std::string_view stack_label = "[stack", guard_label = "[guard";

bool is_anonymous(const Vma& vma) {
  return vma.path.empty() && !vma.shared && vma.inode == 0;
}

bool may_be_stack(const Vma& vma) {
  return is_anonymous(vma) && vma.readable && vma.writable;
}

bool may_be_guard(const Vma& vma) {
  return is_anonymous(vma) && !vma.readable && !vma.writable && !vma.executable;
}

bool is_stack(std::string_view label) {
  return label == "[stack]" || label.starts_with("[stack:");
}

}  // namespace

std::vector<std::string> labels(const VmaMap& map, std::span<const ThreadStack> threads) {
  const auto& vmas = map.vmas();
  std::vector<std::string> result(vmas.size());
  for (std::size_t i = 0; i < vmas.size(); ++i)
    if (vmas[i].path.starts_with('[')) result[i] = vmas[i].path;
  for (const auto& thread : threads) {
    const auto* vma = map.find(thread.stack_pointer);
    if (vma == nullptr || !may_be_stack(*vma)) continue;
    auto& label = result[static_cast<std::size_t>(vma - vmas.data())];
    if (label.empty()) label = std::string(stack_label) + ":" + std::to_string(thread.thread_id) + "]";
  }
  for (std::size_t i = 0; i + 1 < vmas.size(); ++i) {
    const bool touches = vmas[i].range.end == vmas[i + 1].range.begin;
    if (touches && may_be_guard(vmas[i]) && is_stack(result[i + 1]))
      result[i] = std::string(guard_label) + result[i + 1].substr(stack_label.size());
  }
  return result;
}

}  // namespace rspbridge::memmap
