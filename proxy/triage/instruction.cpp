#include "proxy/triage/instruction.hpp"

#include <capstone/capstone.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>

#include "proxy/triage/disassembler.hpp"

namespace rspbridge::proxy::triage {
namespace {

struct AccessRow {
  std::string_view prefix;
  Access access;
};
// What a mnemonic that has a memory operand does there; the first that fits.
constexpr AccessRow accesses[] = {
    {"prf", Access::none},          {"ldadd", Access::read_write},  {"ldclr", Access::read_write},
    {"ldeor", Access::read_write},  {"ldset", Access::read_write},  {"ldsmax", Access::read_write},
    {"ldsmin", Access::read_write}, {"ldumax", Access::read_write}, {"ldumin", Access::read_write},
    {"cas", Access::read_write},    {"swp", Access::read_write},    {"stadd", Access::read_write},
    {"stclr", Access::read_write},  {"steor", Access::read_write},  {"stset", Access::read_write},
    {"stsm", Access::read_write},   {"stum", Access::read_write},   {"ld", Access::read},
    {"st", Access::write},
};

struct BranchRow {
  std::string_view mnemonic;
  Branch branch;
  bool authenticates = false;
};
constexpr BranchRow branches[] = {
    {"br", Branch::jump},          {"blr", Branch::call},          {"bl", Branch::call},
    {"b", Branch::jump},           {"ret", Branch::ret},           {"retaa", Branch::ret, true},
    {"retab", Branch::ret, true},  {"braa", Branch::jump, true},   {"brab", Branch::jump, true},
    {"braaz", Branch::jump, true}, {"brabz", Branch::jump, true},  {"blraa", Branch::call, true},
    {"blrab", Branch::call, true}, {"blraaz", Branch::call, true}, {"blrabz", Branch::call, true},
};

std::optional<std::uint64_t> value_of(unsigned reg, const Registers& registers) {
  const auto x = [&](std::size_t number) { return registers.values[number]; };
  const auto low = [](std::optional<std::uint64_t> value) {
    return value ? std::optional(*value & 0xffffffff) : value;
  };
  if (reg >= ARM64_REG_X0 && reg <= ARM64_REG_X28) return x(reg - ARM64_REG_X0);
  if (reg >= ARM64_REG_W0 && reg <= ARM64_REG_W30) return low(x(reg - ARM64_REG_W0));
  switch (reg) {
    case ARM64_REG_FP:
      return x(Registers::fp);
    case ARM64_REG_LR:
      return x(Registers::lr);
    case ARM64_REG_SP:
      return x(Registers::sp);
    case ARM64_REG_WSP:
      return low(x(Registers::sp));
    case ARM64_REG_XZR:
    case ARM64_REG_WZR:
      return 0;
    default:
      return std::nullopt;
  }
}

// The index of a memory operand as it is added: extended and shifted.
std::optional<std::uint64_t> index_of(const cs_arm64_op& operand, const Registers& registers) {
  if (operand.mem.index == ARM64_REG_INVALID) return 0;
  auto value = value_of(operand.mem.index, registers);
  if (!value) return value;
  if (operand.ext == ARM64_EXT_SXTW)
    value = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(*value)});
  return operand.shift.type == ARM64_SFT_LSL ? *value << operand.shift.value : *value;
}

Operand memory_operand(const cs_arm64& detail, const cs_arm64_op& operand, Access access,
                       const Registers& registers) {
  Operand made{{}, {}, {}, access};
  const auto base = value_of(operand.mem.base, registers), index = index_of(operand, registers);
  if (!base || !index) return made;
  const auto displacement = static_cast<std::uint64_t>(std::int64_t{operand.mem.disp});
  made.address = *base + (detail.post_index ? 0 : *index + displacement);
  return made;
}

struct Handle {
  csh handle = 0;
  cs_insn* instruction = nullptr;
  Handle() {
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle) != CS_ERR_OK) throw std::bad_alloc();
    cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    instruction = cs_malloc(handle);
  }
  ~Handle() {
    if (instruction != nullptr) cs_free(instruction, 1);
    cs_close(&handle);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
};

// The operands' texts, split at commas outside of brackets.
std::vector<std::string> operand_texts(std::string_view text) {
  const auto tab = text.find('\t');
  if (tab == std::string_view::npos) return {};
  text.remove_prefix(tab + 1);
  std::vector<std::string> texts(1);
  int depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) {
      texts.emplace_back();
    } else if (c != ' ' || !texts.back().empty()) {
      texts.back() += c;
    }
  }
  return texts;
}

void add_operands(const cs_arm64& detail, const Registers& registers, Faulting& made) {
  const auto texts = operand_texts(made.text);
  for (std::uint8_t i = 0; i < detail.op_count; ++i) {
    const cs_arm64_op& operand = detail.operands[i];
    Operand one;
    if (operand.type == ARM64_OP_MEM) {
      one = memory_operand(detail, operand, made.access, registers);
      made.address = one.address;
    } else if (operand.type == ARM64_OP_REG) {
      one.value = value_of(operand.reg, registers);
    } else if (operand.type == ARM64_OP_IMM) {
      one.value = static_cast<std::uint64_t>(operand.imm);
    }
    if (i < texts.size()) one.text = texts[i];
    if (!one.text.empty()) made.operands.push_back(std::move(one));
  }
}

bool has_memory(const cs_arm64& detail) {
  return std::any_of(detail.operands, detail.operands + detail.op_count,
                     [](const cs_arm64_op& operand) { return operand.type == ARM64_OP_MEM; });
}

}  // namespace

std::string_view to_string(Access access) {
  constexpr std::array<std::string_view, 5> names{"", "read", "write", "read-write", "execute"};
  return names[static_cast<std::size_t>(access)];
}

std::optional<Faulting> decode(std::string_view bytes, std::uint64_t pc, const Registers& registers) {
  if (bytes.size() < instruction_bytes) return std::nullopt;
  Handle handle;
  if (handle.instruction == nullptr) throw std::bad_alloc();
  const auto* code = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t left = instruction_bytes;
  std::uint64_t address = pc;
  if (!cs_disasm_iter(handle.handle, &code, &left, &address, handle.instruction)) return std::nullopt;
  Faulting made;
  const auto line = disassemble(bytes.substr(0, instruction_bytes), pc).front();
  made.text = line.text;
  made.word = line.word;
  made.mnemonic = made.text.substr(0, made.text.find('\t'));
  const cs_arm64& detail = handle.instruction->detail->arm64;
  if (has_memory(detail)) {
    const auto row = std::find_if(std::begin(accesses), std::end(accesses), [&](const AccessRow& one) {
      return made.mnemonic.starts_with(one.prefix);
    });
    if (row != std::end(accesses)) made.access = row->access;
  }
  for (const BranchRow& row : branches)
    if (row.mnemonic == made.mnemonic) {
      made.branch = row.branch;
      made.authenticates = row.authenticates;
    }
  if (made.mnemonic.starts_with("aut")) made.authenticates = true;
  add_operands(detail, registers, made);
  return made;
}

}  // namespace rspbridge::proxy::triage
