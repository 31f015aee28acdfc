// What a GDB is told that is at a call's beginning, when the target has gone further.
#include <string_view>
#include <utility>

#include "proxy/far/step_over.hpp"
#include "rsp/escape.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::far {

std::optional<std::string> StepOver::said_before(const link::Request& request) const {
  if (!ahead_ || (request.thread && request.thread != ahead_->thread)) return std::nullopt;
  if (std::string_view(request.payload) == "g") return ahead_->entry.registers;
  const auto read = rsp::parse_memory_read(request.payload);
  if (!read || read->encoding != rsp::MemoryEncoding::hex) return std::nullopt;
  const auto page = ahead_->entry.pages.find(read->address & ~(stack_page - 1));
  const std::uint64_t at = read->address % stack_page;
  if (page == ahead_->entry.pages.end() || read->length > stack_page - at) return std::nullopt;
  return rsp::to_hex(std::string_view(page->second).substr(at, read->length));
}

std::optional<std::string> StepOver::happened_since(const link::Request& resume) {
  if (!ahead_) return std::nullopt;
  Ahead ahead = *std::exchange(ahead_, std::nullopt);
  const auto actions = resume.payload.starts_with("vCont;") ? rsp::parse_vcont(resume.payload) : std::nullopt;
  const bool continues = actions && actions->front().action == 'c' &&
                         (!actions->front().thread || actions->front().thread->tid < 0 ||
                          actions->front().thread == ahead.thread);
  if (!continues) return std::nullopt;
  return stop_ = std::move(ahead.event);
}

}  // namespace rspbridge::proxy::far
