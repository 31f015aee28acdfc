#include "proxy/far/step_over.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "proxy/link/address_ranges.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::far {

using link::StepHint;
using rsp::StopReply;

namespace {

// The step of GDB's whole packet; nothing if it is another resume.
std::optional<rsp::VContAction> ranged_step(std::string_view resume) {
  if (!resume.starts_with("vCont;r")) return std::nullopt;
  const auto actions = rsp::parse_vcont(resume);
  if (!actions || !actions->front().thread || !actions->front().thread->is_specific()) return std::nullopt;
  return actions->front();
}

// Whether it tells no more than where the thread is.
bool is_plain(const StopReply& stop) {
  constexpr std::uint64_t sigtrap = 5;
  if (stop.kind != StopReply::Kind::stopped || stop.code != sigtrap) return false;
  return std::all_of(stop.pairs.begin(), stop.pairs.end(), [](const auto& pair) {
    const bool is_register = pair.first.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_register || pair.first == "thread" || pair.first == "core";
  });
}

// The pair that says so isn't true for GDB, which has no breakpoint there.
std::string without_breakpoint(std::string payload) {
  constexpr std::string_view pair = "swbreak:;";
  if (const auto at = payload.find(pair); at != std::string::npos) payload.erase(at, pair.size());
  return payload;
}

std::string memory(std::uint64_t address, std::uint64_t size) {
  return rsp::format_memory_read({rsp::MemoryEncoding::hex, address, size});
}

std::optional<std::string> bytes_of(const std::string& reply, std::size_t size) {
  auto bytes = rsp::from_hex(reply);
  if (!bytes || bytes->size() != size) return std::nullopt;
  return bytes;
}

// The other threads do as they did.
std::string continued(std::string_view step) {
  const auto end = step.find(':');
  return "vCont;c" + std::string(step.substr(end));
}
std::string with_range(std::string_view step, const link::AddressRange& range) {
  const auto end = step.find(':');
  return "vCont;r" + rsp::format_hex(range.start) + "," + rsp::format_hex(range.end) +
         std::string(step.substr(end));
}

}  // namespace

void StepOver::sees(const rsp::BreakpointRequest& breakpoint) {
  if (breakpoint.key.type > rsp::BreakpointType::hardware) return;
  if (breakpoint.insert)
    breakpoints_.insert(breakpoint.key.address);
  else
    breakpoints_.erase(breakpoint.key.address);
}

bool StepOver::takes(const link::Request& resume, const std::string& stop) {
  if (resume.effect != link::Effect::resumes) return false;
  const bool taken = resume.of_gdb && goes_on(resume, resume.payload, stop);
  if (!taken) stop_ = stop;
  return taken;
}

bool StepOver::goes_on(const link::Request& resume, const std::string& stepping, const std::string& stop) {
  const link::MachineRow* machine = link::machine_row(hint_.machine);
  if (run_ || ahead_ || hint_.calls == StepHint::Calls::none || !machine) return false;
  const auto step = ranged_step(stepping);
  const auto parsed = step ? rsp::parse_stop_reply(stop) : std::nullopt;
  if (!parsed || !is_plain(*parsed) || parsed->thread != step->thread) return false;
  const auto sp = parsed->expedited(machine->sp_regnum), pc = parsed->expedited(machine->pc_regnum);
  const bool left = pc && (*pc < step->range_start || *pc >= step->range_end);
  if (!sp || !left || breakpoints_.contains(*pc)) return false;
  run_ = Run{.resume = resume, .stepping = stepping, .step = *step, .machine = machine, .sp = *sp, .pc = *pc};
  run_->entry.stop = stop;
  queue_.hold();
  if (is_same_frame(*parsed) && enters_piece(*pc))
    step_on();
  else
    look(*parsed);
  return true;
}

bool StepOver::is_same_frame(const StopReply& stop) const {
  const auto before = rsp::parse_stop_reply(stop_);
  return before && before->thread == stop.thread && before->expedited(run_->machine->sp_regnum) == run_->sp;
}

bool StepOver::enters_piece(std::uint64_t pc) {
  const link::AddressRange* piece = link::range_with(hint_.line, pc);
  if (piece) run_->stepping = with_range(run_->stepping, *piece);
  return piece != nullptr;
}

void StepOver::step_on() {
  resume(run_->stepping, [this](std::string reply) {
    const Run run = *std::exchange(run_, std::nullopt);
    if (goes_on(run.resume, run.stepping, reply)) return;
    run_ = Run{.resume = run.resume};
    end(std::move(reply));
  });
}

void StepOver::look(const StopReply& stop) {
  queue_.stub_selected(*stop.thread);
  const std::uint64_t page = run_->sp & ~(stack_page - 1);
  ask({"g", memory(page, stack_page), memory(page + stack_page, stack_page)}, [this, page](Replies replies) {
    run_->entry.registers = replies[0];
    for (const std::size_t i : {0U, 1U})
      if (auto bytes = bytes_of(replies[i + 1], stack_page))
        run_->entry.pages[page + i * stack_page] = *std::move(bytes);
    look_at_call(std::move(replies));
  });
}

void StepOver::look_at_call(Replies replies) {
  const std::string& g = replies[0];
  std::optional<std::uint64_t> to;
  if (run_->machine->link_regnum) {
    to = link::register_in(g, *run_->machine->link_regnum);
  } else {
    const auto top = run_->entry.pages.find(run_->sp & ~(stack_page - 1));
    if (const std::size_t at = run_->sp % stack_page; top != run_->entry.pages.end() && at + 8 <= stack_page)
      to = rsp::little_endian(std::string_view(top->second).substr(at, 8));
  }
  const bool consistent = link::register_in(g, run_->machine->sp_regnum) == run_->sp &&
                          link::register_in(g, run_->machine->pc_regnum) == run_->pc;
  if (!to || !consistent || *to <= run_->step.range_start || *to > run_->step.range_end ||
      breakpoints_.contains(*to))
    return end(run_->entry.stop);
  run_->return_address = *to;
  ask({memory(*to - call_size, call_size), memory(run_->pc, plt_entry_size)},
      [this](const Replies& code) { decide(code); });
}

void StepOver::decide(const Replies& replies) {
  const auto before = bytes_of(replies[0], call_size);
  if (!before || !calls_here(*run_->machine, *before, run_->return_address, run_->entry.registers))
    return end(run_->entry.stop);
  if (hint_.calls == StepHint::Calls::all || link::range_with(hint_.listed, run_->pc)) return run_through();
  // GDB steps through the linkage table, and then over the function.
  const auto entry = bytes_of(replies[1], plt_entry_size);
  const auto slot = entry ? plt_slot(run_->machine->machine, *entry, run_->pc) : std::nullopt;
  if (!slot) return end(run_->entry.stop);
  ask({memory(*slot, 8)}, [this](const Replies& words) {
    const auto target = bytes_of(words[0], 8);
    const std::uint64_t address = target ? rsp::little_endian(*target) : 0;
    if (!target || !link::range_with(hint_.listed, address) || breakpoints_.contains(address))
      return end(run_->entry.stop);
    run_through();
  });
}

std::string StepOver::breakpoint(bool insert) const {
  return rsp::format_breakpoint(
      {insert, {rsp::BreakpointType::software, run_->return_address, run_->machine->breakpoint_kind}, {}});
}

void StepOver::run_through() {
  ask({breakpoint(true)}, [this](const Replies& replies) {
    if (std::string_view(replies[0]) != "OK") return end(run_->entry.stop);
    go_on();
  });
}

void StepOver::go_on() {
  resume(continued(run_->stepping), [this](const std::string& payload) { on_stop(payload); });
}

// A stub that doesn't tell of breakpoints stops there all the same.
bool StepOver::is_at_return(const StopReply& stop) const {
  StopReply plain = stop;
  std::erase_if(plain.pairs, [](const auto& pair) { return pair.first == "swbreak"; });
  return is_plain(plain) && stop.thread && stop.thread->is_specific() &&
         stop.expedited(run_->machine->pc_regnum) == run_->return_address;
}

void StepOver::on_stop(const std::string& payload) {
  const auto stop = rsp::parse_stop_reply(payload);
  if (!stop || !is_at_return(*stop)) {
    using Kind = StopReply::Kind;
    const bool is_gone = stop && (stop->kind == Kind::exited || stop->kind == Kind::signalled);
    if (is_gone) return happened(payload);
    return ask({breakpoint(false)}, [this, payload](const Replies&) { happened(payload); });
  }
  const bool same_frame = stop->thread == run_->step.thread &&
                          stop->expedited(run_->machine->sp_regnum) == run_->sp + run_->machine->popped;
  ask({breakpoint(false)}, [this, payload, same_frame, thread = *stop->thread](const Replies&) {
    if (same_frame) return returned(without_breakpoint(payload));
    step_off(thread);
  });
}

// Another frame's return, or another thread's: as GDB does with a breakpoint that isn't meant for it.
void StepOver::step_off(const rsp::ThreadId& thread) {
  resume("vCont;s:" + rsp::format_thread_id(thread), [this, thread](const std::string& payload) {
    const auto stop = rsp::parse_stop_reply(payload);
    if (!stop || !is_plain(*stop) || stop->thread != thread) return happened(payload);
    ask({breakpoint(true)}, [this, payload](const Replies& replies) {
      if (std::string_view(replies[0]) != "OK") return happened(payload);
      go_on();
    });
  });
}

void StepOver::returned(std::string payload) {
  const bool left = run_->return_address == run_->step.range_end;
  if (left && !enters_piece(run_->return_address)) return end(std::move(payload));
  stop_ = std::move(payload);
  step_on();
}

void StepOver::happened(std::string payload) {
  const auto stop = rsp::parse_stop_reply(payload);
  // The process is gone, or another program is in it: of the call nothing is left.
  const bool ended = !stop || stop->kind != StopReply::Kind::stopped || stop->pair("exec");
  if (ended) return end(std::move(payload));
  ahead_ = Ahead{*run_->step.thread, run_->entry, std::move(payload)};
  end(run_->entry.stop);
}

void StepOver::end(std::string payload) {
  const Run run = *std::exchange(run_, std::nullopt);
  stop_ = payload;
  if (std::exchange(interrupt_, false) && holds_interrupt_) queue_.interrupt(true);
  hooks_.stopped(run.resume, std::move(payload));
  queue_.release();
}

void StepOver::ask(std::vector<std::string> payloads, std::function<void(Replies)> done) {
  struct Asked {
    Replies replies;
    std::size_t left = 0;
    std::function<void(Replies)> done;
  };
  auto asked = std::make_shared<Asked>(Asked{Replies(payloads.size()), payloads.size(), std::move(done)});
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    Job job{.payload = std::move(payloads[i]),
            .thread = run_->step.thread,
            .done = [asked, i](const std::string& reply, bool) {
              asked->replies[i] = rsp::expand_runs(reply).value_or(reply);
              if (--asked->left == 0) asked->done(std::move(asked->replies));
            }};
    job.within = true;
    queue_.submit(std::move(job));
  }
}

void StepOver::resume(std::string payload, std::function<void(std::string)> done) {
  Job job{.payload = std::move(payload),
          .effect = link::Effect::resumes,
          .answer = link::Answer::stop,
          .done = [this, done = std::move(done)](std::string reply, bool final) {
            if (!final) return hooks_.output(run_->resume, std::move(reply));
            std::string stop = rsp::expand_runs(reply).value_or(reply);
            if (const auto parsed = rsp::parse_stop_reply(stop);
                parsed && parsed->thread && parsed->thread->is_specific())
              queue_.stub_selected(*parsed->thread);
            done(std::move(stop));
          }};
  job.within = true;
  queue_.submit(std::move(job));
  if (std::exchange(interrupt_, false)) queue_.interrupt(holds_interrupt_);
}

}  // namespace rspbridge::proxy::far
