// The options of the verbs that look at a session.
#include <charconv>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include "proxy/cli/verbs.hpp"

namespace rspbridge::proxy::cli {
namespace {

// A number as HTTP takes it: decimal, or hexadecimal with 0x.
std::uint64_t number(const std::string& text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hexadecimal ? 2 : 0);
  const char* end = text.data() + text.size();
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end)
    throw CLI::ValidationError("'" + text + "' is no number of 64 bits, such as 4096 or 0x1000");
  return value;
}

void add_json(CLI::App& app, Options& options, const char* what) {
  app.add_flag("--json", options.look.json, what);
}

// An empty one, of a script whose variable isn't set, isn't "the only one".
std::string why_unnamed(const std::string& session) {
  return session.empty() ? "it is empty" : "";
}

// Which session, and how to talk to it.
void add_session(CLI::App& app, Raw& raw, Options& options) {
  app.add_option(
         "--session", options.look.session,
         "which one, if there are several: an ID of rspbridge sessions or its beginning, an HTTP address, or "
         "a ready file")
      ->type_name("ID|URL|FILE")
      ->check(why_unnamed);
  app.add_option("--http-token-file", raw.http_token_file,
                 "the file with the token that the session asks for (default: the one that it was given)")
      ->type_name("FILE");
}

void add_look(CLI::App& app, Raw& raw, Options& options) {
  add_session(app, raw, options);
  add_json(app, options, "print JSON, as HTTP answers it");
}

void add_number(CLI::App& app, const char* name, std::function<void(std::uint64_t)> store, const char* what,
                bool required) {
  app.add_option_function<std::string>(
         name, [store](const std::string& text) { store(number(text)); }, what)
      ->type_name(required ? "" : "ADDR")
      ->required(required);
}

std::string no_permissions(const std::string& text) {
  const bool good = !text.empty() && text.find_first_not_of("rwxps") == std::string::npos;
  return good ? std::string() : "'" + text + "' isn't made of r, w, x, p (private) and s (shared)";
}

}  // namespace

void add_sessions(CLI::App& app, Raw&, Options& options) {
  add_json(app, options, "print an array of what their ready files hold");
}

void add_memmap(CLI::App& app, Raw& raw, Options& options) {
  const auto store = [&options](std::uint64_t value) { options.look.address = value; };
  add_number(app, "--addr", store, "only the mapping that holds this address", false);
  app.add_option("--perm", options.look.permissions,
                 "only mappings with all of these permissions, such as rw: r, w, x, p (private), s (shared)")
      ->type_name("LETTERS")
      ->check(no_permissions);
  app.add_option("--path", options.look.path, "only mappings of files whose path contains this")
      ->type_name("TEXT");
  app.add_flag("--delve", options.look.delve, "print JSON exactly as Delve has its memory map");
  add_look(app, raw, options);
}

void add_threads(CLI::App& app, Raw& raw, Options& options) {
  add_look(app, raw, options);
}

void add_registers(CLI::App& app, Raw& raw, Options& options) {
  app.add_option("--thread", options.look.thread,
                 "which thread: an ID that rspbridge threads prints (default: the one that stopped)")
      ->type_name("ID");
  add_look(app, raw, options);
}

void add_memory(CLI::App& app, Raw& raw, Options& options) {
  const auto address = [&options](std::uint64_t value) { options.look.address = value; };
  const auto length = [&options](std::uint64_t value) { options.look.length = value; };
  add_number(app, "ADDR", address, "the first byte: decimal, or hexadecimal with 0x", true);
  add_number(app, "LENGTH", length, "how many bytes, up to 64 MiB", true);
  app.add_option("-o", options.look.output, "write the bytes to a file")->type_name("FILE");
  app.add_flag("--raw", options.look.raw, "write the bytes to stdout, as they are");
  add_session(app, raw, options);
  add_json(app, options, "print a JSON object with address, length, stop_id and the bytes in hexadecimal");
}

void add_core(CLI::App& app, Raw& raw, Options& options) {
  app.add_option("-o", options.look.output, "where to write it (default: stdout, unless that is a terminal)")
      ->type_name("FILE");
  add_session(app, raw, options);
  add_json(app, options, "with -o: print a JSON object with file, bytes and stop_id once it is there");
}

void add_crash(CLI::App& app, Raw& raw, Options& options) {
  app.add_option("-o", options.look.output, "write the report as JSON to a file")->type_name("FILE");
  app.add_option("--format", options.look.format, "of JSON: report (default), or casr for CASR's shape")
      ->type_name("report|casr")
      ->check(CLI::IsMember({"report", "casr"}).description(""));
  add_look(app, raw, options);
}

void add_stop(CLI::App& app, Raw&, Options& options) {
  app.add_option(
         "--session", options.look.session,
         "which one, if there are several: an ID of rspbridge sessions or its beginning, or where GDB "
         "connects")
      ->type_name("ID|HOST:PORT")
      ->check(why_unnamed);
  app.add_flag("--if-any", options.look.if_any, "it is no failure if there is no such session");
}

void complete_look(const Raw& raw, Options& options) {
  const auto fail = [](const std::string& text) { throw CLI::ValidationError(text); };
  auto& look = options.look;
  if (!raw.http_token_file.empty()) look.token = read_token(raw.http_token_file);
  if (look.delve && look.json) fail("--delve is JSON already, and other JSON than --json: choose one");
  if (int(look.json) + int(look.raw) + int(!look.output.empty()) > 1 && options.verb == Verb::memory)
    fail("memory: choose one of -o, --raw and --json");
  const bool to_stdout = options.verb == Verb::core ? look.output.empty() : look.raw;
  if (to_stdout && look.json) fail("core: --json needs -o FILE, since the core file goes to stdout");
  if (to_stdout && ::isatty(STDOUT_FILENO))
    fail(std::string(to_string(options.verb)) +
         ": bytes aren't for a terminal: use -o FILE, or redirect stdout");
}

}  // namespace rspbridge::proxy::cli
