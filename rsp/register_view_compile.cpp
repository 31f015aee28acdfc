// Joins a view's definition with the layout of a stub.
#include <algorithm>
#include <utility>

#include "rsp/register_view.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

/// Some of `names`, in a sentence.
std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t most = 40;
  std::string out;
  for (const auto& name : names) {
    if (&name - names.data() == most) return out + " and " + std::to_string(names.size() - most) + " more";
    out += (out.empty() ? "" : ", ") + printable(name);
  }
  return out.empty() ? "none" : out;
}

/// eflags has four bytes, and what it is made of no fewer.
constexpr std::size_t flags_size = 4;

class Compiler {
 public:
  Compiler(const ViewDefinition& view, const RegisterLayout& stub) : view_(view), stub_(stub) {}

  /// The error is a sentence; what the stub lacks comes later, with lacks().
  tl::expected<Move, std::string> compile(const LayoutRegister& reg) {
    const auto found = view_.sources.find(reg.name);
    if (found == view_.sources.end()) return refuse(reg, "the view doesn't say where it comes from");
    const auto& source = found->second;
    Move move{source.kind, printable(reg.name), reg.size};
    if (move.has_source()) return join(move, reg, source);
    if (source.kind == Source::Kind::constant && source.bytes.size() != reg.size) {
      return refuse(reg, "a constant of " + std::to_string(source.bytes.size()) + " bytes");
    }
    move.constant = source.bytes;
    move.ignores_writes = source.ignores_writes;
    return move;
  }

  /// A sentence about the registers that no register of the stub was found for; nothing if there are none.
  std::optional<std::string> lacks() const {
    if (missing_.empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& reg : stub_.registers()) names.push_back(reg.name);
    return "the view " + view_.name + " needs registers that the stub doesn't have: " + list(missing_) +
           "; it has " + list(names);
  }

 private:
  tl::unexpected<std::string> refuse(const LayoutRegister& reg, const std::string& why) const {
    return tl::unexpected("the view " + view_.name + ": register " + quote(reg.name) + ": " + why);
  }

  tl::expected<Move, std::string> join(Move move, const LayoutRegister& reg, const Source& source) {
    std::vector<const LayoutRegister*> found;
    for (const auto& name : source.names) {
      found = stub_.find_all(name);
      if (!found.empty()) break;
    }
    if (found.size() > 1) {
      return refuse(
          reg, "the stub has " + std::to_string(found.size()) + " registers " + quote(found.front()->name));
    }
    if (found.empty()) {
      const auto& name = source.names.empty() ? reg.name : source.names.front();
      const bool listed = std::ranges::find(missing_, name) != missing_.end();
      if (!source.optional && !listed) missing_.push_back(name);
      move.kind = Source::Kind::unavailable;
      return move;
    }
    const auto& from = *found.front();
    if (source.kind == Source::Kind::flags && (reg.size != flags_size || from.size < flags_size)) {
      return refuse(reg, "flags are made of at least 32 bits and take 32, not " +
                             std::to_string(8 * from.size) + " and " + std::to_string(8 * reg.size));
    }
    move.stub_name = printable(from.name);
    move.stub_regnum = from.regnum;
    move.stub_size = from.size;
    return move;
  }

  const ViewDefinition& view_;
  const RegisterLayout& stub_;
  std::vector<std::string> missing_;
};

/// A name that two registers have; nothing if all differ.
std::optional<std::string> repeated_name(const RegisterLayout& layout) {
  for (const auto& reg : layout.registers()) {
    if (layout.find(reg.name) == nullptr) return reg.name;
  }
  return std::nullopt;
}

}  // namespace

tl::expected<CompiledView, std::string> CompiledView::compile(ViewDefinition view,
                                                              const TargetDescription& stub) {
  const auto about = "the view " + view.name + ": ";
  const auto description = parse_target_description(view.target_xml, {});
  if (!description) return tl::unexpected(about + description.error());
  auto layout = RegisterLayout::of(*description);
  if (!layout) return tl::unexpected(about + layout.error());
  if (const auto name = repeated_name(*layout)) {
    return tl::unexpected(about + "two registers " + quote(*name));
  }
  auto stub_layout = RegisterLayout::of(stub);
  if (!stub_layout) return tl::unexpected("the stub's target description: " + stub_layout.error());

  CompiledView out;
  Compiler compiler(view, *stub_layout);
  for (const auto& reg : layout->registers()) {
    auto move = compiler.compile(reg);
    if (!move) return tl::unexpected(std::move(move.error()));
    out.moves_.push_back(std::move(*move));
  }
  if (auto problem = compiler.lacks()) return tl::unexpected(std::move(*problem));
  out.target_xml_ = std::move(view.target_xml);
  out.layout_ = std::move(*layout);
  out.stub_layout_ = std::move(*stub_layout);
  return out;
}

}  // namespace rspbridge::rsp
