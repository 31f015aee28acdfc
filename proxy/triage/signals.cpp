#include "proxy/triage/signals.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace rspbridge::proxy::triage {
namespace {

struct SignalRow {
  int number, gdb;
  std::string_view name;
  bool fatal = false, has_address = false;
};
constexpr SignalRow signals[] = {
    {1, 1, "SIGHUP"},
    {2, 2, "SIGINT"},
    {3, 3, "SIGQUIT", true},
    {4, 4, "SIGILL", true, true},
    {5, 5, "SIGTRAP", true, true},
    {6, 6, "SIGABRT", true},
    {7, 10, "SIGBUS", true, true},
    {8, 8, "SIGFPE", true, true},
    {9, 9, "SIGKILL"},
    {10, 30, "SIGUSR1"},
    {11, 11, "SIGSEGV", true, true},
    {12, 31, "SIGUSR2"},
    {13, 13, "SIGPIPE"},
    {14, 14, "SIGALRM"},
    {15, 15, "SIGTERM"},
    {17, 20, "SIGCHLD"},
    {18, 19, "SIGCONT"},
    {19, 17, "SIGSTOP"},
    {20, 18, "SIGTSTP"},
    {21, 21, "SIGTTIN"},
    {22, 22, "SIGTTOU"},
    {23, 16, "SIGURG"},
    {24, 24, "SIGXCPU", true},
    {25, 25, "SIGXFSZ", true},
    {26, 26, "SIGVTALRM"},
    {27, 27, "SIGPROF"},
    {28, 28, "SIGWINCH"},
    {29, 23, "SIGIO"},
    {30, 32, "SIGPWR"},
    {31, 12, "SIGSYS", true},
};

struct CodeRow {
  int number;  ///< of the signal; 0: any
  int code;
  std::string_view name;
};
constexpr CodeRow codes[] = {
    {0, 0, "SI_USER"},       {0, 0x80, "SI_KERNEL"},  {0, -1, "SI_QUEUE"},     {0, -2, "SI_TIMER"},
    {0, -6, "SI_TKILL"},     {11, 1, "SEGV_MAPERR"},  {11, 2, "SEGV_ACCERR"},  {11, 3, "SEGV_BNDERR"},
    {11, 4, "SEGV_PKUERR"},  {11, 8, "SEGV_MTEAERR"}, {11, 9, "SEGV_MTESERR"}, {11, 10, "SEGV_CPERR"},
    {7, 1, "BUS_ADRALN"},    {7, 2, "BUS_ADRERR"},    {7, 3, "BUS_OBJERR"},    {7, 4, "BUS_MCEERR_AR"},
    {7, 5, "BUS_MCEERR_AO"}, {4, 1, "ILL_ILLOPC"},    {4, 2, "ILL_ILLOPN"},    {4, 3, "ILL_ILLADR"},
    {4, 4, "ILL_ILLTRP"},    {4, 5, "ILL_PRVOPC"},    {4, 6, "ILL_PRVREG"},    {4, 7, "ILL_COPROC"},
    {4, 8, "ILL_BADSTK"},    {8, 1, "FPE_INTDIV"},    {8, 2, "FPE_INTOVF"},    {8, 3, "FPE_FLTDIV"},
    {8, 4, "FPE_FLTOVF"},    {8, 5, "FPE_FLTUND"},    {8, 6, "FPE_FLTRES"},    {8, 7, "FPE_FLTINV"},
    {8, 8, "FPE_FLTSUB"},    {8, 14, "FPE_FLTUNK"},   {5, 1, "TRAP_BRKPT"},    {5, 2, "TRAP_TRACE"},
    {5, 3, "TRAP_BRANCH"},   {5, 4, "TRAP_HWBKPT"},   {31, 1, "SYS_SECCOMP"},
};

const SignalRow* row_of(int number) {
  const auto* row = std::find_if(std::begin(signals), std::end(signals),
                                 [number](const SignalRow& one) { return one.number == number; });
  return row == std::end(signals) ? nullptr : row;
}

template <class T>
T at(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

std::string signal_name(int number) {
  const SignalRow* row = row_of(number);
  return row ? std::string(row->name) : "signal " + std::to_string(number);
}

std::string signal_code_name(int number, int code) {
  for (const CodeRow& row : codes)
    if (row.code == code && (row.number == 0 || row.number == number)) return std::string(row.name);
  return std::to_string(code);
}

std::optional<int> from_gdb_signal(int number) {
  for (const SignalRow& row : signals)
    if (row.gdb == number) return row.number;
  return std::nullopt;
}

std::optional<Signal> parse_siginfo(std::string_view bytes) {
  // si_signo, si_errno, si_code, padding; then a union.
  constexpr std::size_t pid_offset = 16, needed = 24;
  if (bytes.size() < needed) return std::nullopt;
  Signal signal;
  signal.number = at<std::int32_t>(bytes, 0);
  signal.code = at<std::int32_t>(bytes, 8);
  const SignalRow* row = row_of(signal.number);
  const bool sent = *signal.code <= 0;
  if (sent)
    signal.sender = at<std::int32_t>(bytes, pid_offset);
  else if (row && row->has_address)
    signal.address = at<std::uint64_t>(bytes, pid_offset);
  return signal;
}

bool is_fatal(int number) {
  const SignalRow* row = row_of(number);
  return row != nullptr && row->fatal;
}

}  // namespace rspbridge::proxy::triage
