// What Knowledge learns from the stub's answers.
#include <utility>

#include "proxy/link/objects.hpp"
#include "proxy/near/knowledge.hpp"
#include "rsp/escape.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/stop_reply.hpp"
#include "rsp/thread_list.hpp"

namespace rspbridge::proxy::near {

using link::Request;
using rsp::ThreadId;

namespace {

std::string expanded(const std::string& payload) {
  return rsp::expand_runs(payload).value_or(payload);
}

std::pair<std::int64_t, std::int64_t> numbers(const ThreadId& thread) {
  return {thread.pid.value_or(0), thread.tid};
}

std::optional<std::string> page_bytes(const std::string& question, const std::string& payload) {
  const auto read = rsp::parse_memory_read(question);
  return read ? rsp::parse_memory_reply(*read, expanded(payload)) : std::nullopt;
}

}  // namespace

void Knowledge::to_near(link::ToNear message) {
  if (!std::holds_alternative<link::StopBundle>(message)) budget_.passed(hooks_.link());
  if (auto* reply = std::get_if<link::Reply>(&message)) return on_reply(std::move(*reply));
  if (auto* refused = std::get_if<link::Refused>(&message)) on_refused(refused->id);
  if (auto* said = std::get_if<link::Notification>(&message)) state_.notified(expanded(said->payload));
  if (auto* stop = std::get_if<link::StopBundle>(&message)) return on_stop(std::move(*stop));
  if (auto* fact = std::get_if<link::Fact>(&message)) return on_fact(std::move(*fact));
  if (auto* map = std::get_if<link::MapRead>(&message)) return budget_.came(hooks_.link()), on_map(0, *map);
  if (auto* file = std::get_if<link::FileRead>(&message); file && file->id == map_read_)
    return on_map(map_read_, {std::move(file->text), std::move(file->why_not)});
  for_clients_.push_back(std::move(message));
}

void Knowledge::on_reply(link::Reply reply) {
  const auto found = passed_.find(reply.id);
  if (found == passed_.end() || !reply.final) {
    for_clients_.push_back(std::move(reply));
    return;
  }
  const Passed passed = std::move(found->second);
  passed_.erase(found);
  resumes_.erase(reply.id);
  if (passed.page) {
    memory_.arrived(*passed.page, reply.id, page_bytes(passed.payload, reply.payload));
    look_into(*passed.page);
    return advance_all();
  }
  if (passed.key) learn_answer(*passed.key, reply.id, reply.payload);
  learn(passed, reply.payload);
  for_clients_.push_back(std::move(reply));
}

void Knowledge::on_refused(link::RequestId id) {
  const auto found = passed_.find(id);
  if (found == passed_.end()) return;
  const std::optional<Key> key = std::move(found->second.key);
  passed_.erase(found);
  const auto answer = key ? answers_.find(*key) : answers_.end();
  if (answer == answers_.end() || answer->second.id != id) return;
  const std::vector<Request> waiting = std::move(answer->second.waiting);
  answers_.erase(answer);
  for (Request request : waiting) pass(std::move(request));
}

void Knowledge::learn(const Passed& passed, const std::string& payload) {
  const std::string reply = expanded(payload);
  const std::optional<ThreadId> before = state_.stopped_thread();
  const bool was_non_stop = state_.non_stop();
  if (state_.answered(passed.payload, passed.answer, reply)) learn_stop(reply, before);
  if (state_.non_stop() != was_non_stop) forget();
  if (passed.payload.starts_with("qSupported")) features_ = reply;
  learn_breakpoint(passed, reply);
  if (passed.effect == link::Effect::changes && passed.of_gdb && hooks_.changed)
    hooks_.changed(row_for(passed.payload), passed.payload, reply);
}

void Knowledge::on_stop(link::StopBundle bundle) {
  resumes_.erase(bundle.id);
  budget_.stopped(bundle.coming.size() + (bundle.map_coming ? 1 : 0));
  const auto found = passed_.find(bundle.id);
  if (found != passed_.end()) {
    const Passed passed = std::move(found->second);
    passed_.erase(found);
    learn(passed, bundle.payload);
    if (passed.key) learn_answer(*passed.key, bundle.id, bundle.payload);
  }
  if (keeps()) {
    for (const link::Question& question : bundle.coming) {
      const auto read = rsp::parse_memory_read(question.payload);
      if (read && bundle.map_coming)
        memory_.expect(read->address, 0);
      else if (!read)
        answers_.try_emplace(key_of(row_for(question.payload), question.thread, question.payload));
    }
    if (bundle.map_coming) memory_.expect_map(0);
  }
  bundle.coming.clear();
  for_clients_.push_back(std::move(bundle));
}

void Knowledge::on_fact(link::Fact fact) {
  budget_.came(hooks_.link());
  if (const auto read = rsp::parse_memory_read(fact.question.payload)) {
    if (!keeps()) return;
    memory_.arrived(read->address, 0,
                    fact.payload ? page_bytes(fact.question.payload, *fact.payload) : std::nullopt);
    look_into(read->address);
    return advance_all();
  }
  const Key key = key_of(row_for(fact.question.payload), fact.question.thread, fact.question.payload);
  if (fact.payload) return learn_answer(key, 0, *std::move(fact.payload));
  const auto found = answers_.find(key);
  if (found == answers_.end() || found->second.payload || found->second.id != 0) return;
  const std::vector<Request> waiting = std::move(found->second.waiting);
  answers_.erase(found);
  for (Request request : waiting) pass(std::move(request));
}

void Knowledge::on_map(link::RequestId id, const link::MapRead& read) {
  auto map = read.text ? memmap::VmaMap::parse_maps(*read.text) : std::nullopt;
  if (!keeps() || !memory_.map_arrived(id, std::move(map))) return;
  if (memory_.lacks_map() && !map_is_unavailable_) {
    map_is_unavailable_ = true;
    const std::string why = read.text ? "/proc/PID/maps can't be understood" : read.why_not;
    for_clients_.push_back(link::Log{false, "memory is neither kept nor read ahead: " + why});
  }
  if (memory_.has_map())
    working_set_.drop_places_unless([this](std::uint64_t page) { return memory_.is_plain(page); });
  if (wants_stacks()) look_at_stacks();
  if (wants_images_) look_at_images();
  wants_images_ = false;
  advance_all();
}

void Knowledge::learn_stop(const std::string& reply, const std::optional<ThreadId>& before) {
  const auto stop = rsp::parse_stop_reply(reply);
  if (!stop) return;
  const bool other_process = stop->thread && before && stop->thread->pid != before->pid;
  const bool other_program = stop->kind != rsp::StopReply::Kind::stopped || stop->pair("exec").has_value();
  if (other_process || other_program) drop_memory();
  if (other_process || other_program) drop_answers(Keep::program);
  if (other_process || other_program) libraries_.clear();
  if (other_program)
    for (auto* breakpoints : {&inserted_, &set_before_, &refused_}) breakpoints->clear();
  if (stop->thread && stop->thread->is_specific() && !other_program) alive_.insert(numbers(*stop->thread));
  working_set_.stopped(reply);
}

// Errors pass, and are asked for again.
void Knowledge::learn_answer(const Key& key, link::RequestId id, std::string payload) {
  const auto found = answers_.find(key);
  if (found == answers_.end() || found->second.payload || found->second.id != id) return;
  const std::vector<Request> waiting = std::exchange(found->second.waiting, {});
  if (key.keep == Keep::never) {
    if (waiting.empty())
      found->second.payload = std::move(payload);
    else
      reply_to(waiting.front().id, std::move(payload)), answers_.erase(found);
    return;
  }
  // An empty reply is what a stub says to packets that it doesn't know.
  const bool lasts = key.keep == Keep::session || key.keep == Keep::trace || key.keep == Keep::program;
  const bool may_change = key.keep == Keep::trace && payload.starts_with("T1");
  const bool good = !payload.starts_with('E') && (!payload.empty() || lasts) && !may_change;
  if (good && key.payload.starts_with("qXfer:libraries-svr4:read:")) learn_libraries(key, payload);
  if (good && wants_stacks()) look_at_stack(key, payload);
  if (good)
    if (auto next = link::following_part(key.payload, expanded(payload)))
      answers_.try_emplace(Key{key.keep, key.thread, *std::move(next)});
  if (good || id != 0)
    for (const Request& request : waiting) reply_to(request.id, payload);
  if (good)
    found->second.payload = std::move(payload);
  else
    answers_.erase(found);
  if (good && key.payload.starts_with("qXfer:threads:read:")) learn_threads(key);
  if (!good && id == 0)
    for (Request request : waiting) pass(std::move(request));
}

// The list of many threads comes in parts, the last of which makes it whole.
void Knowledge::learn_threads(Key key) {
  auto read = rsp::parse_qxfer_read(key.payload);
  if (!read) return;
  std::string list;
  for (bool last = false; !last;) {
    read->offset = list.size();
    key.payload = rsp::format_qxfer_read(*read);
    const auto found = answers_.find(key);
    if (found == answers_.end() || !found->second.payload) return;
    const auto part = rsp::parse_qxfer_reply(expanded(*found->second.payload));
    if (!part || (part->data.empty() && !part->last)) return;
    list += part->data;
    last = part->last;
  }
  const auto threads = rsp::parse_thread_list(list);
  if (!threads) return;
  for (const auto& thread : *threads) alive_.insert(numbers(thread.id));
}

}  // namespace rspbridge::proxy::near
