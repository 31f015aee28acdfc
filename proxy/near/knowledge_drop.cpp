// What holds no longer: before a change, before a resume.
#include <utility>

#include "proxy/near/knowledge.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {

using link::Request;

// What is known before the stub answers is what it was before the change.
void Knowledge::before_change(const Request& request, const PacketRow& row) {
  if (row.keep == Keep::nothing) return;
  ahead_.clear();
  drop_answers(Keep::never);
  drop_answers(Keep::stop);
  if (row.keep == Keep::trace) drop_answers(Keep::trace);
  if (row.keep == Keep::registers) {
    std::erase_if(answers_, [&](const auto& item) {
      return item.first.keep == Keep::registers && item.first.thread == request.thread;
    });
  } else if (row.keep == Keep::memory) {
    if (const auto write = rsp::parse_memory_write(request.payload))
      memory_.written(write->address, write->data.size());
    else
      drop_memory();
  } else if (row.keep != Keep::stop) {
    drop_of_stop();
    drop_memory();
  }
  advance_all();
}

void Knowledge::before_resume(const Request& request) {
  const bool continues = request.answer == link::Answer::stop && !request.payload.starts_with("vRun") &&
                         !request.payload.starts_with("vAttach");
  if (request.payload.starts_with("vCont;c") || request.payload.starts_with("c")) expect_look_around();
  drop_of_stop();
  drop_memory();
  if (!continues) {
    drop_answers(Keep::program);
    working_set_.forget();
    libraries_.clear();
    map_is_unavailable_ = false;
    inserted_.clear();
    set_before_.clear();
    refused_.clear();
  }
  if (keeps()) hooks_.far(wanted());
}

void Knowledge::drop_of_stop() {
  drop_answers(Keep::never);
  drop_answers(Keep::stop);
  drop_answers(Keep::registers);
  alive_.clear();
  stacks_asked_ = false;
}

// Who waits for an answer that is on its way has asked before what drops it: the stub is asked for them.
void Knowledge::drop_answers(Keep keep) {
  std::vector<Request> left;
  for (auto item = answers_.begin(); item != answers_.end();) {
    if (item->first.keep != keep) {
      ++item;
      continue;
    }
    for (Request& request : item->second.waiting) left.push_back(std::move(request));
    item = answers_.erase(item);
  }
  for (Request& request : left) pass(std::move(request));
}

}  // namespace rspbridge::proxy::near
