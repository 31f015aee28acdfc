#include "proxy/triage/disassembler.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <new>

#include <capstone/capstone.h>

#include "proxy/triage/spelling.hpp"

namespace rspbridge::proxy::triage {
namespace {

/// One Capstone handle with room for one instruction.
class Decoder {
 public:
  Decoder() {
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle_) != CS_ERR_OK) throw std::bad_alloc();
    decoded_ = cs_malloc(handle_);
    if (!decoded_) {
      cs_close(&handle_);
      throw std::bad_alloc();
    }
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() {
    cs_free(decoded_, 1);
    cs_close(&handle_);
  }

  /// The text of one instruction; empty if it is none.
  std::string decode(std::string_view encoded, std::uint32_t word, std::uint64_t address) {
    const auto* code = reinterpret_cast<const std::uint8_t*>(encoded.data());
    std::size_t left = instruction_bytes;
    if (!cs_disasm_iter(handle_, &code, &left, &address, decoded_)) return {};
    return spell(word, decoded_->mnemonic, decoded_->op_str);
  }

 private:
  csh handle_ = 0;
  cs_insn* decoded_ = nullptr;
};

std::uint32_t word_of(std::string_view bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = instruction_bytes; i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

std::string undefined(std::uint32_t word) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), ".inst\t0x%08x ; undefined", word);
  return text.data();
}

}  // namespace

std::vector<Instruction> disassemble(std::string_view bytes, std::uint64_t address) {
  std::vector<Instruction> instructions;
  if (bytes.size() < instruction_bytes) return instructions;
  instructions.reserve(bytes.size() / instruction_bytes);
  Decoder decoder;
  for (; bytes.size() >= instruction_bytes; bytes.remove_prefix(instruction_bytes)) {
    const std::string_view encoded = bytes.substr(0, instruction_bytes);
    const std::uint32_t word = word_of(encoded);
    Instruction instruction{address, word, decoder.decode(encoded, word, address)};
    if (instruction.text.empty()) instruction.text = undefined(word);
    instructions.push_back(std::move(instruction));
    address += instruction_bytes;
  }
  return instructions;
}

bool knows_newer_instructions() {
  return cs_version(nullptr, nullptr) >= CS_MAKE_VERSION(5, 0);
}

}  // namespace rspbridge::proxy::triage
