#include "memmap/view_client.h"

#include <cerrno>
#include <cstdlib>
#include <random>

#include "tests/memmap/view_fixture.hpp"

using namespace rspbridge::memmap;
using namespace rspbridge::memmap::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(Fixture, "client: reads, with the stop they are of") {
  auto view = connect(server);
  CHECK(std::string(rspbridge_view_session(view.get())) == "test");
  std::string bytes(3 * page, '\0');
  std::uint64_t stop = 0;
  REQUIRE(rspbridge_view_read(view.get(), base + 100, bytes.data(), bytes.size(), &stop) == 0);
  CHECK(stop == 1);
  CHECK(bytes[0] == content(base, 1));
  CHECK(bytes[bytes.size() - 1] == content(base + 3 * page, 1));
  CHECK(rspbridge_view_state(view.get()) == 2);
  CHECK(server.requests == 1);
  REQUIRE(rspbridge_view_read(view.get(), base + 4 * page - 1, bytes.data(), 1, &stop) == 0);
  CHECK(server.requests == 1);  // the page is known to be here
  REQUIRE(rspbridge_view_read(view.get(), base + 4 * page - 1, bytes.data(), 2, &stop) == 0);
  CHECK(server.requests == 2);
  server.resume();
  CHECK(rspbridge_view_is_running(view.get()));
  server.stop();
  REQUIRE(rspbridge_view_read(view.get(), base, bytes.data(), 1, &stop) == 0);
  CHECK(stop == 2);
  CHECK(bytes[0] == content(base, 2));
}

TEST_CASE_METHOD(Fixture, "client: reads that can't be") {
  auto view = connect(server, RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING);
  char byte = 0;
  for (const auto& [address, length] : {std::pair{view_size, std::size_t{1}},
                                        {base, std::size_t{0}},
                                        {view_size - 1, std::size_t{2}},
                                        {~std::uint64_t{0}, ~std::size_t{0}}}) {
    CHECK(rspbridge_view_read(view.get(), address, &byte, length, nullptr) == -1);
    CHECK(errno == EINVAL);
    CHECK(rspbridge_view_map(view.get(), address, length) == nullptr);
    CHECK(errno == EINVAL);
  }
  server.set_unreadable({VirtAddr{base}, VirtAddr{base + page}});
  CHECK(rspbridge_view_read(view.get(), base + 10, &byte, 1, nullptr) == -1);
  CHECK(errno == EFAULT);
  CHECK(std::string(rspbridge_view_error()) == "The target can't read this memory.");
  server.resume();
  CHECK(rspbridge_view_read(view.get(), base + page, &byte, 1, nullptr) == -1);
  CHECK(errno == EAGAIN);
  CHECK(rspbridge_view_wait_for_stop(view.get(), 0, 50, nullptr) == -1);
  CHECK(errno == ETIMEDOUT);
}

TEST_CASE_METHOD(Fixture, "client: a stop during a read starts it over") {
  auto view = connect(server);
  int left = 2;
  server.before_answer = [&](ViewServer& self) {
    if (left == 0) return;
    --left;
    self.resume();
    self.stop();
  };
  std::string bytes(page, '\0');
  std::uint64_t stop = 0;
  REQUIRE(rspbridge_view_read(view.get(), base, bytes.data(), bytes.size(), &stop) == 0);
  CHECK(left == 0);
  CHECK(stop == 3);
  CHECK(bytes == std::string(page, content(base, 3)));
  left = 1000;
  server.resume();
  server.stop();
  CHECK(rspbridge_view_read(view.get(), base, bytes.data(), bytes.size(), &stop) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE_METHOD(Fixture, "client: VMAs and stops") {
  auto view = connect(server);
  server.vmas = std::string(3 << 20, 'x');
  std::size_t length = 0;
  std::uint64_t stop = 0;
  char* text = rspbridge_view_vmas(view.get(), &length, &stop);
  REQUIRE(text != nullptr);
  CHECK(length == server.vmas.size());
  CHECK(text == server.vmas);
  CHECK(stop == 1);
  std::free(text);
  CHECK(rspbridge_view_wait_for_stop(view.get(), 0, 0, &stop) == 0);
  CHECK(stop == 1);
  server.resume();
  std::thread stopper([&] {
    std::this_thread::sleep_for(20ms);
    server.stop();
  });
  CHECK(rspbridge_view_wait_for_stop(view.get(), 1, 5000, &stop) == 0);
  CHECK(stop == 2);
  stopper.join();
}

TEST_CASE_METHOD(Fixture, "client: when rspbridge is gone, nothing hangs and nothing is zeros") {
  auto view = connect(server);
  server.resume();
  std::thread waiter([&] {
    char byte;
    CHECK(rspbridge_view_read(view.get(), base, &byte, 1, nullptr) == -1);
    CHECK(errno == ENOTCONN);
  });
  std::this_thread::sleep_for(20ms);
  server.die();
  waiter.join();
  CHECK(rspbridge_view_wait_for_stop(view.get(), 0, -1, nullptr) == -1);
  CHECK(errno == ENOTCONN);
  CHECK(rspbridge_view_map(view.get(), base, page) == nullptr);
  CHECK(rspbridge_view_vmas(view.get(), nullptr, nullptr) == nullptr);
}

TEST_CASE_METHOD(Fixture, "client: a server's invalid bytes end the connection", "[fuzz]") {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    int message = 0, spoilt = static_cast<int>(random() % 3);
    server.spoil_answer = [&](std::string bytes) {
      if (message++ != spoilt) return bytes;
      for (int k = 0; k < 3 && !bytes.empty(); ++k)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      return bytes.substr(0, random() % 2 == 0 ? bytes.size() : random() % bytes.size() + 1);
    };
    View view(rspbridge_view_connect(server.path.c_str(), RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING),
              &rspbridge_view_close);
    char byte = 0;
    // A spoilt request number is an answer that nobody waits for, which ends the connection as well.
    if (view && rspbridge_view_read(view.get(), base, &byte, 1, nullptr) == 0)
      CHECK(byte == content(base, 1));
    if (view) std::free(rspbridge_view_vmas(view.get(), nullptr, nullptr));
  }
  server.spoil_answer = nullptr;
}
