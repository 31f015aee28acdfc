// A user's own view.
#include <utility>

#include "rsp/text.hpp"
#include "rsp/view_shape.hpp"

namespace rspbridge::rsp {

tl::expected<ViewDefinition, std::string> file_view(std::string document, std::string_view name) {
  const auto shown = printable(name, 256);
  const auto refuse = [&](const std::string& why) { return tl::unexpected(shown + ": " + why); };
  const auto includes = included_annexes(document);
  if (!includes) return refuse(includes.error());
  if (!includes->empty()) {
    return refuse("it includes " + quote(includes->front()) + ", and a view must be one document");
  }
  const auto parsed = parse_target_description(document, {});
  if (!parsed) return refuse(parsed.error());
  if (parsed->architecture.empty()) return refuse("it names no <architecture>");
  ViewDefinition out{shown, std::move(document), {}};
  for (const auto& feature : parsed->features) {
    for (const auto& reg : feature.registers) out.sources.emplace(reg.name, copy_of({reg.name}));
  }
  if (out.sources.empty()) return refuse("it has no registers");
  return out;
}

}  // namespace rspbridge::rsp
