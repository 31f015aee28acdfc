// What the packet table's rows call. Free functions over a Client; none touches a stream.
#pragma once

#include <string>
#include <string_view>

namespace rspbridge::proxy::near {

class Client;
struct PacketRow;

void note_gdb_features(Client& client, std::string_view payload);
void on_gdb_features(Client& client, const PacketRow& row, std::string_view payload);
void add_no_ack_feature(Client& client, std::string_view request, std::string& reply);
void agree_no_ack(Client& client, const PacketRow& row, std::string_view payload);
void say_who(Client& client, const PacketRow& row, std::string_view payload);
void note_non_stop(Client& client, std::string_view request, std::string& reply);
void note_thread(Client& client, std::string_view request, std::string& reply);
void note_breakpoint(Client& client, std::string_view request, std::string& reply);
void note_catch_syscalls(Client& client, std::string_view request, std::string& reply);
void note_thread_events(Client& client, std::string_view request, std::string& reply);
void note_process_left(Client& client, std::string_view request, std::string& reply);
void on_kill(Client& client, const PacketRow& row, std::string_view payload);
void offer_symbols(Client& client, const PacketRow& row, std::string_view payload);
void note_file_opened(Client& client, std::string_view request, std::string& reply);
void note_file_unlinked(Client& client, std::string_view request, std::string& reply);
void note_file_closed(Client& client, std::string_view request, std::string& reply);
void note_file_system(Client& client, std::string_view request, std::string& reply);

}  // namespace rspbridge::proxy::near
