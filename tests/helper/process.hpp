// A far helper that runs on this machine, with near's end of the link.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/link/stream_link.hpp"

namespace rspbridge::proxy::helper::test {

/// A child with pipes on stdin and stdout. The destructor kills what still runs.
class Process {
 public:
  explicit Process(const std::vector<std::string>& argv);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// False if it is gone.
  bool write(const std::string& bytes) const;
  void close_stdin();
  /// What is there within 10 s; empty at the end.
  std::string read() const;
  /// The exit code, or -1 if it doesn't end within 10 s, or not by itself.
  int wait();

 private:
  int pid_ = -1, in_ = -1, out_ = -1;
};

/// The helper of this build for this machine.
std::string program();

class NearSide {
 public:
  /// @param stub for `option`
  explicit NearSide(const std::string& stub, const std::string& option = "--connect")
      : process_({program(), option, stub}), link_(RSPBRIDGE_VERSION) {}

  void send(const link::ToFar& message) { link_.send(message); }
  void flush() {
    if (!process_.write(link_.take_output())) throw std::runtime_error("the helper is gone");
  }
  /// The next message; nothing at the end, or after 10 s.
  std::optional<link::ToNear> next();
  /// The next message of this kind; others are dropped.
  template <class Message>
  std::optional<Message> next_of() {
    while (auto message = next())
      if (auto* found = std::get_if<Message>(&*message)) return std::move(*found);
    return std::nullopt;
  }
  /// Sends a request and gives the final reply's payload.
  std::optional<std::string> ask(std::string payload, link::Effect effect = link::Effect::looks);

  const link::NearEnd& link() const { return link_; }
  Process& process() { return process_; }
  link::RequestId last_id = 0;

 private:
  Process process_;
  link::NearEnd link_;
};

/// A stub on a unix socket that says what the test has it say.
class ScriptedStub {
 public:
  ScriptedStub();
  ScriptedStub(const ScriptedStub&) = delete;
  ScriptedStub& operator=(const ScriptedStub&) = delete;
  ~ScriptedStub();

  std::string address() const { return "unix:" + path_; }
  void accept();
  /// Waits until `text` has come, and forgets what came before its end. False after 10 s.
  bool gets(const std::string& text);
  void says(const std::string& bytes) const;
  /// How much of it is taken until nothing is for a second.
  std::size_t says_without_waiting(std::string_view bytes) const;
  void close();

 private:
  std::string folder_, path_, got_;
  int listener_ = -1, fd_ = -1;
};

}  // namespace rspbridge::proxy::helper::test
