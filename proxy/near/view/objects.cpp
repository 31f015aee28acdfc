#include "proxy/near/view/objects.hpp"

#include <algorithm>
#include <utility>

#include "proxy/near/client.hpp"
#include "rsp/escape.hpp"
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

Task<AuxiliaryVector> read_auxiliary_vector(Client& client) {
  auto reading = read_object(client, "auxv", "");
  const std::string bytes = co_await reading;
  AuxiliaryVector vector;
  for (std::size_t at = 0; at + 16 <= bytes.size(); at += 16)
    vector.emplace(rsp::little_endian(std::string_view(bytes).substr(at, 8)),
                   rsp::little_endian(std::string_view(bytes).substr(at + 8, 8)));
  co_return vector;
}

}  // namespace rspbridge::proxy::near
