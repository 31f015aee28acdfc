#include "proxy/cli/vscode/adapters.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rspbridge::proxy::cli::vscode {
namespace {

using nlohmann::ordered_json;

// A session in the background. The problem matcher never finds a problem: VS Code demands a pattern. The task
// is under way from its start, and ready with the line that says where GDB may connect.
constexpr std::string_view session_task = R"json({
  "label": "<session-task>",
  "type": "process",
  "command": "<rspbridge>",
  "args": ["exec", "--listen", "<port-text>", "--on-exit", "<on-exit>", "<session-options>", "<target>", "--", "<program>"],
  "isBackground": true,
  "problemMatcher": {
    "owner": "rspbridge",
    "pattern": {"regexp": "^(?!)(.*):(.*):(.*)$", "file": 1, "line": 2, "message": 3},
    "background": {"activeOnStart": true, "beginsPattern": "^rspbridge: begins$", "endsPattern": "^rspbridge: ready; "}
  },
  "presentation": {"reveal": "always", "panel": "dedicated", "clear": true}
})json";

// Ends what the adapter left of the session: all of them but GDB's kill leave the process behind, or let it
// go.
constexpr std::string_view stop_task = R"json({
  "label": "<stop-task>",
  "type": "process",
  "command": "<rspbridge>",
  "args": ["stop", "--session", "127.0.0.1:<port-text>", "--if-any"],
  "problemMatcher": [],
  "presentation": {"reveal": "never", "panel": "dedicated", "close": true}
})json";

// vscode-go talks to Delve alone, so this one goes past rspbridge.
constexpr std::string_view delve_task = R"json({
  "label": "<delve-task>",
  "type": "process",
  "command": "ssh",
  "args": ["-L", "127.0.0.1:<delve-port-text>:127.0.0.1:<delve-port-text>", "-o", "ExitOnForwardFailure=yes", "<ssh-arguments>", "<delve-command>"],
  "isBackground": true,
  "problemMatcher": {
    "owner": "rspbridge",
    "pattern": {"regexp": "^(?!)(.*):(.*):(.*)$", "file": 1, "line": 2, "message": 3},
    "background": {"activeOnStart": true, "beginsPattern": "^rspbridge: begins$", "endsPattern": "API server listening at: "}
  },
  "presentation": {"reveal": "always", "panel": "dedicated", "clear": true}
})json";

const std::array all_adapters = {
    Adapter{"cppdbg",
            "ms-vscode.cpptools",
            Suits::always,
            R"json({
  "name": "<name>", "type": "cppdbg", "request": "launch",
  "program": "<program-file>",
  "cwd": "${workspaceFolder}",
  "MIMode": "gdb",
  "miDebuggerPath": "<gdb>",
  "miDebuggerServerAddress": "127.0.0.1:<port-text>",
  "useExtendedRemote": true,
  "launchCompleteCommand": "exec-continue",
  "stopAtEntry": false,
  "setupCommands": ["<setup-commands>"],
  "preLaunchTask": "<session-task>",
  "postDebugTask": "<stop-task>"
})json",
            {session_task, stop_task}},
    Adapter{"gdbtarget",
            "eclipse-cdt.cdt-gdb-vscode",
            Suits::always,
            R"json({
  "name": "<name>", "type": "gdbtarget", "request": "attach",
  "program": "<program-file>",
  "cwd": "${workspaceFolder}",
  "gdb": "<gdb>",
  "target": {"type": "remote", "host": "127.0.0.1", "port": "<port-text>"},
  "preConnectCommands": ["<gdb-commands>"],
  "preLaunchTask": "<session-task>",
  "postDebugTask": "<stop-task>"
})json",
            {session_task, stop_task}},
    // The adapter itself starts and ends the session, and shows what the program writes in the debug console.
    Adapter{"gdbtarget-launch",
            "eclipse-cdt.cdt-gdb-vscode",
            Suits::by_name,
            R"json({
  "name": "<name>", "type": "gdbtarget", "request": "launch",
  "program": "<program-file>",
  "cwd": "${workspaceFolder}",
  "gdb": "<gdb>",
  "target": {
    "type": "remote",
    "host": "127.0.0.1",
    "server": "<rspbridge>",
    "serverParameters": ["exec", "--listen", "0", "--on-exit", "<on-exit>", "<session-options>", "<target>", "--", "<program>"],
    "serverPortRegExp": "ready; in GDB: target extended-remote :([0-9]+)",
    "portDetectionTimeout": 60000,
    "serverDisconnectTimeout": 5000
  },
  "preConnectCommands": ["<gdb-commands>"]
})json",
            {}},
    Adapter{"gdb-dap",
            "OlegTolmatcev.gdb-dap",
            Suits::always,
            R"json({
  "name": "<name>", "type": "gdb-dap", "request": "attach",
  "program": "<program-file>",
  "target": "127.0.0.1:<port-text>",
  "preLaunchTask": "<session-task>",
  "postDebugTask": "<stop-task>"
})json",
            {session_task, stop_task}},
    Adapter{"codelldb",
            "vadimcn.vscode-lldb",
            Suits::always,
            R"json({
  "name": "<name>", "type": "lldb", "request": "attach",
  "targetCreateCommands": ["target create <program-file-for-lldb>"],
  "processCreateCommands": ["<lldb-commands>", "gdb-remote 127.0.0.1:<port-text>"],
  "preLaunchTask": "<session-task>",
  "postDebugTask": "<stop-task>"
})json",
            {session_task, stop_task}},
    Adapter{"lldb-dap",
            "llvm-vs-code-extensions.lldb-dap",
            Suits::always,
            R"json({
  "name": "<name>", "type": "lldb-dap", "request": "attach",
  "program": "<program-file>",
  "attachCommands": ["<lldb-commands>", "gdb-remote 127.0.0.1:<port-text>"],
  "preLaunchTask": "<session-task>",
  "postDebugTask": "<stop-task>"
})json",
            {session_task, stop_task}},
    Adapter{"go",
            "golang.go",
            Suits::go,
            R"json({
  "name": "<name>", "type": "go", "request": "attach", "mode": "remote",
  "debugAdapter": "dlv-dap",
  "host": "127.0.0.1",
  "port": "<delve-port>",
  "preLaunchTask": "<delve-task>"
})json",
            {delve_task}},
};

// The name of the value that the whole of `text` stands for; empty if it is no such thing.
std::string_view placeholder(std::string_view text) {
  if (text.size() < 3 || text.front() != '<' || text.back() != '>') return {};
  const auto name = text.substr(1, text.size() - 2);
  return name.find('>') == std::string_view::npos ? name : std::string_view();
}

const ordered_json& value_of(std::string_view name, const Values& values) {
  const auto found = values.find(name);
  if (found == values.end()) throw std::out_of_range("no value for <" + std::string(name) + ">");
  return found->second;
}

ordered_json replaced(const std::string& text, const Values& values) {
  if (const auto whole = placeholder(text); !whole.empty()) return value_of(whole, values);
  std::string result;
  std::size_t at = 0;
  for (auto begin = text.find('<'); begin != std::string::npos; begin = text.find('<', at)) {
    const auto end = text.find('>', begin);
    result += text.substr(at, begin - at) +
              value_of(std::string_view(text).substr(begin + 1, end - begin - 1), values).get<std::string>();
    at = end + 1;
  }
  return result + text.substr(at);
}

ordered_json filled(const ordered_json& json, const Values& values) {
  if (json.is_string()) return replaced(json.get<std::string>(), values);
  if (!json.is_structured()) return json;
  ordered_json result = json.is_array() ? ordered_json::array() : ordered_json::object();
  for (const auto& [key, value] : json.items()) {
    ordered_json one = filled(value, values);
    if (!json.is_array())
      result[key] = std::move(one);
    else if (value.is_string() && one.is_array())
      result.insert(result.end(), one.begin(), one.end());
    else
      result.push_back(std::move(one));
  }
  return result;
}

}  // namespace

std::span<const Adapter> adapters() {
  return all_adapters;
}

const Adapter* find_adapter(std::string_view name) {
  const auto found = std::find_if(all_adapters.begin(), all_adapters.end(),
                                  [name](const Adapter& one) { return one.name == name; });
  return found == all_adapters.end() ? nullptr : &*found;
}

ordered_json fill(std::string_view text, const Values& values) {
  return filled(ordered_json::parse(text), values);
}

}  // namespace rspbridge::proxy::cli::vscode
