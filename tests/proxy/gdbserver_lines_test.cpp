#include "proxy/launch/gdbserver_lines.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::launch;

namespace {
struct Parted {
  std::string messages, output;
  GdbserverLines lines{[this](std::string_view m) { messages += std::string(m) + "|"; },
                       [this](std::string_view o) { output += o; }};
};
}  // namespace

TEST_CASE("gdbserver's lines are parted from the program's, however the bytes arrive") {
  const std::string text =
      "hello\nProcess /opt/x y created; pid = 12\nRemote debugging from host 127.0.0.1, port 5\nProcess "
      "data\n"
      "Listening on port 8080\nKilling process(es): 12\nChild exited with status 3\r\nnot GDBserver "
      "exiting\nGDBserver exiting\nno "
      "newline";
  for (std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size()}) {
    INFO(step);
    Parted parted;
    for (std::size_t i = 0; i < text.size(); i += step)
      parted.lines.feed(std::string_view(text).substr(i, step));
    parted.lines.finish();
    CHECK(parted.messages ==
          "Process /opt/x y created; pid = 12|Remote debugging from host 127.0.0.1, port 5|Killing "
          "process(es): 12|"
          "Child exited with status 3|GDBserver exiting|");
    CHECK(parted.output == "hello\nProcess data\nListening on port 8080\nnot GDBserver exiting\nno newline");
  }
}

TEST_CASE("a prompt without a newline passes at once") {
  Parted parted;
  parted.lines.feed("name? ");
  CHECK(parted.output == "name? ");
  parted.lines.feed("GDBserver exiting\n");  // the rest of that line, so not gdbserver's
  CHECK(parted.output == "name? GDBserver exiting\n");
  CHECK(parted.messages.empty());
}

TEST_CASE("what gdbserver tells of itself") {
  CHECK(listening_port("Listening on port 41231") == 41231);
  CHECK_FALSE(listening_port("Listening on port x"));
  CHECK_FALSE(listening_port("Listening on port 70000"));
  CHECK(inferior_pid("Process /a created; pid = 99") == 99);
  CHECK(inferior_pid("Attached; pid = 7") == 7);
  CHECK_FALSE(inferior_pid("Process 7"));
  CHECK(is_start_line("Remote debugging from host ::ffff:127.0.0.1, port 4"));
  CHECK_FALSE(is_start_line("Child exited with status 0"));
}
