#include "rsp/register_view.hpp"

#include <algorithm>
#include <map>

#include "rsp/escape.hpp"
#include "rsp/text.hpp"

namespace rspbridge::rsp {

using Writes = tl::expected<std::vector<StubWrite>, std::string>;

/// The patches of one request, by register of the stub.
struct CompiledView::Change {
  struct Wanted {
    Patch patch;
    std::string view_name;
  };
  std::map<std::uint32_t, Wanted> wanted;

  std::optional<std::string> add(const Move& move, Patch more) {
    const auto [at, added] = wanted.try_emplace(more.regnum, Wanted{more, move.view_name});
    if (added || merge(at->second.patch, more)) return std::nullopt;
    return at->second.view_name + " and " + move.view_name + " are both the target's " + move.stub_name +
           ", and are given different values at once";
  }

  Writes writes(const CompiledView& view, const RegisterValues& stub) const {
    std::vector<StubWrite> out;
    for (const auto& [regnum, one] : wanted) {
      auto bytes = apply(one.patch, stub);
      if (!bytes) {
        return tl::unexpected(one.view_name + ": the rest of the target's " +
                              printable(view.stub_layout_.find(regnum)->name) + " isn't known");
      }
      out.push_back({regnum, std::move(*bytes)});
    }
    return out;
  }
};

std::optional<std::size_t> CompiledView::index_of(std::uint32_t view_regnum) const {
  const auto* reg = layout_.find(view_regnum);
  if (reg == nullptr) return std::nullopt;
  return static_cast<std::size_t>(reg - layout_.registers().data());
}

std::optional<std::string> CompiledView::shown_bytes(std::size_t index, const RegisterValues& stub) const {
  const bool same_layout = stub.layout() == stub_layout_;
  return same_layout ? show(moves_[index], stub) : std::nullopt;
}

std::vector<std::uint32_t> CompiledView::sources(std::uint32_t view_regnum) const {
  const auto index = index_of(view_regnum);
  if (!index || !moves_[*index].has_source()) return {};
  return {moves_[*index].stub_regnum};
}

RegisterValues CompiledView::read(const RegisterValues& stub) const {
  RegisterValues out(layout_);
  if (stub.layout() != stub_layout_) return out;
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    if (const auto bytes = show(moves_[i], stub)) out.set(layout_.registers()[i].regnum, *bytes);
  }
  return out;
}

std::optional<std::string> CompiledView::read_one(std::uint32_t view_regnum,
                                                  const RegisterValues& stub) const {
  const auto index = index_of(view_regnum);
  if (!index) return std::nullopt;
  const auto bytes = shown_bytes(*index, stub);
  return bytes ? to_hex(*bytes) : std::string(2 * moves_[*index].view_size, 'x');
}

Writes CompiledView::write(std::uint32_t view_regnum, std::string_view bytes,
                           const RegisterValues& stub_current) const {
  const auto index = index_of(view_regnum);
  if (!index) return tl::unexpected("the view has no register " + std::to_string(view_regnum));
  auto made = patch(moves_[*index], bytes, shown_bytes(*index, stub_current));
  if (!made) return tl::unexpected(std::move(made.error()));
  Change change;
  if (*made) change.add(moves_[*index], std::move(**made));
  return change.writes(*this, stub_current);
}

Writes CompiledView::difference(const RegisterValues& shown, const RegisterValues& wanted,
                                const RegisterValues& stub_current) const {
  Change change;
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    const auto regnum = layout_.registers()[i].regnum;
    const auto before = shown.get(regnum);
    const auto after = wanted.get(regnum);
    if (!after || before == after) continue;
    if (!before && after->find_first_not_of('\0') == std::string::npos) continue;
    auto made = patch(moves_[i], *after, before);
    if (!made) return tl::unexpected(std::move(made.error()));
    if (!*made) continue;
    if (auto problem = change.add(moves_[i], std::move(**made))) return tl::unexpected(std::move(*problem));
  }
  return change.writes(*this, stub_current);
}

std::vector<ExpeditedRegister> CompiledView::rewrite_expedited(
    std::span<const ExpeditedRegister> stub) const {
  RegisterValues values(stub_layout_);
  for (const auto& [regnum, hex] : stub) values.set_hex(regnum, hex);
  std::vector<ExpeditedRegister> out;
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    if (!moves_[i].has_source()) continue;
    if (const auto bytes = show(moves_[i], values)) {
      out.emplace_back(layout_.registers()[i].regnum, to_hex(*bytes));
    }
  }
  return out;
}

}  // namespace rspbridge::rsp
