#include "proxy/cli/vscode/ports.hpp"

#include <algorithm>
#include <charconv>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "proxy/cli/errors.hpp"

namespace rspbridge::proxy::cli::vscode {
namespace {

using nlohmann::ordered_json;

// Below what Linux gives to connections by itself (32768 and up).
constexpr std::uint32_t lowest = 24000;
constexpr std::uint32_t how_many = 8000;
constexpr std::string_view forwarded = "127.0.0.1:";

std::uint16_t number(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? value : std::uint16_t{0};
}

bool is_free(std::uint16_t port) {
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context);
  asio::error_code error;
  acceptor.open(asio::ip::tcp::v4(), error);
  if (!error) acceptor.bind({asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

// FNV-1a: the same on every machine.
std::uint32_t hash(std::string_view text) {
  std::uint32_t value = 2166136261U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 16777619U;
  return value;
}

}  // namespace

std::uint16_t task_port(const ordered_json& task) {
  if (!task.is_object() || !task.contains("args") || !task["args"].is_array()) return 0;
  const ordered_json& args = task["args"];
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    if (!args[i].is_string() || !args[i + 1].is_string()) continue;
    const std::string& option = args[i].get_ref<const std::string&>();
    std::string_view value = args[i + 1].get_ref<const std::string&>();
    if (option == "--") return 0;
    if (option == "--listen") return number(value);
    if (option == "-L" && value.starts_with(forwarded)) return number(value.substr(forwarded.size()));
  }
  return 0;
}

std::uint16_t choose_port(const std::vector<ordered_json>& tasks, std::string_view label,
                          const std::string& seed) {
  std::vector<std::uint16_t> taken;
  for (const ordered_json& task : tasks) {
    const std::uint16_t port = task_port(task);
    if (port != 0 && task.contains("label") && task["label"] == label) return port;
    taken.push_back(port);
  }
  for (std::uint32_t i = 0; i < how_many; ++i) {
    const auto port = static_cast<std::uint16_t>(lowest + (hash(seed) + i) % how_many);
    if (std::find(taken.begin(), taken.end(), port) == taken.end() && is_free(port)) return port;
  }
  throw Failure(exit_failed, "no port of 127.0.0.1 is free; choose one with --port");
}

}  // namespace rspbridge::proxy::cli::vscode
