#include "proxy/symbols/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace rspbridge::proxy::symbols {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, ::EVP_sha256(), nullptr) != 1 ||
      size != digest.size())
    throw std::bad_alloc();  // Its only cause with a digest that is built in.
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace rspbridge::proxy::symbols
