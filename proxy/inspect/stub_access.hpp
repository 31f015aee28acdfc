// What an Inspector needs of a session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>

#include "proxy/inspect/inspection.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::inspect {

/// The way to the stub, for requests that aren't GDB's.
class StubAccess {
 public:
  virtual ~StubAccess() = default;

  virtual State state() const = 0;

  /// A request that only looks, about `thread` if it names one.
  struct Question {
    std::optional<rsp::ThreadId> thread;
    std::string payload;
  };
  /// Nothing where the thread couldn't be selected.
  using Answers = std::vector<std::optional<std::string>>;
  /// Asks at least one question with nothing of GDB's between them, and gives an answer each, run-length
  /// expanded. What GDB selected stays selected.
  virtual asio::awaitable<Result<Answers>> ask(std::vector<Question> questions) = 0;

  /// The memory map that came with the stop; nothing where none did, or it may have changed since.
  virtual asio::awaitable<std::optional<memmap::VmaMap>> map_of_stop() = 0;

  /// Whether what a file tells is of use after the target has stopped or gone on.
  enum class Holds : std::uint8_t {
    always,
    for_moment,  ///< then it isn't waited for any longer: Problem::running
  };
  /// A file of the target, whole, at most 64 MiB. Works while the target runs where there is a way besides
  /// the stub.
  virtual asio::awaitable<Result<std::string>> read_file(std::string path, Holds holds = Holds::always) = 0;

  /// `most` bytes of a file of the target, or fewer where it ends. Problem::unsupported where there is no way
  /// besides the stub: gdbserver 13 takes no offset beyond 2^31 - 1.
  virtual asio::awaitable<Result<std::string>> read_file_part(std::string path, std::uint64_t offset,
                                                              std::size_t most) = 0;

  /// The most bytes of memory that one `m` may ask for.
  virtual std::size_t largest_read() const = 0;

  /// How the way to the stub fares.
  virtual link::LinkReport link_report() const = 0;

  /// What of a stop a request of GDB's may change.
  enum class Touches : std::uint8_t { nothing, memory, registers, anything };

  /// Told of what happens to the target.
  class Observer {
   public:
    virtual ~Observer() = default;
    /// state() is another. A resume is told before the stub gets it.
    virtual void on_state() = 0;
    /// GDB's request, which touches that, was answered; both run-length expanded.
    virtual void on_change(Touches touches, const std::string& request, const std::string& reply) = 0;
  };
  /// Not owned; null takes the observer away. One at a time.
  virtual void observe(Observer* observer) = 0;

  /// What was known of this stop holds no longer: it gets another number.
  virtual void count_as_stop() = 0;
};

}  // namespace rspbridge::proxy::inspect
