// The vDSO, which GDB reads as a symbol file from the target's memory.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "proxy/near/task.hpp"
#include "proxy/near/view/settings.hpp"
#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::near {

class Client;

/// Serves the vDSO's pages as the symbol store translates them. The stub is asked at each read all the same,
/// and only bytes that are as they were when they were translated are replaced.
class Vdso {
 public:
  Vdso(Client& client, const ViewSettings& settings) : client_(client), settings_(settings) {}

  /// GDB's reply to a read of the process that it selected; `reply` is the stub's.
  Task<std::string> served(rsp::MemoryRead read, std::string reply);

  /// A process stopped: if it executes another program now, or is gone, so is its vDSO.
  void on_stop(const rsp::StopReply& stop);
  /// Any process may be another one.
  void forget_all() { vdsos_.clear(); }

 private:
  /// One process's. Where there is none, or none that can be translated, `end` is `begin`.
  struct Pages {
    std::uint64_t begin = 0, end = 0;
    bool read = false;            ///< until then `end` is only where it must end
    std::string was, is;          ///< by the stub, and for GDB
    std::uint64_t page_size = 0;  ///< bytes
  };
  Task<Pages> find();
  Task<Pages> translated(Pages pages);
  Task<std::string> read_memory(std::uint64_t begin, std::uint64_t end);
  Pages refused(Pages pages, const std::string& why);

  Client& client_;
  const ViewSettings& settings_;
  std::map<std::string, Pages> vdsos_;  ///< by process ("p1f"; "" if GDB named none)
  std::string said_;                    ///< the last failure that was logged
};

}  // namespace rspbridge::proxy::near
