#include "proxy/far/file_looker.hpp"

#include <memory>
#include <utility>

#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::far {
namespace {

std::string expanded(const std::string& payload) {
  return rsp::expand_runs(payload).value_or(payload);
}

}  // namespace

void look_at_file(StubQueue& queue, const link::LookAtFile& request,
                  std::function<void(link::FileSeen seen)> ready) {
  auto seen = std::make_shared<link::FileSeen>(link::FileSeen{.id = request.id});
  auto opened = [&queue, seen, ready = std::move(ready)](const std::string& payload, bool) {
    seen->opened = expanded(payload);
    const auto reply = rsp::parse_vfile_reply(seen->opened);
    if (!reply || reply->result < 0) return ready(std::move(*seen));
    const std::int64_t fd = reply->result;
    queue.submit({.payload = rsp::format_vfile_fstat(fd),
                  .done = [seen](const std::string& status, bool) { seen->status = expanded(status); }});
    queue.submit({.payload = rsp::format_vfile_pread(fd, link::FileSeen::first_page, 0),
                  .done = [seen](const std::string& start, bool) { seen->start = expanded(start); }});
    queue.submit({.payload = rsp::format_vfile_close(fd),
                  .done = [seen, ready](const std::string&, bool) { ready(std::move(*seen)); }});
  };
  queue.submit({.payload = rsp::format_vfile_open(request.path, 0, 0), .done = std::move(opened)});
}

}  // namespace rspbridge::proxy::far
