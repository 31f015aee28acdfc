#include "proxy/symbols/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::symbols {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, ::EVP_sha256(), nullptr) != 1 ||
      size != digest.size())
    throw std::bad_alloc();  // Its only cause with a digest that is built in.
  return rsp::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace rspbridge::proxy::symbols
