// A client of the C library and a server for it.
#pragma once

#include <cstdint>
#include <memory>

#include "memmap/view_client.h"
#include "tests/memmap/view_server.hpp"
#include "tests/support/catch.hpp"

namespace rspbridge::memmap::test {

constexpr std::uint64_t page = view_page_size, base = 0xffffb7e00000;

using View = std::unique_ptr<rspbridge_view, decltype(&rspbridge_view_close)>;

inline View connect(const ViewServer& server, unsigned flags = RSPBRIDGE_VIEW_NEED_FAULTS) {
  View view(rspbridge_view_connect(server.path.c_str(), flags), &rspbridge_view_close);
  INFO(rspbridge_view_error());
  REQUIRE(view);
  return view;
}

struct Fixture {
  TemporaryDirectory directory;
  ViewServer server{directory.path() + "/test.view"};
  Fixture() { server.stop(); }
};

}  // namespace rspbridge::memmap::test
