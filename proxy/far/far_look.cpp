// What far asks for others than GDB.
#include <algorithm>
#include <memory>
#include <utility>

#include "proxy/far/far.hpp"
#include "proxy/far/file_reader.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::far {

using link::Effect;

namespace {

// What the answers of a group gather in.
struct Gathering {
  std::vector<std::optional<std::string>> answers;
  bool selected = true;
};

std::string expanded(std::string reply) {
  if (auto text = rsp::expand_runs(reply)) return *std::move(text);
  return reply;
}

}  // namespace

bool Far::looks() const {
  if (non_stop_) return false;
  return !queue_.has([](const Job& job) { return job.effect == Effect::resumes; });
}

// Until the stub has answered GDB's Hg it isn't known what is selected.
bool Far::selection_pending() const {
  return queue_.has([](const Job& job) { return job.from_gdb && job.payload.starts_with("Hg"); });
}

bool Far::Group::selects() const {
  return std::any_of(questions.begin(), questions.end(),
                     [](const Question& question) { return question.thread.has_value(); });
}

void Far::ask_together(std::vector<Question> questions, std::function<void(Answers)> done) {
  deferred_.push_back({std::move(questions), std::move(done)});
  submit_deferred();
}

void Far::submit_deferred() {
  while (!deferred_.empty()) {
    if (looks() && deferred_.front().selects() && selection_pending()) return;
    Group group = std::move(deferred_.front());
    deferred_.pop_front();
    if (looks())
      submit_group(std::move(group));
    else
      group.done(std::nullopt);
  }
}

void Far::submit_group(Group group) {
  auto gathering = std::make_shared<Gathering>();
  std::vector<Job> jobs;
  std::optional<rsp::ThreadId> selected;
  for (Question& question : group.questions) {
    if (question.thread && question.thread != selected) {
      selected = question.thread;
      jobs.push_back(
          {.payload = "Hg" + rsp::format_thread_id(*selected), .done = [gathering](std::string reply, bool) {
             gathering->selected = std::string_view(reply) == "OK";
           }});
    }
    jobs.push_back({.payload = std::move(question.payload), .done = [gathering](std::string reply, bool) {
                      if (gathering->selected)
                        gathering->answers.emplace_back(expanded(std::move(reply)));
                      else
                        gathering->answers.emplace_back();
                    }});
  }
  if (selected) {
    std::string before = "Hg";
    before += general_thread_ ? rsp::format_thread_id(*general_thread_) : std::string("0");
    jobs.push_back({.payload = std::move(before), .done = [](std::string, bool) {}});
  }
  jobs.back().done = [gathering, last = std::move(jobs.back().done), done = std::move(group.done)](
                         std::string reply, bool final) {
    last(std::move(reply), final);
    done(std::move(gathering->answers));
  };
  for (Job& job : jobs) queue_.submit(std::move(job));
}

void Far::read_file(std::string path,
                    std::function<void(std::optional<std::string>, std::string why_not)> ready) {
  far::read_file(queue_, std::move(path), gdb_fs_, std::move(ready));
}

}  // namespace rspbridge::proxy::far
