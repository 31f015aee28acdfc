#include "proxy/near/working_set.hpp"

#include <algorithm>

#include "rsp/escape.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t page_size = 4096;
constexpr std::int64_t near_stack = 64 * static_cast<std::int64_t>(page_size);

/// Whether it was added.
template <class Value>
bool add(std::vector<Value>& list, const Value& value, std::size_t most) {
  const bool is_new = list.size() < most && std::find(list.begin(), list.end(), value) == list.end();
  if (is_new) list.push_back(value);
  return is_new;
}

}  // namespace

void WorkingSet::stopped(const std::string& stop_reply) {
  at_stops_.emplace_front();
  if (at_stops_.size() > stops) at_stops_.pop_back();
  thread_.reset();
  sp_.reset();
  pc_.reset();
  const auto stop = rsp::parse_stop_reply(stop_reply);
  if (!stop || stop->kind != rsp::StopReply::Kind::stopped) return;
  thread_ = stop->thread;
  if (!machine_) return;
  sp_ = stop->expedited(machine_->sp_regnum);
  pc_ = stop->expedited(machine_->pc_regnum);
}

void WorkingSet::asked(const std::optional<rsp::ThreadId>& thread, const std::string& payload) {
  AtStop& now = at_stops_.front();
  if (thread && thread == thread_)
    add(now.of_stopped_thread, payload, most_questions);
  else
    add(now.questions, {thread, payload}, most_questions);
}

void WorkingSet::touched_page(std::uint64_t address) {
  const std::uint64_t page = address & ~(page_size - 1);
  const auto from = [page](std::uint64_t base) {
    return static_cast<std::int64_t>(page - (base & ~(page_size - 1)));
  };
  link::WantedPage wanted{link::WantedPage::Base::absolute, static_cast<std::int64_t>(page)};
  // The text that the thread is in will be read again when it comes back from a call.
  if (pc_ && from(*pc_) == 0) add(at_stops_.front().pages, {link::WantedPage::Base::pc, 0}, most_pages);
  const bool of_stack = sp_ && from(*sp_) >= -near_stack && from(*sp_) <= near_stack;
  if (of_stack) wanted = {link::WantedPage::Base::sp, from(*sp_)};
  add(at_stops_.front().pages, wanted, most_pages);
  if (of_stack) return;
  std::erase(places_, page);
  places_.push_front(page);
  if (places_.size() > most_places) places_.pop_back();
}

void WorkingSet::forget() {
  at_stops_.assign(1, {});
  places_.clear();
}

std::optional<std::uint64_t> WorkingSet::stack_pointer(const std::string& g) const {
  return machine_ ? link::register_in(g, machine_->sp_regnum) : std::nullopt;
}

link::Wanted WorkingSet::wanted(std::size_t most) const {
  link::Wanted wanted{.of_stopped_thread = {"g"},
                      .questions = {{std::nullopt, "qXfer:threads:read::0,1000"}},
                      .pages = {{link::WantedPage::Base::sp, 0}, {link::WantedPage::Base::pc, 0}},
                      .map = true};
  if (machine_) wanted.sp_regnum = machine_->sp_regnum, wanted.pc_regnum = machine_->pc_regnum;
  const auto add_all = [&most](auto& list, const auto& values, std::size_t most_of_kind) {
    for (const auto& value : values)
      if (most != 0 && add(list, value, most_of_kind)) --most;
  };
  for (const AtStop& stop : at_stops_) {
    add_all(wanted.of_stopped_thread, stop.of_stopped_thread, most_questions);
    add_all(wanted.pages, stop.pages, most_pages);
    add_all(wanted.questions, stop.questions, most_questions);
  }
  std::vector<link::WantedPage> places;
  for (const std::uint64_t place : places_)
    places.push_back({link::WantedPage::Base::absolute, static_cast<std::int64_t>(place)});
  add_all(wanted.pages, places, most_pages);
  return wanted;
}

link::Wanted WorkingSet::wanted_at_connect(std::size_t most) const {
  link::Wanted asked = wanted(most);
  for (const char* payload : {"qTStatus", "qAttached:{pid}", "qXfer:exec-file:read:{pid}:0,1000",
                              "qXfer:auxv:read::0,1000", "qOffsets", "qXfer:libraries-svr4:read::0,1000",
                              "qTfV", "qTsV", "qTfP", "Hc-1", "qXfer:btrace-conf:read::0,1000"})
    asked.of_stopped_thread.emplace_back(payload);
  return asked;
}

}  // namespace rspbridge::proxy::near
