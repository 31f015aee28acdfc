#include "proxy/near/view/objects.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "proxy/near/client.hpp"
#include "rsp/qxfer.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t chunk = 0x1000;                       // bytes of an object a request
constexpr std::size_t largest_object = std::size_t{1} << 20;  // bytes

}  // namespace

Task<std::string> read_object(Client& client, std::string object, std::string annex) {
  std::string whole;
  for (bool last = false; !last;) {
    if (whole.size() >= largest_object) co_return std::string();
    auto asked = client.ask(rsp::format_qxfer_read({object, annex, whole.size(), chunk}));
    const std::string payload = co_await asked;
    const auto reply = rsp::parse_qxfer_reply(payload);
    if (!reply) co_return std::string();
    whole += reply->data;
    last = reply->last;
  }
  co_return whole;
}

Task<std::optional<memmap::Auxv>> read_auxv(Client& client) {
  auto reading = read_object(client, "auxv", "");
  const std::string bytes = co_await reading;
  co_return bytes.empty() ? std::nullopt : memmap::Auxv::parse(bytes);
}

}  // namespace rspbridge::proxy::near
