// What far asks that GDB didn't: for others, and for what near will probably want at this stop.
#include <algorithm>
#include <memory>
#include <utility>

#include "proxy/far/far.hpp"
#include "proxy/far/file_reader.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"
#include "rsp/stop_reply.hpp"

namespace rspbridge::proxy::far {

using link::Effect;

namespace {

constexpr std::uint64_t page_size = 4096;

std::string expanded(std::string reply) {
  if (auto text = rsp::expand_runs(reply)) return *std::move(text);
  return reply;
}

}  // namespace

bool Far::looks() const {
  if (non_stop_) return false;
  return !queue_.has([](const Job& job) { return job.effect == Effect::resumes; });
}

void Far::ask_together(std::vector<Question> questions, std::function<void(Answers)> done) {
  if (!looks()) return done(std::nullopt);
  struct Gathering {
    std::vector<std::optional<std::string>> answers;
    std::size_t left = 0;
    std::function<void(Answers)> done;
    void take(std::size_t index, std::optional<std::string> answer) {
      answers[index] = std::move(answer);
      if (--left == 0) done(std::move(answers));
    }
  };
  const std::size_t count = questions.size();
  auto gathering = std::make_shared<Gathering>(
      Gathering{std::vector<std::optional<std::string>>(count), count, std::move(done)});
  for (std::size_t i = 0; i < count; ++i) {
    Question& question = questions[i];
    queue_.submit(
        {.payload = std::move(question.payload),
         .thread = question.thread ? question.thread : general_thread_,
         .done = [gathering, i](std::string reply, bool) { gathering->take(i, expanded(std::move(reply))); },
         .no_thread = [gathering, i] { gathering->take(i, std::nullopt); }});
  }
}

std::vector<link::Question> Far::wanted_questions() const {
  std::vector<link::Question> questions;
  const auto stop = rsp::parse_stop_reply(stop_reply_);
  if (!stop || stop->kind != rsp::StopReply::Kind::stopped || !stop->thread) return questions;
  for (const std::string& payload : wanted_.of_stopped_thread) questions.push_back({stop->thread, payload});
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
  const bool able = !non_stop_ && quirks_.pipelines && packet_size_ && *packet_size_ >= 2 * page_size + 16;
  if (able) bundle.coming = wanted_questions();
  const auto pid = current_process();
  bundle.map_coming = able && wanted_.map && pid && !nothing_left_;
  const auto questions = bundle.coming;
  const bool map = bundle.map_coming;
  hooks_.near(std::move(bundle));
  for (const link::Question& question : questions)
    queue_.submit({.payload = question.payload,
                   .thread = question.thread,
                   .done =
                       [this, question](std::string reply, bool) {
                         hooks_.near(link::Fact{question, std::move(reply)});
                       },
                   .no_thread =
                       [this, question] {
                         hooks_.near(link::Fact{question, std::nullopt});
                       }});
  if (map)
    map_reader_.read(*pid, gdb_fs_, [this](std::optional<std::string> text, std::string why_not) {
      hooks_.near(link::MapRead{std::move(text), std::move(why_not)});
    });
}

void Far::read_file(std::string path,
                    std::function<void(std::optional<std::string>, std::string why_not)> ready) {
  far::read_file(queue_, std::move(path), gdb_fs_, std::move(ready));
}

}  // namespace rspbridge::proxy::far
