#include "memmap/view_client.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <random>
#include <set>

#include "tests/memmap/support.hpp"
#include "tests/memmap/view_server.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::memmap;
using namespace rspbridge::memmap::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t page = view_page_size, base = 0xffffb7e00000;

using View = std::unique_ptr<rspbridge_view, decltype(&rspbridge_view_close)>;

View connect(const ViewServer& server, unsigned flags = RSPBRIDGE_VIEW_NEED_FAULTS) {
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

const volatile char* window(rspbridge_view* view, std::uint64_t address, std::size_t length) {
  const auto* place = static_cast<const volatile char*>(rspbridge_view_map(view, address, length));
  INFO(rspbridge_view_error());
  REQUIRE(place != nullptr);
  return place;
}

// Runs `body` in a child process with a view of its own. Its exit code, or minus the signal that ended it.
template <typename Body>
int in_child(const ViewServer& server, unsigned flags, Body body) {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGSEGV, SIG_DFL);
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
    ::alarm(20);
    auto* view = rspbridge_view_connect(server.path.c_str(), flags);
    if (view == nullptr) ::_exit(99);
    ::_exit(body(view));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::uint64_t frame_of(const volatile void* place) {
  const int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  std::uint64_t entry = 0;
  REQUIRE(::pread(pagemap, &entry, 8,
                  static_cast<off_t>(reinterpret_cast<std::uintptr_t>(place) / page * 8)) == 8);
  ::close(pagemap);
  return (entry >> 63) != 0 ? entry & ((std::uint64_t{1} << 55) - 1) : 0;
}

}  // namespace

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

TEST_CASE_METHOD(Fixture, "client: touching a window fetches it, without a copy, stop after stop") {
  auto view = connect(server);
  REQUIRE(rspbridge_view_has_faults(view.get()));
  const auto* place = window(view.get(), base + 16, 1 << 20);
  for (std::uint64_t stop = 1; stop <= 3; ++stop) {
    for (std::uint64_t at = 0; at < 1 << 20; at += 64 * page) CHECK(place[at] == content(base + at, stop));
    const auto* theirs = server.page(base + 64 * page);
    CHECK(*theirs == content(base + 64 * page, stop));
    REQUIRE(frame_of(theirs) != 0);
    CHECK(frame_of(place + 64 * page) == frame_of(theirs));
    server.resume();
    server.stop();
  }
  CHECK(rspbridge_view_unmap(view.get(), const_cast<const char*>(place)) == 0);
  CHECK(rspbridge_view_unmap(view.get(), const_cast<const char*>(place)) == -1);
}

TEST_CASE_METHOD(Fixture, "client: sequential touching reads ahead, random touching doesn't") {
  auto view = connect(server);
  constexpr std::uint64_t size = 8 << 20;
  const auto* place = window(view.get(), base, size);
  server.requests = 0;
  for (std::uint64_t at = 0; at < size; at += page) REQUIRE(place[at] == content(base + at, 1));
  CHECK(server.requests <= 20);
  CHECK(server.fetched == size);
  const auto* other = window(view.get(), base + 2 * size, size);
  server.fetched = 0;
  for (std::uint64_t at = size; at >= 64 * page; at -= 64 * page) REQUIRE(other[at - page] != 0);
  CHECK(server.fetched == page * (size / (64 * page)));
}

TEST_CASE_METHOD(Fixture, "client: many threads touch at once") {
  auto view = connect(server);
  constexpr std::uint64_t size = 4 << 20;
  const auto* place = window(view.get(), base, size);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 100; ++seed)
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 50; ++i) {
        const auto at = random() % size;
        if (place[at] != content(base + at, 1)) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE_METHOD(Fixture,
                 "client: what is seen between two equal states is of that stop, however often it resumes") {
  auto view = connect(server);
  constexpr std::uint64_t size = 64 * page;
  const auto* place = window(view.get(), base, size);
  std::atomic<bool> ended{false};
  std::atomic<int> wrong{0}, good{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      while (!ended) {
        const auto at = random() % size;
        char byte = 0;
        std::uint64_t stop = 0;
        if (seed == 0) {
          if (rspbridge_view_read(view.get(), base + at, &byte, 1, &stop) != 0) continue;
        } else {
          const auto before = rspbridge_view_state(view.get());
          byte = place[at];
          if (before % 2 == 1 || rspbridge_view_state(view.get()) != before) continue;
          stop = before / 2;
        }
        ++(byte == content(base + at, stop) ? good : wrong);
      }
    });
  for (int i = 0; i < 300; ++i) {
    server.resume();
    if (i % 3 == 0) std::this_thread::sleep_for(1ms);
    server.stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 4));
  }
  ended = true;
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(good > 100);
}

TEST_CASE_METHOD(Fixture, "client: touching what can't be read is SIGSEGV, until it can be") {
  server.set_unreadable({VirtAddr{base + 4 * page}, VirtAddr{base + 8 * page}});
  const auto touch = [&](std::uint64_t at) {
    return in_child(server, RSPBRIDGE_VIEW_NEED_FAULTS, [&](rspbridge_view* view) {
      const auto* place = static_cast<const volatile char*>(rspbridge_view_map(view, base, 16 * page));
      return place != nullptr && place[at] == content(base + at, 1) ? 0 : 1;
    });
  };
  CHECK(touch(0) == 0);
  CHECK(touch(4 * page) == -SIGSEGV);
  CHECK(touch(7 * page) == -SIGSEGV);
  CHECK(touch(8 * page) == 0);
}

TEST_CASE_METHOD(Fixture, "client: while the target runs, a touch waits or fails") {
  auto view = connect(server);
  const auto* place = window(view.get(), base, 16 * page);
  server.resume();
  std::atomic<char> seen{0};
  std::thread toucher([&] { seen = place[page]; });
  std::this_thread::sleep_for(50ms);
  CHECK(seen == 0);
  server.stop();
  toucher.join();
  CHECK(seen == content(base + page, 2));
  server.resume();
  CHECK(in_child(server, RSPBRIDGE_VIEW_NEED_FAULTS | RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING,
                 [&](rspbridge_view* other) {
                   const auto* there =
                       static_cast<const volatile char*>(rspbridge_view_map(other, base, page));
                   return there[0] != 0 ? 0 : 1;
                 }) == -SIGSEGV);
}

TEST_CASE_METHOD(Fixture, "client: without userfaultfd a window is of one stop") {
  auto view = connect(server, RSPBRIDGE_VIEW_NO_FAULTS);
  CHECK_FALSE(rspbridge_view_has_faults(view.get()));
  const auto* place = window(view.get(), base, 300 * page);
  CHECK(server.fetched == 300 * page);
  for (std::uint64_t at = 0; at < 300 * page; at += page) REQUIRE(place[at] == content(base + at, 1));
  server.resume();
  server.stop();
  REQUIRE(rspbridge_view_wait_for_stop(view.get(), 1, 5000, nullptr) == 0);
  REQUIRE(rspbridge_view_refresh(view.get(), const_cast<const char*>(place)) == 0);
  CHECK(place[page] == content(base + page, 2));
  server.set_unreadable({VirtAddr{base}, VirtAddr{base + page}});
  server.resume();
  server.stop();
  CHECK(rspbridge_view_refresh(view.get(), const_cast<const char*>(place)) == -1);
  CHECK(errno == EFAULT);
  CHECK(rspbridge_view_map(view.get(), base, page) == nullptr);
  CHECK(in_child(server, RSPBRIDGE_VIEW_NO_FAULTS, [&](rspbridge_view* other) {
          const auto* there = static_cast<const volatile char*>(rspbridge_view_map(other, base + page, page));
          server.die();  // this process's copy of it: only its eventfd is shared
          char byte;
          while (rspbridge_view_read(other, base + page, &byte, 1, nullptr) == 0) ::usleep(1000);
          return there[0];
        }) == -SIGSEGV);
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

TEST_CASE_METHOD(Fixture, "client: a touch that waits when rspbridge goes is SIGSEGV") {
  server.resume();
  CHECK(in_child(server, RSPBRIDGE_VIEW_NEED_FAULTS, [&](rspbridge_view* view) {
          const auto* place = static_cast<const volatile char*>(rspbridge_view_map(view, base, page));
          std::thread([&] {
            ::usleep(50000);
            server.die();
          }).detach();
          return place[0];
        }) == -SIGSEGV);
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
