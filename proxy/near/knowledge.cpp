#include "proxy/near/knowledge.hpp"

#include <utility>

#include "rsp/escape.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/stop_reply.hpp"
#include "rsp/thread_list.hpp"

namespace rspbridge::proxy::near {

using link::Effect;
using link::Request;
using rsp::ThreadId;

namespace {

std::pair<std::int64_t, std::int64_t> numbers(const ThreadId& thread) {
  return {thread.pid.value_or(0), thread.tid};
}

}  // namespace

Knowledge::Knowledge(link::SendToFar far, link::RequestId& last_id)
    : far_(std::move(far)), last_id_(last_id) {}

void Knowledge::set_enabled(bool enabled) {
  enabled_ = enabled;
  forget();
}

void Knowledge::forget() {
  drop_of_stop();
  memory_.clear();
  drop_answers(Keep::program);
  drop_answers(Keep::session);
}

std::optional<link::ToNear> Knowledge::next() {
  if (for_clients_.empty()) return std::nullopt;
  link::ToNear message = std::move(for_clients_.front());
  for_clients_.pop_front();
  return message;
}

void Knowledge::to_far(link::ToFar message) {
  if (auto* request = std::get_if<Request>(&message)) return on_request(std::move(*request));
  if (std::holds_alternative<link::GdbCame>(message) && keeps()) far_(working_set_.wanted());
  far_(std::move(message));
}

void Knowledge::on_request(Request request) {
  const PacketRow& row = row_for(request.payload);
  if (request.effect == Effect::resumes)
    before_resume(request);
  else if (request.effect == Effect::changes)
    before_change(request, row);
  else if (keeps())
    return look(std::move(request));
  pass(std::move(request));
}

Knowledge::Key Knowledge::key_of(const PacketRow& row, const std::optional<ThreadId>& thread,
                                 std::string payload) const {
  Key key{row.keep, std::nullopt, std::move(payload)};
  if (row.keep == Keep::registers) key.thread = thread;
  if (row.keep == Keep::program && thread) key.thread = ThreadId{thread->pid, -1};
  return key;
}

void Knowledge::look(Request request) {
  const PacketRow& row = row_for(request.payload);
  if (row.keep == Keep::never) return pass(std::move(request));
  if (row.keep == Keep::memory) {
    if (!read_memory(request)) pass(std::move(request));
    return;
  }
  if (row.keep == Keep::select || row.keep == Keep::alive) {
    if (!lives(request)) return pass(std::move(request));
    ++counts_.answered;
    return reply_to(request.id, "OK");
  }
  Key key = key_of(row, request.thread, request.payload);
  if (row.keep == Keep::registers || row.keep == Keep::stop) working_set_.asked(key.thread, request.payload);
  const auto found = answers_.find(key);
  if (found == answers_.end()) return pass(std::move(request), std::move(key));
  if (found->second.payload) {
    ++counts_.answered;
    return reply_to(request.id, *found->second.payload);
  }
  ++counts_.awaited;
  found->second.waiting.push_back(std::move(request));
}

bool Knowledge::lives(const Request& request) const {
  std::string_view text = request.payload;
  if (text.starts_with("Hg"))
    text.remove_prefix(2);
  else if (text.starts_with('T'))
    text.remove_prefix(1);
  else
    return false;
  const auto thread = rsp::parse_thread_id(text);
  if (!thread) return false;
  // "Any thread" is one that lives, where there is one.
  if (request.payload.starts_with('H') && thread->tid == 0) return !alive_.empty();
  return thread->is_specific() && alive_.contains(numbers(*thread));
}

void Knowledge::pass(Request request, std::optional<Key> key) {
  if (key) answers_[*key] = Answer{.payload = {}, .id = request.id, .waiting = {}};
  if (request.effect == Effect::looks) ++counts_.asked;
  if (request.answer == link::Answer::stop) resumes_.insert(request.id);
  if (request.answer != link::Answer::none)
    passed_[request.id] =
        Passed{std::move(key), std::nullopt, request.payload, request.effect, request.answer};
  far_(std::move(request));
}

// What is known before the stub answers is what it was before the change.
void Knowledge::before_change(const Request& request, const PacketRow& row) {
  if (row.keep == Keep::nothing) return;
  drop_answers(Keep::stop);
  if (row.keep == Keep::registers) {
    std::erase_if(answers_, [&](const auto& item) {
      return item.first.keep == Keep::registers && item.first.thread == request.thread;
    });
  } else if (row.keep == Keep::memory) {
    if (const auto write = rsp::parse_memory_write(request.payload))
      memory_.written(write->address, write->data.size());
    else
      memory_.clear();
  } else {
    drop_of_stop();
    memory_.clear();
  }
  advance_all();
}

void Knowledge::before_resume(const Request& request) {
  const bool continues = request.answer == link::Answer::stop && !request.payload.starts_with("vRun") &&
                         !request.payload.starts_with("vAttach");
  drop_of_stop();
  if (continues) {
    memory_.resume();
  } else {
    memory_.clear();
    drop_answers(Keep::program);
    working_set_.forget();
  }
  if (keeps()) far_(working_set_.wanted());
  advance_all();
}

void Knowledge::drop_of_stop() {
  drop_answers(Keep::stop);
  drop_answers(Keep::registers);
  alive_.clear();
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

void Knowledge::reply_to(link::RequestId id, std::string payload) {
  for_clients_.push_back(link::Reply{id, std::move(payload)});
}

}  // namespace rspbridge::proxy::near
