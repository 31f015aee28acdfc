#include "proxy/cli/look/look.hpp"

#include <unistd.h>

#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/crash_text.hpp"
#include "proxy/cli/look/documents.hpp"
#include "proxy/cli/look/find_session.hpp"
#include "proxy/cli/look/hex_dump.hpp"
#include "proxy/cli/look/http_client.hpp"
#include "proxy/cli/look/output_file.hpp"
#include "proxy/cli/look/progress.hpp"
#include "proxy/cli/look/terminal.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::cli::look {
namespace {

using Json = nlohmann::ordered_json;
using Layout = std::string (*)(const nlohmann::json&, const Terminal&);

HttpClient client_of(const Options& options) {
  const HttpAddress session = session_address(options.session);
  std::string token = options.token;
  if (token.empty() && session.token_file) {
    token = token_in(*session.token_file);
    if (token.empty())
      throw Failure(exit_failed, "the session's token can't be read from '" + *session.token_file +
                                     "'; give it with --http-token-file FILE");
  }
  return HttpClient(session.url, std::move(token));
}

// One answer in JSON, as it is or laid out.
void print_document(const Options& options, const char* path, const Parameters& parameters, Layout layout) {
  std::string body = client_of(options).get(path, parameters).body;
  if (options.json || options.delve) {
    if (!body.ends_with('\n')) body += '\n';
    return write_out(body);
  }
  try {
    write_out(layout(nlohmann::json::parse(body), terminal_of(STDOUT_FILENO)));
  } catch (const nlohmann::json::exception& error) {
    throw Failure(exit_failed,
                  std::string("the session's answer isn't understood; is it of another version of "
                              "rspbridge? ") +
                      error.what());
  }
}

std::string hex_address(std::uint64_t address) {
  return fmt::format("{:#x}", address);
}

struct Saved {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> stop_id;
};

// To the file that -o names, else to stdout.
Saved save(const Options& options, const char* path, const Parameters& parameters) {
  const HttpClient client = client_of(options);
  std::optional<OutputFile> file;
  std::optional<Progress> progress;
  Saved saved;
  client.download(
      path, parameters,
      [&](const Head& head) {
        saved.stop_id = head.stop_id;
        if (!options.output.empty()) file.emplace(options.output);
        progress.emplace(head.length);
      },
      [&](std::string_view bytes) {
        if (file)
          file->write(bytes);
        else
          write_out(bytes);
        saved.bytes += bytes.size();
        progress->add(bytes.size());
      });
  if (file) file->finish();
  return saved;
}

}  // namespace

void print_sessions(const Options& options) {
  const auto sessions = running_sessions();
  if (!options.json)
    return write_out(sessions.empty() ? "There is no session of yours on this machine.\n"
                                      : sessions_text(sessions, terminal_of(STDOUT_FILENO)));
  auto array = Json::array();
  for (const auto& session : sessions) array.push_back(Json::parse(registry::format_ready(session)));
  write_out(array.dump() + "\n");
}

void print_memmap(const Options& options) {
  Parameters parameters;
  if (options.address) parameters.emplace_back("addr", hex_address(*options.address));
  if (!options.permissions.empty()) parameters.emplace_back("perm", options.permissions);
  if (!options.path.empty()) parameters.emplace_back("path", options.path);
  if (options.delve) parameters.emplace_back("format", "delve");
  print_document(options, "/debug/elf/memmap", parameters, memmap_text);
}

void print_threads(const Options& options) {
  print_document(options, "/debug/threads", {}, threads_text);
}

void print_registers(const Options& options) {
  Parameters parameters;
  if (!options.thread.empty()) parameters.emplace_back("thread", options.thread);
  print_document(options, "/debug/registers", parameters, registers_text);
}

void print_memory(const Options& options) {
  const std::uint64_t address = options.address.value_or(0);
  const Parameters parameters{{"addr", hex_address(address)}, {"length", std::to_string(options.length)}};
  if (options.raw || !options.output.empty()) {
    save(options, "/debug/memory", parameters);
    return;
  }
  const Reply reply = client_of(options).get("/debug/memory", parameters);
  if (!options.json) return write_out(hex_dump(address, reply.body));
  Json json{
      {"address", hex_address(address)}, {"length", reply.body.size()}, {"bytes", rsp::to_hex(reply.body)}};
  json["stop_id"] = reply.head.stop_id ? Json(*reply.head.stop_id) : Json(nullptr);
  write_out(json.dump() + "\n");
}

void save_core(const Options& options) {
  const Saved saved = save(options, "/debug/core", {});
  if (!options.json) return;
  Json json{{"file", options.output.string()}, {"bytes", saved.bytes}};
  json["stop_id"] = saved.stop_id ? Json(*saved.stop_id) : Json(nullptr);
  write_out(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void print_crash(const Options& options) {
  Parameters parameters;
  if (!options.format.empty()) parameters.emplace_back("format", options.format);
  if (!options.output.empty()) {
    save(options, "/debug/crash", parameters);
    return;
  }
  Options shown = options;
  shown.json = options.json || options.format == "casr";
  print_document(shown, "/debug/crash", parameters, crash_text);
}

}  // namespace rspbridge::proxy::cli::look
