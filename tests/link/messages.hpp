// A message of each kind with every field set, for tests of what carries them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::link::test {

template <class Message>
struct Row {
  const char* name;
  Message message;
  std::string wire;  ///< as docs/link.md has it
};

inline std::vector<Row<ToFar>> to_far_rows() {
  using namespace std::string_literals;
  using Base = WantedPage::Base;
  return {
      {"a request, all fields",
       Request{300, "m4000,8", Effect::resumes, Answer::stop, rsp::ThreadId{0x10, -1}, false, Promise::made,
               true, false},
       "\x00\xac\x02\x07m4000,8\x02\x03\x01\x01\x20\x01\x00\x01\x01\x00"s},
      {"a request, no more than it must have", Request{1, "?", Effect::looks, Answer::status},
       "\x00\x01\x01?\x00\x01\x00\x01\x00\x00\x01"s},
      {"open", Open{}, "\x01"s},
      {"read file", ReadFile{7, "/proc/1/maps"}, "\x02\x07\x0c/proc/1/maps"s},
      {"wanted",
       Wanted{.of_stopped_thread = {"g", ""},
              .questions = {{std::nullopt, "qC"}, {rsp::ThreadId{std::nullopt, 5}, "p1"}},
              .pages = {{Base::absolute, 0x400000}, {Base::sp, -4096}, {Base::pc, 0}},
              .sp_regnum = 31,
              .pc_regnum = std::nullopt,
              .map = true},
       "\x03\x02\x01g\x00\x02\x00\x02qC\x01\x00\x0a\x02p1\x03\x00\x80\x80\x80\x04\x01\xff\x3f\x02\x00\x01\x1f\x00\x01"s},
      {"interrupt", Interrupt{}, "\x04"s},
      {"stop the target", StopTarget{}, "\x05"s},
      {"GDB went", GdbGone{}, "\x06"s},
      {"symbols", Symbols{{{"6162", "1f"}, {"63", ""}}},
       "\x07\x02\x04"
       "6162\x02"
       "1f\x02"
       "63\x00"s},
      {"look at a file", LookAtFile{5, "/a", 3, 4}, "\x08\x05\x02/a\x03\x08"s},
      {"a hint", StepHint{StepHint::Calls::listed, Machine::aarch64, {{0x10, 0x2000}}, {{0x30, 0x40}}},
       "\x09\x02\x01\x01\x10\x80\x40\x01\x30\x40"s},
  };
}

inline std::vector<Row<ToNear>> to_near_rows() {
  using namespace std::string_literals;
  return {
      {"a reply", Reply{1, "\x00\xff$#"s, true}, "\x00\x01\x04\x00\xff$#\x01"s},
      {"console output", Reply{~std::uint64_t{0}, "O41", false},
       "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x03O41\x00"s},
      {"refused", Refused{2}, "\x01\x02"s},
      {"opened", Opened{true}, "\x02\x01"s},
      {"a file", FileRead{3, "text", ""}, "\x03\x03\x01\x04text\x00"s},
      {"no file", FileRead{3, std::nullopt, "There is none."}, "\x03\x03\x00\x0eThere is none."s},
      {"a stop", StopBundle{4, 9, "T05", {{rsp::ThreadId{1, 2}, "g"}}, true},
       "\x04\x04\x09\x03T05\x01\x01\x01\x02\x04\x01g\x01"s},
      {"a fact", Fact{{rsp::ThreadId{1, 2}, "g"}, "00"},
       "\x05\x01\x01\x02\x04\x01g\x01\x02"
       "00"s},
      {"a fact of a thread that is gone", Fact{{std::nullopt, "g"}, std::nullopt}, "\x05\x00\x01g\x00"s},
      {"a map", MapRead{"", ""}, "\x06\x01\x00\x00"s},
      {"a notification", Notification{"Stop:T05"}, "\x07\x08Stop:T05"s},
      {"a line for the log", Log{true, "Oh."}, "\x08\x01\x03Oh."s},
      {"the stub's end", StubGone{true, "It exited."}, "\x09\x01\x0aIt exited."s},
      {"a file seen", FileSeen{5, "F3", "F0;", "a"},
       "\x0a\x05\x02"
       "F3\x03"
       "F0;\x01\x01"
       "a"s},
  };
}

}  // namespace rspbridge::proxy::link::test
