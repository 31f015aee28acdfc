#include "proxy/cli/vscode/adapters.hpp"

#include <set>

#include "proxy/cli/vscode/merge.hpp"
#include "proxy/cli/vscode/ports.hpp"
#include "proxy/cli/vscode/program_file.hpp"
#include "proxy/cli/vscode/values.hpp"
#include "proxy/cli/vscode/vscode.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::cli;
using namespace rspbridge::proxy::cli::vscode;
using nlohmann::ordered_json;

namespace {

rspbridge::proxy::cli::Options options_for(std::vector<std::string> program) {
  rspbridge::proxy::cli::Options options;
  options.program = std::move(program);
  options.target_text = "board";
  options.ssh.host = "board";
  options.vscode.session_options = {"-F", "/config"};
  return options;
}

Values values(const rspbridge::proxy::cli::Options& options) {
  auto all = values_for(options, {.rspbridge = "rspbridge",
                                  .gdb = "/usr/bin/gdb-multiarch",
                                  .gdb_helper = "/share/rspbridge.py",
                                  .program_file = "${workspaceFolder}/app",
                                  .port = 24001,
                                  .delve_port = 24002});
  all["name"] = "a name";
  return all;
}

}  // namespace

TEST_CASE("every template is filled, and names its tasks") {
  const Values all = values(options_for({"/opt/app", "a b", "<target>", "--listen"}));
  std::set<std::string_view> names;
  for (const Adapter& adapter : adapters()) {
    INFO(adapter.name);
    CHECK(names.insert(adapter.name).second);
    CHECK(find_adapter(adapter.name) == &adapter);
    const ordered_json launch = fill(adapter.launch, all);
    CHECK(launch.at("name") == "a name");
    std::set<std::string> labels;
    for (const auto task : adapter.tasks) labels.insert(fill(task, all).at("label").get<std::string>());
    for (const char* task : {"preLaunchTask", "postDebugTask"})
      if (launch.contains(task)) CHECK(labels.count(launch.at(task).get<std::string>()) == 1);
    CHECK(launch.contains("preLaunchTask") == !labels.empty());
  }
  CHECK(find_adapter("gdb") == nullptr);
}

TEST_CASE("the session's task has the words as they were given") {
  const Values all = values(options_for({"/opt/app", "a b", "<target>", "--listen"}));
  const ordered_json task = fill(find_adapter("cppdbg")->tasks.front(), all);
  CHECK(task.at("label") == "rspbridge: /opt/app on board");
  CHECK(task.at("args") == ordered_json({"exec", "--listen", "24001", "--on-exit", "detach", "-F", "/config",
                                         "board", "--", "/opt/app", "a b", "<target>", "--listen"}));
  CHECK(task_port(task) == 24001);
  const ordered_json launch = fill(find_adapter("cppdbg")->launch, all);
  CHECK(launch.at("miDebuggerServerAddress") == "127.0.0.1:24001");
  CHECK(launch.at("program") == "${workspaceFolder}/app");
}

TEST_CASE("stopping lets the program go unless it is to be killed") {
  rspbridge::proxy::cli::Options options = options_for({"app"});
  const auto kills = [](const ordered_json& launch) {
    return launch.at("setupCommands").dump().find("detach-on-kill") == std::string::npos;
  };
  CHECK_FALSE(kills(fill(find_adapter("cppdbg")->launch, values(options))));
  options.vscode.kill_on_stop = true;
  CHECK(kills(fill(find_adapter("cppdbg")->launch, values(options))));
  CHECK(fill(find_adapter("cppdbg")->tasks.front(), values(options)).at("args")[4] == "kill");
}

TEST_CASE("Delve listens where the Go extension connects") {
  const Values all = values(options_for({"./srv", "-x y", "it's"}));
  const ordered_json task = fill(find_adapter("go")->tasks.front(), all);
  CHECK(task_port(task) == 24002);
  CHECK(fill(find_adapter("go")->launch, all).at("port") == 24002);
  CHECK(task.at("args")[0] == "-L");
  CHECK(task.at("args")[4] == "board");
  CHECK(task.at("args")[5] ==
        "exec 'dlv' 'exec' '--headless' '--listen=127.0.0.1:24002' './srv' '--' '-x y' 'it'\\''s'");
}

TEST_CASE("a template without its value is refused") {
  CHECK_THROWS_AS(fill(R"({"a": "<b>"})", {}), std::out_of_range);
  CHECK_THROWS_AS(fill(R"({"a": "x<b>"})", {}), std::out_of_range);
  CHECK(fill(R"(["<b>", "x<c>y<c>", 1])", {{"b", {1, 2}}, {"c", "<b>"}}) ==
        ordered_json({1, 2, "x<b>y<b>", 1}));
}

TEST_CASE("ports stay, and are nobody else's") {
  const std::vector<ordered_json> none;
  const auto port = choose_port(none, "label", "seed");
  CHECK(port >= 24000);
  CHECK(port < 32000);
  CHECK(choose_port(none, "label", "seed") == port);
  const auto task = [](const std::string& label, std::uint16_t number) {
    return ordered_json{{"label", label}, {"args", {"exec", "--listen", std::to_string(number), "board"}}};
  };
  CHECK(choose_port({task("other", port)}, "label", "seed") != port);
  CHECK(choose_port({task("other", port), task("label", 1234)}, "label", "seed") == 1234);
  CHECK(task_port({{"args", {"-L", "127.0.0.1:24005:127.0.0.1:24005"}}}) == 24005);
  CHECK(task_port({{"args", {"exec", "--", "--listen", "1"}}}) == 0);
  CHECK(task_port({{"args", "--listen"}}) == 0);
  CHECK(task_port(7) == 0);
}

TEST_CASE("a GDB that knows ARM64 goes before one that needs the x86_64 view") {
  const LocalGdb amd64{"gdb", "/a/gdb", false, true},
      arm64{"aarch64-linux-gnu-gdb", "/a/arm-gdb", true, false}, lldb{"lldb", "/a/lldb", true, false};
  CHECK(choose_gdb({lldb, amd64, arm64}) == "/a/arm-gdb");
  CHECK(choose_gdb({lldb, amd64}) == "/a/gdb");
  CHECK(choose_gdb({lldb}) == "gdb-multiarch");
}

TEST_CASE("a file in the workspace is named from there") {
  CHECK(workspace_path("/nowhere/ws/build/app", "/nowhere/ws") == "${workspaceFolder}/build/app");
  CHECK(workspace_path("/nowhere/wsx/app", "/nowhere/ws") == "/nowhere/wsx/app");
  CHECK(workspace_path("/nowhere/ws/../app", "/nowhere/ws") == "/nowhere/app");
}

TEST_CASE("no ARM64 program") {
  CHECK(inspect_program("/nowhere") == ProgramKind::none);
  CHECK(inspect_program("/proc/self/exe") == ProgramKind::none);  // of x86-64
  CHECK(inspect_program("/") == ProgramKind::none);
}
