#include "proxy/near/observed.hpp"

#include "proxy/near/packet_table.hpp"

namespace rspbridge::proxy::near {
namespace {

// Packets of which their effect doesn't tell enough; the longest name that starts the packet counts.
struct Exception {
  std::string_view name;
  Observed observed;
};

constexpr Exception exceptions[] = {
    {"qSupported", Observed::features},
    {"?", Observed::status},
    {"!", Observed::agrees},
    {"vMustReplyEmpty", Observed::always},
    {"vCont?", Observed::always},
    {"vCont;", Observed::waits},
    {"c", Observed::waits},
    {"C", Observed::waits},
    {"s", Observed::waits},
    {"S", Observed::waits},
    {"H", Observed::selects},
    {"D", Observed::agrees},
    {"z", Observed::agrees},
    {"Z", Observed::breakpoint},
    {"QPassSignals", Observed::agrees},
    {"QProgramSignals", Observed::agrees},
    {"QNonStop", Observed::off},
    {"QCatchSyscalls", Observed::off},
    {"QThreadEvents", Observed::off},
    {"qSymbol", Observed::agrees},
    {"qAttached", Observed::attached},
    {"P", Observed::unknown},         // GDB notes what the stub can do, and the stub may not: `G` is refused
    {"qTStatus", Observed::unknown},  // it may trace nothing; GDB asks as it leaves, when the target may run
    {"qXfer:features:read", Observed::always},
    {"qXfer:auxv:read", Observed::always},
    {"qXfer:exec-file:read", Observed::always},
    {"qOffsets", Observed::always},
    {"vFile:setfs", Observed::file_system},
    {"vFile:open", Observed::opens},
    {"vFile:close", Observed::always},
    {"vFile:pread", Observed::always},
    {"vFile:fstat", Observed::always},
    {"vFile:stat", Observed::always},
    {"vFile:lstat", Observed::always},
    {"vFile:readlink", Observed::always},
    {"vFile", Observed::refused},
};

}  // namespace

Observed observed(std::string_view payload) {
  const PacketRow& row = row_for(payload);
  if (&row == &packet_table().back()) return Observed::unknown;
  const Exception* best = nullptr;
  for (const Exception& exception : exceptions) {
    // A name of one letter is a packet's whole name, which others begin with, too.
    const bool same =
        exception.name.size() > 1 ? payload.starts_with(exception.name) : row.name == exception.name;
    if (same && (!best || best->name.size() < exception.name.size())) best = &exception;
  }
  if (best) return best->observed;
  return row.effect == link::Effect::looks ? Observed::looks : Observed::refused;
}

std::string_view to_string(Observed observed) {
  switch (observed) {
    case Observed::looks:
      return "at the stop that it was told of";
    case Observed::always:
      return "yes";
    case Observed::agrees:
      return "OK, nothing is done";
    case Observed::off:
      return "only off";
    case Observed::refused:
      return "refused";
    case Observed::unknown:
      return "empty reply";
    case Observed::features:
      return "as the stub told the GDB in control";
    case Observed::status:
      return "the present stop";
    case Observed::waits:
      return "the next stop, nothing is resumed";
    case Observed::selects:
      return "if the thread lives";
    case Observed::breakpoint:
      return "OK if the GDB in control had set it";
    case Observed::attached:
      return "attached to";
    case Observed::file_system:
      return "of this GDB alone";
    case Observed::opens:
      return "only for reading";
  }
  return "?";
}

}  // namespace rspbridge::proxy::near
