// Processes, threads and registers.
#include <algorithm>
#include <map>
#include <utility>

#include "proxy/inspect/inspector.hpp"
#include "rsp/escape.hpp"
#include "rsp/qxfer.hpp"
#include "rsp/target_description.hpp"
#include "rsp/thread_list.hpp"

namespace rspbridge::proxy::inspect {
namespace {

constexpr std::uint64_t chunk = 0x1000;                       // bytes of an object a request
constexpr std::size_t largest_object = std::size_t{4} << 20;  // bytes
constexpr std::size_t threads_at_once = 16;                   // GDB waits for no more than these

Failure unsupported(std::string sentence) {
  return {Problem::unsupported, std::move(sentence), {}};
}

std::optional<std::uint64_t> number_of(const rsp::RegisterValues& values, std::string_view name) {
  const auto* found = values.layout().find(name);
  const auto bytes = found ? values.get(found->regnum) : std::nullopt;
  if (!bytes || bytes->size() > 8) return std::nullopt;
  return rsp::little_endian(*bytes);
}

}  // namespace

asio::awaitable<Result<std::string>> Inspector::object(std::optional<rsp::ThreadId> thread,
                                                       std::string object, std::string annex) {
  std::string whole;
  for (bool last = false; !last;) {
    std::vector<StubAccess::Question> question(1);
    question[0].thread = thread;
    question[0].payload = rsp::format_qxfer_read({object, annex, whole.size(), chunk});
    const auto answers = co_await stub_.ask(std::move(question));
    if (!answers) co_return tl::unexpected(answers.error());
    if (!answers->front())
      co_return tl::unexpected(Failure{Problem::no_thread, "there is no such thread", {}});
    const auto reply = rsp::parse_qxfer_reply(*answers->front());
    if (!reply) co_return tl::unexpected(unsupported("the stub has no " + object + " to read (qXfer)"));
    whole += reply->data;
    last = reply->last;
    if (whole.size() > largest_object)
      co_return tl::unexpected(unsupported("the stub's " + object + " has no end"));
  }
  co_return whole;
}

// The documents are fetched first, since the parser can't wait.
asio::awaitable<Result<const Inspector::Program*>> Inspector::program(rsp::ThreadId thread) {
  const std::int64_t pid = thread.pid.value_or(0);
  if (program_ && program_->pid == pid) co_return &*program_;
  std::map<std::string, std::string, std::less<>> documents;
  std::vector<std::string> wanted{"target.xml"};
  const rsp::DescriptionLimits limits;
  while (!wanted.empty() && documents.size() <= static_cast<std::size_t>(limits.max_includes)) {
    const std::string name = std::move(wanted.back());
    wanted.pop_back();
    if (documents.contains(name)) continue;
    const auto document = co_await object(thread, "features", name);
    if (!document) co_return tl::unexpected(document.error());
    const auto included = rsp::included_annexes(*document);
    if (included) wanted.insert(wanted.end(), included->begin(), included->end());
    documents.emplace(name, *document);
  }
  const auto annex = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = documents.find(name);
    return found == documents.end() ? std::nullopt : std::optional(found->second);
  };
  const auto description = rsp::parse_target_description(documents["target.xml"], annex);
  if (!description)
    co_return tl::unexpected(unsupported("the target description is wrong: " + description.error()));
  auto layout = rsp::RegisterLayout::of(*description);
  if (!layout) co_return tl::unexpected(unsupported("the target description is wrong: " + layout.error()));
  program_ = Program{pid, description->architecture, *std::move(layout)};
  co_return &*program_;
}

// What the stub lists of the process that all is about.
asio::awaitable<Result<std::vector<Thread>>> Inspector::listed() {
  std::vector<Thread> threads;
  const auto document = co_await object(std::nullopt, "threads", "");
  if (!document && document.error().problem != Problem::unsupported)
    co_return tl::unexpected(document.error());
  if (document) {
    const auto list = rsp::parse_thread_list(*document);
    if (!list) co_return tl::unexpected(unsupported("the stub's thread list is wrong: " + list.error()));
    for (const auto& thread : *list) threads.push_back({thread.id, thread.name, thread.core, {}, {}});
  }
  for (std::string request = "qfThreadInfo"; !document && !request.empty();) {
    std::vector<StubAccess::Question> question(1);
    question[0].payload = request;
    const auto answers = co_await stub_.ask(std::move(question));
    if (!answers) co_return tl::unexpected(answers.error());
    const auto part = rsp::parse_thread_info(answers->front().value_or(""));
    if (!part) co_return tl::unexpected(unsupported("the stub doesn't list threads"));
    for (const auto& id : *part) threads.push_back({id, {}, {}, {}, {}});
    request = part->empty() ? "" : "qsThreadInfo";
  }
  if (threads.empty()) co_return tl::unexpected(Failure{Problem::no_process, "there is no process", {}});
  const auto pid = stub_.state().pid;
  const auto about = [&](const Thread& thread) { return !thread.id.pid || thread.id.pid == pid; };
  if (pid && std::any_of(threads.begin(), threads.end(), about))
    std::erase_if(threads, [&](const Thread& thread) { return !about(thread); });
  co_return threads;
}

asio::awaitable<Result<std::int64_t>> Inspector::process() {
  if (const auto pid = stub_.state().pid) co_return *pid;
  const auto threads = co_await listed();
  if (!threads) co_return tl::unexpected(threads.error());
  const rsp::ThreadId& first = threads->front().id;
  co_return first.pid.value_or(first.tid);
}

asio::awaitable<std::optional<Failure>> Inspector::fetch_registers(std::vector<rsp::ThreadId> threads) {
  const auto layout = co_await program(threads.front());
  if (!layout) co_return layout.error();
  const Moment before = moment();
  std::vector<StubAccess::Question> questions;
  for (const rsp::ThreadId& thread : threads) questions.push_back({thread, "g"});
  const auto answers = co_await stub_.ask(std::move(questions));
  if (!answers) co_return answers.error();
  if (moment() != before) co_return resumed();
  for (std::size_t i = 0; i < threads.size(); ++i) {
    const auto& answer = (*answers)[i];
    auto values = answer ? rsp::RegisterValues::parse((*layout)->layout, *answer)
                         : tl::expected<rsp::RegisterValues, std::string>(tl::unexpect, "no such thread");
    if (values)
      known_.registers.insert_or_assign(rsp::format_thread_id(threads[i]),
                                        RegisterSet{before.stop_id, threads[i], *std::move(values)});
  }
  co_return std::nullopt;
}

asio::awaitable<Result<RegisterSet>> Inspector::registers_of(rsp::ThreadId thread) {
  const std::string name = rsp::format_thread_id(thread);
  if (!known_.registers.contains(name)) {
    std::vector<rsp::ThreadId> one(1, thread);
    const auto failed = co_await fetch_registers(std::move(one));
    if (failed) co_return tl::unexpected(*failed);
  }
  const auto found = known_.registers.find(name);
  if (found == known_.registers.end())
    co_return tl::unexpected(
        Failure{Problem::no_thread, "there is no thread " + name + ", or its registers can't be read", {}});
  co_return found->second;
}

asio::awaitable<Result<Threads>> Inspector::list_threads() {
  if (known_.threads) co_return *known_.threads;
  const Moment before = moment();
  auto threads = co_await listed();
  if (!threads) co_return tl::unexpected(threads.error());
  for (std::size_t at = 0; at < threads->size(); at += threads_at_once) {
    std::vector<rsp::ThreadId> some;
    for (std::size_t i = at; i < std::min(at + threads_at_once, threads->size()); ++i)
      if (!known_.registers.contains(rsp::format_thread_id((*threads)[i].id)))
        some.push_back((*threads)[i].id);
    if (some.empty()) continue;
    const auto failed = co_await fetch_registers(std::move(some));
    if (failed && failed->problem != Problem::unsupported) co_return tl::unexpected(*failed);
  }
  if (moment() != before) co_return tl::unexpected(resumed());
  for (Thread& thread : *threads) {
    const auto found = known_.registers.find(rsp::format_thread_id(thread.id));
    if (found == known_.registers.end()) continue;
    thread.pc = number_of(found->second.values, "pc");
    thread.sp = number_of(found->second.values, "sp");
  }
  known_.threads = Threads{before.stop_id, stub_.state().thread, *std::move(threads)};
  co_return *known_.threads;
}

}  // namespace rspbridge::proxy::inspect
