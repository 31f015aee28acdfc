#include "proxy/near/handlers.hpp"

#include <optional>

#include "proxy/near/client.hpp"
#include "rsp/breakpoint.hpp"
#include "rsp/escape.hpp"
#include "rsp/qsupported.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::near {

void note_gdb_features(Client& client, std::string_view payload) {
  auto colon = payload.find(':');
  auto features = rsp::Features::parse(colon == std::string_view::npos ? "" : payload.substr(colon + 1));
  client.set_is_gdb(features.has("swbreak"));  // LLDB takes what is no packet for one
  if (!client.hooks().controls()) return;
  // A stub keeps the extensions that an earlier GDB of this connection switched on.
  bool& multiprocess = client.shared().multiprocess;
  if (multiprocess && !features.has("multiprocess"))
    client.warn(
        "this GDB doesn't know the multiprocess extension, which an earlier GDB switched on: thread "
        "numbers may confuse it; restart rspbridge if they do");
  multiprocess = multiprocess || features.has("multiprocess");
}

void on_gdb_features(Client& client, const PacketRow& row, std::string_view payload) {
  note_gdb_features(client, payload);
  client.forward(row, payload);
}

void add_no_ack_feature(Client&, std::string_view, std::string& reply) {
  if (!rsp::Features::parse(reply).has("QStartNoAckMode"))
    reply += (reply.empty() ? "" : ";") + std::string("QStartNoAckMode+");
}

void agree_no_ack(Client& client, const PacketRow&, std::string_view) {
  client.agree_no_ack();
}

void say_who(Client& client, const PacketRow&, std::string_view) {
  client.answer("rspbridge");
}

void note_non_stop(Client& client, std::string_view request, std::string& reply) {
  if (reply == "OK") client.set_non_stop(request == "QNonStop:1");
}

void note_thread(Client& client, std::string_view request, std::string& reply) {
  if (reply == "OK" && request.starts_with("Hg")) client.set_general_thread(std::string(request));
}

void note_breakpoint(Client& client, std::string_view request, std::string& reply) {
  auto breakpoint = reply == "OK" ? rsp::parse_breakpoint(request) : std::nullopt;
  if (!breakpoint) return;
  const std::string removal =
      rsp::format_breakpoint({.insert = false, .key = breakpoint->key, .conditions = {}});
  // Breakpoints belong to the process that Hg selects.
  const std::string key = client.general_process() + removal;
  if (!breakpoint->insert) return client.undo().forget(key);
  client.undo().set(key, {removal, client.general_process()});
}

namespace {
void note_switch(Client& client, std::string_view request, const std::string& reply, const std::string& name,
                 std::optional<std::string> process) {
  if (reply != "OK") return;
  if (request == name + ":0")
    client.undo().forget(name);
  else
    client.undo().set(name, {name + ":0", std::move(process)});
}
}  // namespace

void note_catch_syscalls(Client& client, std::string_view request, std::string& reply) {
  note_switch(client, request, reply, "QCatchSyscalls", client.general_process());
}

void note_thread_events(Client& client, std::string_view request, std::string& reply) {
  note_switch(client, request, reply, "QThreadEvents", std::nullopt);
}

void note_process_left(Client& client, std::string_view request, std::string& reply) {
  if (reply != "OK") return;
  const auto semicolon = request.find(';');
  client.process_left(semicolon == std::string_view::npos ? std::string()
                                                          : "p" + std::string(request.substr(semicolon + 1)));
}

void on_kill(Client& client, const PacketRow& row, std::string_view payload) {
  client.process_left({});
  client.forward(row, payload);
}

void offer_symbols(Client& client, const PacketRow& row, std::string_view payload) {
  SymbolOffer& offer = client.symbol_offer();
  if (payload == "qSymbol::" && client.shared().keeps_answers)
    offer.begin();
  else if (!offer.collecting() || !offer.take(payload))
    return client.forward(row, payload);
  if (const auto question = offer.next()) return client.answer(*question);
  client.give_symbols(offer.collected());
  client.forward(row, "qSymbol::");
}

void note_file_opened(Client& client, std::string_view, std::string& reply) {
  auto parsed = rsp::parse_vfile_reply(reply);
  if (!parsed || parsed->result < 0) return;
  const std::string close = rsp::format_vfile_close(parsed->result);
  client.undo().set(close, {close, std::nullopt});
}

void note_file_system(Client& client, std::string_view request, std::string& reply) {
  const auto number = rsp::parse_hex(request.substr(request.rfind(':') + 1));
  if (reply.starts_with("F0") && number) client.set_file_system(static_cast<std::int64_t>(*number));
}

void note_file_unlinked(Client& client, std::string_view request, std::string&) {
  const auto path = rsp::from_hex(request.substr(request.rfind(':') + 1));
  if (path) client.shared().written_files.insert(*path);
  client.forget_files();
}

void note_file_closed(Client& client, std::string_view request, std::string&) {
  client.undo().forget(std::string(request));
}

}  // namespace rspbridge::proxy::near
