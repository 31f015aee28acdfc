#include "proxy/core/register_sets.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace rspbridge::proxy::core {
namespace {

using memmap::CoreNote;
using rsp::RegisterValues;

/// Where registers stand in a set. Rows with the same offset are different stubs' names for one register.
struct Row {
  std::string_view name;   ///< of one register, or what comes before the numbers of several
  unsigned count = 0;      ///< how many, numbered from 0; 0: one without a number
  std::size_t offset = 0;  ///< of the first, in bytes
  std::size_t size = 8;    ///< of each; a smaller register is extended with zeros, a larger one cut
  bool required = true;    ///< without it there is no such set
};

struct Set {
  std::string_view owner;
  std::uint32_t type;
  std::size_t size;  ///< in bytes
  std::span<const Row> rows;
};

struct Machine {
  std::string_view architecture;
  std::uint16_t machine;
  Set general;
  std::span<const Set> more;
};

// struct user_pt_regs
constexpr Row arm64_general[] = {
    {"x", 31, 0},    {"fp", 0, 29 * 8, 8, false}, {"lr", 0, 30 * 8, 8, false}, {"sp", 0, 248}, {"pc", 0, 256},
    {"cpsr", 0, 264}};
// struct user_fpsimd_state; v registers are the low halves of SVE's
constexpr Row arm64_fp[] = {
    {"v", 32, 0, 16}, {"z", 32, 0, 16, false}, {"fpsr", 0, 512, 4}, {"fpcr", 0, 516, 4}};
constexpr Row arm64_tls[] = {{"tpidr", 0, 0}};
// struct user_pac_mask
constexpr Row arm64_pac[] = {{"pauth_dmask", 0, 0}, {"pauth_cmask", 0, 8}};
constexpr Row arm64_tags[] = {{"tag_ctl", 0, 0}};
constexpr Set arm64_more[] = {{"CORE", NT_FPREGSET, 528, arm64_fp},
                              {"LINUX", NT_ARM_TLS, 8, arm64_tls},
                              {"LINUX", NT_ARM_PAC_MASK, 16, arm64_pac},
                              {"LINUX", NT_ARM_TAGGED_ADDR_CTRL, 8, arm64_tags}};

// struct user_regs_struct
constexpr Row amd64_general[] = {{"r15", 0, 0},
                                 {"r14", 0, 8},
                                 {"r13", 0, 16},
                                 {"r12", 0, 24},
                                 {"rbp", 0, 32},
                                 {"rbx", 0, 40},
                                 {"r11", 0, 48},
                                 {"r10", 0, 56},
                                 {"r9", 0, 64},
                                 {"r8", 0, 72},
                                 {"rax", 0, 80},
                                 {"rcx", 0, 88},
                                 {"rdx", 0, 96},
                                 {"rsi", 0, 104},
                                 {"rdi", 0, 112},
                                 {"orig_rax", 0, 120, 8, false},
                                 {"rip", 0, 128},
                                 {"cs", 0, 136},
                                 {"eflags", 0, 144},
                                 {"rsp", 0, 152},
                                 {"ss", 0, 160},
                                 {"fs_base", 0, 168, 8, false},
                                 {"gs_base", 0, 176, 8, false},
                                 {"ds", 0, 184},
                                 {"es", 0, 192},
                                 {"fs", 0, 200},
                                 {"gs", 0, 208}};

constexpr Machine machines[] = {
    {"aarch64", EM_AARCH64, {"CORE", NT_PRSTATUS, 272, arm64_general}, arm64_more},
    {"i386:x86-64", EM_X86_64, {"CORE", NT_PRSTATUS, 216, amd64_general}, {}},
};

std::optional<std::string> value_of(const RegisterValues& values, const std::string& name, std::size_t size) {
  const auto* found = values.layout().find(name);
  if (found == nullptr) return std::nullopt;
  return values.get_low(found->regnum, std::min(size, found->size));
}

// Nothing if a required register isn't known by any of its names.
std::optional<std::string> fill(const Set& set, const RegisterValues& values) {
  std::string bytes(set.size, '\0');
  std::vector<bool> known(set.size);
  const auto each = [&](auto&& visit) {
    for (const Row& row : set.rows)
      for (unsigned i = 0; i < std::max(row.count, 1u); ++i)
        visit(row, std::string(row.name) + (row.count ? std::to_string(i) : ""), row.offset + i * row.size);
  };
  each([&](const Row& row, const std::string& name, std::size_t offset) {
    const auto value = value_of(values, name, row.size);
    if (!value) return;
    value->copy(bytes.data() + offset, value->size());
    known[offset] = true;
  });
  bool complete = true;
  each([&](const Row& row, const std::string&, std::size_t offset) {
    complete = complete && (known[offset] || !row.required);
  });
  return complete ? std::optional(std::move(bytes)) : std::nullopt;
}

// struct user_sve_header, and behind it the registers, whose places depend on the length of a vector. Nothing
// if the thread has none, or if its present length isn't that of the description.
std::optional<CoreNote> sve_note(const RegisterValues& values) {
  struct Header {
    std::uint32_t size = 0, max_size = 0;
    std::uint16_t vl = 0, max_vl = 0, flags = 1 /* SVE_PT_REGS_SVE */, reserved = 0;
  } header;
  const auto* z0 = values.layout().find("z0");
  const auto vg = value_of(values, "vg", 1);
  if (z0 == nullptr || !vg || static_cast<unsigned char>(vg->front()) * 8u != z0->size) return std::nullopt;
  const std::size_t vl = z0->size;
  const auto aligned = [](std::size_t offset) { return (offset + 15) / 16 * 16; };
  const std::size_t p = sizeof header + 32 * vl, ffr = p + 16 * (vl / 8), fpsr = aligned(ffr + vl / 8);
  const Row rows[] = {{"z", 32, sizeof header, vl},
                      {"p", 16, p, vl / 8},
                      {"ffr", 0, ffr, vl / 8},
                      {"fpsr", 0, fpsr, 4},
                      {"fpcr", 0, fpsr + 4, 4}};
  const Set set{"LINUX", NT_ARM_SVE, aligned(fpsr + 8), rows};
  auto bytes = fill(set, values);
  if (!bytes) return std::nullopt;
  header.size = header.max_size = static_cast<std::uint32_t>(set.size);
  header.vl = header.max_vl = static_cast<std::uint16_t>(vl);
  std::memcpy(bytes->data(), &header, sizeof header);
  return CoreNote{std::string(set.owner), set.type, *std::move(bytes)};
}

}  // namespace

std::optional<std::uint16_t> machine_of(std::string_view architecture) {
  for (const Machine& machine : machines)
    if (machine.architecture == architecture) return machine.machine;
  return std::nullopt;
}

std::optional<RegisterSets> register_sets(std::uint16_t machine, const RegisterValues& values) {
  const auto* found = std::find_if(std::begin(machines), std::end(machines),
                                   [&](const Machine& one) { return one.machine == machine; });
  if (found == std::end(machines)) return std::nullopt;
  auto general = fill(found->general, values);
  if (!general) return std::nullopt;
  RegisterSets sets{*std::move(general), {}};
  for (const Set& set : found->more)
    if (auto bytes = fill(set, values))
      sets.more.push_back({std::string(set.owner), set.type, *std::move(bytes)});
  if (auto sve = sve_note(values)) sets.more.push_back(*std::move(sve));
  return sets;
}

}  // namespace rspbridge::proxy::core
