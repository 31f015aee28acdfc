#include "proxy/near/view/monitor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "proxy/near/client.hpp"
#include "proxy/near/view/handlers.hpp"
#include "proxy/near/view/view.hpp"
#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::proxy::near {
namespace {

Task<std::string> help(View&, std::string) {
  std::string text = "rspbridge's own commands; other monitor commands go to the stub.\n";
  for (const MonitorCommand& command : monitor_commands()) {
    std::string left = "monitor rspbridge " + std::string(command.name);
    if (!command.arguments.empty()) left += " " + std::string(command.arguments);
    left.resize(std::max<std::size_t>(left.size() + 2, 48), ' ');
    text += left + std::string(command.what) + "\n";
  }
  co_return text;
}

Task<std::string> show_view(View& view, std::string) {
  const ViewSettings& settings = view.settings();
  std::string text = "view: " + std::string(to_string(settings.kind));
  if (settings.kind == ViewKind::file) text += " (" + settings.document_name + ")";
  text += settings.why.empty() ? "\n" : ": " + settings.why + "\n";
  if (view.is_x86_64())
    text += std::string("calls of functions: ") + (view.calls().allowed ? "on\n" : "off\n");
  co_return text;
}

Task<std::string> calls(View& view, std::string arguments) {
  if (!view.is_x86_64())
    co_return "Only the x86_64 view has to be told; GDB calls functions by itself here.\n";
  if (arguments == "on" || arguments == "off")
    view.calls().allowed = arguments == "on";
  else if (!arguments.empty())
    co_return "Say on or off.\n";
  if (!view.calls().allowed) co_return "Functions of the program aren't called.\n";
  co_return "Functions of the program are called with scalar arguments: integers, pointers, and at most two "
            "float or double. Aggregates as arguments, by value, are passed wrongly, and that can't be seen.\n";
}

Task<std::string> symbols(View& view, std::string) {
  co_return view.files().describe();
}

Task<std::string> flush(View& view, std::string) {
  view.client().hooks().flush();
  view.client().forget_files();
  co_return "What was known of the target is asked for again.\n";
}

Task<std::string> show_session(View& view, std::string) {
  const std::string& ready = view.client().shared().ready;
  if (ready.empty()) co_return "The session isn't ready yet.\n";
  co_return ready;
}

Task<std::string> show_link(View& view, std::string) {
  co_return view.client().hooks().describe_link();
}

Task<std::string> show_clients(View& view, std::string) {
  co_return view.client().hooks().describe_clients();
}

Task<std::string> take(View& view, std::string) {
  co_return view.client().hooks().take();
}

constexpr auto commands = std::to_array<MonitorCommand>({
    {"help", "", "this list", help},
    {"view", "", "which view of the registers this GDB has, and why", show_view},
    {"calls", "[on|off]", "whether GDB may call functions, in the x86_64 view", calls},
    {"symbols", "", "the target's files that GDB has read, and what they were served as", symbols},
    {"link", "", "where far runs, how fast the link is, what passed, and what cost round trips", show_link},
    {"session", "", "what this session is, and where it is reached: the ready file", show_session},
    {"clients", "", "which GDBs are connected, and which one controls the target", show_clients},
    {"take", "", "this GDB controls the target from now on; the one that did observes", take},
    {"hints", "[on|off]", "whether next and step run through calls on the target", monitor_hints},
    {"flush", "", "forget what was learned of the target, and ask for it again", flush},
    {"disassemble", "ADDRESS [COUNT]", "ARM64 instructions: a line \"ADDRESS WORD TEXT\" each, in hex",
     monitor_disassemble},
});

}  // namespace

std::span<const MonitorCommand> monitor_commands() {
  return commands;
}

Task<std::string> view_monitor(View& view, const PacketRow& row, std::string request) {
  constexpr std::string_view packet = "qRcmd,", ours = "rspbridge";
  const auto text = rsp::from_hex(std::string_view(request).substr(std::min(packet.size(), request.size())));
  const bool is_ours = text && (*text == ours || text->starts_with("rspbridge "));
  if (!is_ours) {
    auto asked = view.client().pass(row, std::move(request));
    std::string reply = co_await asked;
    co_return reply;
  }
  std::string words = text->substr(std::min(text->size(), ours.size() + 1));
  words.erase(0, std::min(words.find_first_not_of(' '), words.size()));
  words.erase(words.find_last_not_of(' ') + 1);
  if (words.empty()) words = "help";
  const auto space = std::min(words.find(' '), words.size());
  const std::string name = words.substr(0, space);
  std::string arguments = words.substr(std::min(words.size(), space + 1));
  for (const MonitorCommand& command : monitor_commands()) {
    if (command.name != name) continue;
    auto working = command.handler(view, std::move(arguments));
    const std::string output = co_await working;
    if (output.empty()) co_return "OK";  // an empty reply means that there is no such packet
    co_return rsp::to_hex(output);
  }
  co_return rsp::to_hex("rspbridge has no command " + rsp::quote(name) + ": see monitor rspbridge help\n");
}

}  // namespace rspbridge::proxy::near
