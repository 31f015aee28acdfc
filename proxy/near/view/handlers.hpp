// What the packet table's rows call in a view. Each gives GDB's reply; none touches a stream.
#pragma once

#include <string>

#include "proxy/near/task.hpp"

namespace rspbridge::proxy::near {

class View;
struct PacketRow;

Task<std::string> view_features(View& view, const PacketRow& row, std::string request);
Task<std::string> view_description(View& view, const PacketRow& row, std::string request);
Task<std::string> view_read_registers(View& view, const PacketRow& row, std::string request);
Task<std::string> view_write_registers(View& view, const PacketRow& row, std::string request);
Task<std::string> view_read_register(View& view, const PacketRow& row, std::string request);
Task<std::string> view_write_register(View& view, const PacketRow& row, std::string request);
Task<std::string> view_resume(View& view, const PacketRow& row, std::string request);
Task<std::string> view_status(View& view, const PacketRow& row, std::string request);
Task<std::string> view_read_memory(View& view, const PacketRow& row, std::string request);
Task<std::string> view_write_memory(View& view, const PacketRow& row, std::string request);
Task<std::string> view_breakpoint(View& view, const PacketRow& row, std::string request);
Task<std::string> view_catch_syscalls(View& view, const PacketRow& row, std::string request);
Task<std::string> view_open_file(View& view, const PacketRow& row, std::string request);
Task<std::string> view_read_file(View& view, const PacketRow& row, std::string request);
Task<std::string> view_file_status(View& view, const PacketRow& row, std::string request);
Task<std::string> view_close_file(View& view, const PacketRow& row, std::string request);
Task<std::string> view_monitor(View& view, const PacketRow& row, std::string request);

/// `monitor rspbridge disassemble ADDRESS [COUNT]`: a line "ADDRESS WORD TEXT" an instruction, the first two
/// in hex without 0x; a line that begins otherwise is a sentence, about what couldn't be done from there on.
Task<std::string> monitor_disassemble(View& view, std::string arguments);

/// `monitor rspbridge hints [on|off|next|step START-END ...|none]`: the last three are the GDB helper's,
/// which tells with them what the user's command is; they give no text.
Task<std::string> monitor_hints(View& view, std::string arguments);

}  // namespace rspbridge::proxy::near
