#include "proxy/near/symbol_offer.hpp"

#include <utility>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::string_view names[] = {
    "gdb_agent_gdb_tp_heap_buffer",
    "__nptl_version",
    "_thread_db_sizeof_pthread",
    "_thread_db_pthread_list",
    "_thread_db_pthread_report_events",
    "_thread_db_pthread_tid",
    "_thread_db_pthread_start_routine",
    "_thread_db_pthread_cancelhandling",
    "_thread_db_pthread_schedpolicy",
    "_thread_db_pthread_schedparam_sched_priority",
    "_thread_db_pthread_specific",
    "_thread_db_pthread_eventbuf",
    "_thread_db_pthread_eventbuf_eventmask",
    "_thread_db_pthread_eventbuf_eventmask_event_bits",
    "_thread_db_pthread_nextevent",
    "_thread_db_sizeof_list_t",
    "_thread_db_list_t_next",
    "_thread_db_list_t_prev",
    "_thread_db_sizeof_td_thr_events_t",
    "_thread_db_td_thr_events_t_event_bits",
    "_thread_db_sizeof_td_eventbuf_t",
    "_thread_db_td_eventbuf_t_eventnum",
    "_thread_db_td_eventbuf_t_eventdata",
    "__nptl_create_event",
    "__nptl_death_event",
    "__nptl_threads_events",
    "__nptl_nthreads",
    "_thread_db___nptl_nthreads",
    "__nptl_last_event",
    "_thread_db___nptl_last_event",
    "__nptl_initial_report_events",
    "_thread_db___nptl_initial_report_events",
    "__pthread_keys",
    "_thread_db___pthread_keys",
    "_thread_db_sizeof_pthread_key_struct",
    "_thread_db_pthread_key_struct_seq",
    "_thread_db_pthread_key_struct_destr",
    "_thread_db_sizeof_pthread_key_data",
    "_thread_db_pthread_key_data_seq",
    "_thread_db_pthread_key_data_data",
    "_thread_db_sizeof_pthread_key_data_level2",
    "_thread_db_pthread_key_data_level2_data",
    "_thread_db_link_map_l_tls_modid",
    "_thread_db_link_map_l_tls_offset",
    "_thread_db_dtv_dtv",
    "_thread_db_dtv_t_pointer_val",
    "_thread_db_dtv_t_counter",
    "_thread_db_pthread_dtvp",
    "__nptl_rtld_global",
    "_thread_db___nptl_rtld_global",
    "_thread_db_rtld_global__dl_tls_dtv_slotinfo_list",
    "_dl_tls_dtv_slotinfo_list",
    "_thread_db__dl_tls_dtv_slotinfo_list",
    "_thread_db_rtld_global__dl_stack_user",
    "_dl_stack_user",
    "_thread_db__dl_stack_user",
    "_thread_db_rtld_global__dl_stack_used",
    "_dl_stack_used",
    "_thread_db__dl_stack_used",
    "_thread_db_sizeof_dtv_slotinfo_list",
    "_thread_db_dtv_slotinfo_list_len",
    "_thread_db_dtv_slotinfo_list_next",
    "_thread_db_dtv_slotinfo_list_slotinfo",
    "_thread_db_sizeof_dtv_slotinfo",
    "_thread_db_dtv_slotinfo_gen",
    "_thread_db_dtv_slotinfo_map",
    "_thread_db_const_thread_area",
    "_thread_db_register64",
    "_thread_db_register32",
    "_thread_db_register64_thread_area",
    "_thread_db_register32_thread_area",
};

constexpr std::string_view packet_name = "qSymbol:";

}  // namespace

std::span<const std::string_view> looked_up_symbols() {
  return names;
}

void SymbolOffer::begin() {
  collecting_ = true;
  symbols_.clear();
}

std::optional<std::string> SymbolOffer::next() {
  if (symbols_.size() < std::size(names))
    return std::string(packet_name) + rsp::to_hex(names[symbols_.size()]);
  collecting_ = false;
  return std::nullopt;
}

bool SymbolOffer::take(std::string_view packet) {
  collecting_ = false;
  if (!packet.starts_with(packet_name)) return false;
  packet.remove_prefix(packet_name.size());
  const auto colon = packet.find(':');
  const std::string wanted = rsp::to_hex(names[symbols_.size()]);
  collecting_ = colon != std::string_view::npos && packet.substr(colon + 1) == wanted;
  if (collecting_) symbols_.push_back({wanted, std::string(packet.substr(0, colon))});
  return collecting_;
}

}  // namespace rspbridge::proxy::near
