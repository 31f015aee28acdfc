#include "proxy/symbols/frames.hpp"

#include <string>

#include "proxy/symbols/frame_rules.hpp"
#include "tests/symbols/bytes.hpp"

namespace rspbridge::proxy::symbols::test {
namespace {

std::string rules(std::string_view program, Counts* counted = nullptr) {
  std::string file = bytes(program);
  Counts counts;
  translate_frame_rules(file, Cursor(file, {0, file.size()}, "rules"), 4, counts);
  if (counted) *counted = counts;
  return hex(file);
}

/// A file of one section.
ElfFile file_of(const char* name, std::string contents) {
  ElfFile elf;
  Section section;
  section.name = name;
  section.extent = {0, contents.size()};
  elf.bytes = std::move(contents);
  elf.sections.push_back(section);
  return elf;
}

std::string frames(const char* name, std::string_view contents) {
  ElfFile elf = file_of(name, bytes(contents));
  Counts counts;
  translate_frames(elf, counts);
  return hex(elf.bytes);
}

struct Case {
  const char* before;
  const char* after;
  const char* why;
};

}  // namespace

TEST_CASE("frame rules: registers are renumbered") {
  for (const Case& row : {
           Case{"0c 1f 00", "0c 07 00", "DW_CFA_def_cfa: sp"},
           {"9d 04 9e 03", "86 04 8f 03", "DW_CFA_offset: x29 and x30"},
           {"dd de", "c6 cf", "DW_CFA_restore"},
           {"41 0e 20", "41 0e 20", "an advance and an offset"},
           {"0d 1d", "0d 06", "DW_CFA_def_cfa_register"},
           {"05 48 06", "05 32 06", "DW_CFA_offset_extended: v8"},
           {"06 48", "06 32", "DW_CFA_restore_extended"},
           {"07 1e", "07 0f", "DW_CFA_undefined: x30, the outermost frame"},
           {"08 13", "08 03", "DW_CFA_same_value"},
           {"09 1e 09", "09 0f 19", "DW_CFA_register: x30 in x9"},
           {"12 1f 7c", "12 07 7c", "DW_CFA_def_cfa_sf"},
           {"0f 03 8f 10 06", "0f 03 77 10 06", "DW_CFA_def_cfa_expression"},
           {"10 13 02 8f 10", "10 03 02 77 10", "DW_CFA_expression"},
           {"16 13 02 8f 10", "16 03 02 77 10", "DW_CFA_val_expression"},
           {"2d", "00", "DW_CFA_AARCH64_negate_ra_state"},
           {"2c", "00", "DW_CFA_AARCH64_negate_ra_state_with_pc"},
           {"01 9d 9d 9d 9d 02 9d 03 9d 9d 04 9d 9d 9d 9d", "01 9d 9d 9d 9d 02 9d 03 9d 9d 04 9d 9d 9d 9d",
            "advances"},
           {"2e 10 2f 1d 04", "2e 10 2f 06 04", "GNU's"},
       }) {
    INFO(row.why);
    CHECK(rules(row.before) == hex(bytes(row.after)));
  }
}

TEST_CASE("frame rules: a register without a part is never taken for another") {
  Counts counts;
  CHECK(rules("90 04", &counts) == "b804");  // x16: column 56, which GDB leaves alone.
  CHECK(counts.lost_cfi == 1);
  CHECK(rules("05 4e 06") == "053806");                      // v14
  CHECK(rules("05 df 01 06") == "05b80006");                 // of two bytes
  CHECK(rules("0c 10 00") == "0c3800");                      // The CFA in x16: GDB can't map 56, and says so.
  CHECK(rules("09 1e 10") == "070f00");                      // x30 in x16: undefined
  CHECK(rules("10 48 04 92 2e 00 22") == "07320000000000");  // v8 at a place that takes VG: undefined
  CHECK(rules("0f 03 92 2e 00") == "0f03e22e00");            // The CFA does: GDB gives up on the frame.
}

TEST_CASE("frame rules: unknown or cut-off instructions are errors") {
  for (const char* broken : {"1a", "3f", "0c 1f", "10 13 05 8f", "0f 7f", "01 00", "09 1e"}) {
    INFO(broken);
    CHECK_THROWS_AS(rules(broken), Malformed);
  }
}

TEST_CASE("frames: the return address column and the augmentation") {
  // Length, id, version, "zRB", alignments, column 30, R: pcrel sdata4, DW_CFA_def_cfa sp 0.
  CHECK(frames(".eh_frame", "11000000 00000000 01 7a524200 04 78 1e 01 1b 0c1f00") ==
        hex(bytes("11000000 00000000 01 7a524200 04 78 0f 01 1b 0c0700")));
  // GDB stops at the B, so that what follows it has to come before it. Then a terminator, then the FDE.
  CHECK(frames(".eh_frame",
               "11000000 00000000 01 7a425200 04 78 1e 01 1b 0c1f00 00000000"
               "10000000 1d000000 00000000 00000000 00 9d0400") ==
        hex(bytes("11000000 00000000 01 7a524200 04 78 0f 01 1b 0c0700 00000000"
                  "10000000 1d000000 00000000 00000000 00 860400")));
  // .debug_frame, version 4; an FDE may come before its CIE.
  CHECK(frames(".debug_frame",
               "16000000 1a000000 0000000000000000 0000000000000000 9d04"
               "0e000000 ffffffff 04 00 08 00 04 78 1e 0c1f00") ==
        hex(bytes("16000000 1a000000 0000000000000000 0000000000000000 8604"
                  "0e000000 ffffffff 04 00 08 00 04 78 0f 0c0700")));
}

TEST_CASE("frames: what contradicts itself is an error") {
  for (const char* broken : {
           "11000000 00000000 01 7a524200 04 78 1e 01 1b 0c",      // shorter than it says
           "11000000 00000000 09 7a524200 04 78 1e 01 1b 0c1f00",  // a CIE of version 9
           "11000000 00000000 01 7a525800 04 78 1e 01 1b 0c1f00",  // an augmentation "zRX"
           "11000000 00000000 01 7a524200 04 78 10 01 1b 0c1f00",  // the return address in x16
           "11000000 00000000 01 7a524200 04 78 1e 01 5b 0c1f00",  // an aligned encoding
           "08000000 04000000 00000000",                           // an FDE without a CIE
           "ffffffff 0800000000000000 0000000000000000",           // a 64-bit entry
       }) {
    INFO(broken);
    CHECK_THROWS_AS(frames(".eh_frame", broken), Malformed);
  }
}

}  // namespace rspbridge::proxy::symbols::test
