// What the handlers of one server share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/http/answer.hpp"
#include "proxy/http/metrics.hpp"
#include "proxy/http/pprof.hpp"
#include "proxy/http/stop_findings.hpp"
#include "proxy/inspect/control.hpp"
#include "proxy/inspect/inspection.hpp"
#include "proxy/recorder.hpp"
#include "proxy/triage/stopped.hpp"

namespace rspbridge::proxy::http {

/// The last few memory maps as they were sent, so that the same isn't written twice.
class MapCache {
 public:
  /// What a document is made of. Within a stop what is populated only grows, so its size tells the set.
  struct Key {
    std::shared_ptr<const inspect::TargetMap> map;
    std::uint64_t populated = 0;
    std::string target;
    bool operator==(const Key&) const = default;
  };

  struct Entry {
    Key key;
    Text document;
    std::string etag;  ///< weak: of all but the stop
  };
  /// Null if it isn't there. As long as the next put().
  const Entry* find(const Key& key) const;
  const Entry& put(Entry entry);

 private:
  std::array<Entry, 4> entries_;
  std::size_t next_ = 0;
};

/// One server's.
struct Context {
  inspect::Inspection& inspection;
  std::string session, version;
  std::size_t max_streams = 0;         ///< of events
  const Recorder* recorder = nullptr;  ///< null: packets aren't kept
  Pprof pprof{};
  Metrics metrics{};
  MapCache maps{};
  std::shared_ptr<StopFindings> findings{};  ///< null: there are no crash reports
  inspect::Control* control = nullptr;       ///< null: nobody may stop or resume the target by HTTP
  triage::Program program{};                 ///< as far as it is known what is debugged
  triage::Reached reached{};                 ///< how
};

}  // namespace rspbridge::proxy::http
