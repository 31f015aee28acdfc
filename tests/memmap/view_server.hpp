// A server of the view for the tests: a thread with a SharedView and a made-up target behind it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "memmap/file_descriptor.hpp"
#include "memmap/shared_view.hpp"
#include "memmap/view_answer.hpp"

namespace rspbridge::memmap::test {

/// A directory of mode 0700 that is removed with what is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What the pages of the target hold: a byte that depends on the page and the stop.
char content(std::uint64_t address, std::uint64_t stop_id);

class ViewServer {
 public:
  explicit ViewServer(std::string path);
  ~ViewServer();

  void stop();    ///< with the next stop id
  void resume();  ///< everything is punched out
  void die();     ///< the connections end
  /// Pages that can't be read.
  void set_unreadable(AddressRange range);
  std::uint64_t stop_id();
  /// The server's own mapping of a page.
  const char* page(std::uint64_t address);

  const std::string path;
  std::string vmas = "1000-2000 r-xp 00000000 00:00 0 \n";
  std::atomic<int> requests{0};
  std::atomic<std::uint64_t> fetched{0};                 ///< bytes
  std::chrono::microseconds delay{0};                    ///< of each answer that needs the target
  std::function<void(ViewServer&)> before_answer;        ///< called without the lock
  std::function<std::string(std::string)> spoil_answer;  ///< what is sent instead

 private:
  struct Client {
    FileDescriptor socket;
    std::vector<view::Ensure> held;
  };

  void run();
  void welcome();
  bool serve(Client& client);
  void ensure(Client& client, const view::Ensure& request);
  void send_vmas(Client& client, const view::VmasRequest& request);
  void send(Client& client, const view::ServerMessage& message, int file = -1);
  void tell_state();
  void fetch(AddressRange range);

  std::recursive_mutex mutex_;
  SharedView view_;
  FileDescriptor listener_, wake_, all_;
  std::vector<Client> clients_;
  RangeSet unreadable_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace rspbridge::memmap::test
