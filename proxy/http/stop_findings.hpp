// What is found out about the present stop, for all who ask for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "proxy/inspect/inspection.hpp"
#include "proxy/inspect/turns.hpp"
#include "proxy/triage/gather.hpp"

namespace rspbridge::proxy::http {

struct Context;

/// Investigates a stop when it is asked about for the first time; who asks meanwhile waits for the same.
class StopFindings {
 public:
  /// `inspection` and `files` outlive it, and it every call.
  /// `program` and `reached` are what is told of them in reports.
  StopFindings(asio::any_io_executor executor, inspect::Inspection& inspection, triage::FileSource& files,
               triage::Program program, triage::Reached reached);

  /// Of the present stop, until GDB writes to the target.
  asio::awaitable<inspect::Result<triage::Findings>> present();
  /// The functions of each address, innermost first. They point into the findings.
  struct Functions {
    triage::Findings findings;
    std::vector<std::vector<triage::Frame>> at;  ///< by address, in order
  };
  asio::awaitable<inspect::Result<Functions>> functions(std::vector<std::uint64_t> addresses);

 private:
  struct Moment {
    link::StopId stop_id = 0;
    std::uint64_t changes = 0;
    bool operator==(const Moment&) const = default;
  };

  inspect::Inspection& inspection_;
  triage::Investigator investigator_;
  inspect::Turns turns_;
  triage::Program program_;
  triage::Reached reached_;
  Moment moment_;
  std::optional<triage::Findings> findings_;  ///< of that moment
};

/// Those of `context`, or the sentence that there are none.
asio::awaitable<inspect::Result<triage::Findings>> findings_of(Context& context);

}  // namespace rspbridge::proxy::http
