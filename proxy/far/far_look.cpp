// What far asks by itself at a stop, since near will probably want it.
#include <algorithm>
#include <utility>

#include "proxy/far/far.hpp"
#include "proxy/link/objects.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::far {

namespace {

constexpr std::uint64_t page_size = 4096;

}  // namespace

std::vector<link::Question> Far::wanted_questions() const {
  std::vector<link::Question> questions;
  const auto stop = rsp::parse_stop_reply(state_.stop_reply());
  if (!stop || stop->kind != rsp::StopReply::Kind::stopped || !stop->thread) return questions;
  for (std::string payload : wanted_.of_stopped_thread) {
    constexpr std::string_view process = "{pid}";
    const auto at = payload.find(process);
    if (at != std::string::npos && !stop->thread->pid) continue;
    if (at != std::string::npos)
      payload.replace(at, process.size(), rsp::format_hex(static_cast<std::uint64_t>(*stop->thread->pid)));
    questions.push_back({stop->thread, std::move(payload)});
  }
  std::optional<std::uint64_t> sp, pc;
  if (wanted_.sp_regnum) sp = stop->expedited(*wanted_.sp_regnum);
  if (wanted_.pc_regnum) pc = stop->expedited(*wanted_.pc_regnum);
  for (const link::WantedPage& page : wanted_.pages) {
    // What lay at an address in the last program says nothing of this one.
    if (page.base == link::WantedPage::Base::absolute && stop->pair("exec")) continue;
    std::optional<std::uint64_t> base = 0;
    if (page.base == link::WantedPage::Base::sp) base = sp;
    if (page.base == link::WantedPage::Base::pc) base = pc;
    if (!base) continue;
    const std::uint64_t address = (*base & ~(page_size - 1)) + static_cast<std::uint64_t>(page.offset);
    link::Question question{stop->thread,
                            rsp::format_memory_read({rsp::MemoryEncoding::hex, address, page_size})};
    if (std::find(questions.begin(), questions.end(), question) == questions.end())
      questions.push_back(std::move(question));
  }
  questions.insert(questions.end(), wanted_.questions.begin(), wanted_.questions.end());
  return questions;
}

// GDB gets the stop at once; the answers follow as they come. All questions go out together.
void Far::gather(link::StopBundle bundle) {
  // What the stub would say now of a call that has gone further is too late.
  const bool able = state_.quirks().pipelines && state_.packet_size().value_or(0) >= 2 * page_size + 16 &&
                    !steps_.is_ahead();
  if (able) bundle.coming = wanted_questions();
  const auto pid = state_.current_process();
  bundle.map_coming = able && wanted_.map && pid && !state_.nothing_left();
  const auto questions = bundle.coming;
  const bool map = bundle.map_coming;
  near_(std::move(bundle));
  const auto& thread = state_.stopped_thread();
  if (able && thread) {
    const auto stop = rsp::parse_stop_reply(state_.stop_reply());
    process_.stopped(*thread, stop && stop->pair("exec").has_value());
  }
  for (const link::Question& question : questions) {
    auto reply = pid && undisturbed() ? process_.reply(*pid, question.payload) : std::nullopt;
    if (reply)
      give_fact(question, *std::move(reply));
    else
      ask_for_fact(question);
  }
  // What changes something would have to wait for the stopped thread's selection.
  const bool elsewhere =
      !questions.empty() && questions.back().thread && questions.back().thread != questions.front().thread;
  if (elsewhere) queue_.submit({.payload = "Hg" + rsp::format_thread_id(*questions.front().thread)});
  if (map && process_.maps())
    give_map(*process_.maps());
  else if (map)
    map_reader_.read(*pid, gdb_fs_, [this](std::optional<std::string> text, std::string why_not) {
      near_(link::MapRead{std::move(text), std::move(why_not)});
    });
}

// Near looks into what the facts told of once it has the map: that comes behind them.
void Far::give_map(std::string text) {
  queue_.submit({.done =
                     [this, text = std::move(text)](const std::string&, bool) {
                       near_(link::MapRead{text, ""});
                     },
                 .veto = [] { return std::optional<std::string>(""); }});
}

void Far::ask_for_fact(const link::Question& question) {
  queue_.submit({.payload = question.payload,
                 .thread = question.thread,
                 .done = [this, question](std::string reply, bool) { give_fact(question, std::move(reply)); },
                 .no_thread =
                     [this, question] {
                       near_(link::Fact{question, std::nullopt});
                     }});
}

void Far::give_fact(const link::Question& question, std::string payload) {
  near_(link::Fact{question, payload});
  follow(question.thread, question.payload, payload);
}

void Far::follow(const std::optional<rsp::ThreadId>& thread, const std::string& request,
                 const std::string& payload) {
  auto next = link::following_part(request, rsp::expand_runs(payload).value_or(payload));
  if (!next) return;
  ask_for_fact({thread, *std::move(next)});
}

// Breakpoints change pages only that ProcessReader leaves to the stub.
bool Far::undisturbed() const {
  return !queue_.has([](const Job& job) {
    return job.effect != link::Effect::looks && !rsp::parse_breakpoint(job.payload);
  });
}

bool Far::read_directly(const link::Request& request) {
  if (request.effect != link::Effect::looks || !undisturbed()) return false;
  const auto pid = request.thread && request.thread->pid ? request.thread->pid : state_.current_process();
  auto reply = pid ? process_.reply(*pid, request.payload) : std::nullopt;
  if (reply) near_(link::Reply{request.id, *std::move(reply)});
  return reply.has_value();
}

}  // namespace rspbridge::proxy::far
