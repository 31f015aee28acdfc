#include "proxy/link/objects.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "rsp/qxfer.hpp"

namespace rspbridge::proxy::link {
namespace {

constexpr std::array<std::string_view, 5> whole = {"features", "threads", "libraries-svr4", "auxv",
                                                   "exec-file"};
constexpr std::uint64_t longest = std::uint64_t{4} << 20;  // bytes; of a stub that never comes to an end

}  // namespace

std::optional<std::string> following_part(const std::string& request, const std::string& reply) {
  auto read = rsp::parse_qxfer_read(request);
  if (!read || std::find(whole.begin(), whole.end(), read->object) == whole.end()) return std::nullopt;
  const auto part = rsp::parse_qxfer_reply(reply);
  if (!part || part->last) return std::nullopt;
  read->offset += part->data.size();
  return read->offset > longest ? std::nullopt : std::optional(rsp::format_qxfer_read(*read));
}

}  // namespace rspbridge::proxy::link
