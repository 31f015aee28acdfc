#include "proxy/session/connection.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

namespace rspbridge::proxy {

using link::Answer;
using link::Effect;

namespace {

constexpr std::size_t most_pending = std::size_t{8} << 20;  // bytes for a GDB that doesn't read

}  // namespace

Session::Session(asio::any_io_executor executor, transport::StreamPtr stub, Options options)
    : executor_(executor),
      stub_(std::move(stub)),
      options_(std::move(options)),
      far_(make_far(options_)),
      knowledge_({.far = [this](link::ToFar message) { far_->send(std::move(message)); },
                  .changed = [this](const near::PacketRow& row, const std::string& request,
                                    const std::string& reply) { on_change(row, request, reply); },
                  .expects_files =
                      [this](const near::ExpectedFiles& files) {
                        if (gdb_) gdb_->client.expect_files(files);
                      },
                  .link =
                      [this] {
                        link::LinkFigures figures = far_->figures();
                        figures.silent = link_silent_;
                        return figures;
                      }},
                 shared_.last_id) {
  knowledge_.set_enabled(options_.keeps_answers);
  shared_.keeps_answers = options_.keeps_answers;
  shared_.runs_through_calls = options_.far_on_target && options_.keeps_answers;
  // What a failed write means, the reader of the same stream reports.
  auto failed = [](const std::string& why) { spdlog::debug("writing to the stub failed: {}", why); };
  to_stub_ = std::make_shared<OutQueue>(executor, stub_, OutQueue::Hooks{failed, [this] { wake(); }});
}

Session::~Session() {
  to_stub_->close();
  for (const auto& connection : clients()) connection->out->close();
}

asio::awaitable<void> Session::open(std::chrono::seconds timeout) {
  stub_open_ = true;
  spawn(read_stub());
  knowledge_.to_far(link::Open{});
  settle();
  co_await wait_for([&] { return opened_ || end_ || complaints_ >= most_complaints; }, timeout);
  if (opened_.value_or(false)) {
    // Without features of GDB's: only what the stub can do is wanted, above all how much it takes at once.
    std::string features = "qSupported";
    co_await ask(features, Effect::looks, Answer::reply);
    co_return;
  }
  if (opened_ || complaints_ >= most_complaints)
    throw std::runtime_error("what answers at " + stub_->describe() + " is no GDB stub");
  if (end_ && options_.far_on_target) throw std::runtime_error(end_->reason);
  throw std::runtime_error(end_ ? "the stub closed the connection before it answered"
                                : "nothing at " + stub_->describe() + " answered as a GDB stub does within " +
                                      std::to_string(timeout.count()) + " s");
}

void Session::spawn(asio::awaitable<void> work) {
  asio::co_spawn(executor_, guarded(std::move(work)), asio::detached);
}

asio::awaitable<void> Session::guarded(asio::awaitable<void> work) {
  const Counted user(*this);
  try {
    co_await std::move(work);
  } catch (const std::exception& error) {
    end({false, std::string("rspbridge itself failed: ") + error.what(), false});
  }
}

asio::awaitable<void> Session::read_stub() {
  std::vector<char> buffer(std::size_t{64} << 10);
  std::string reason = "the stub closed the connection";
  try {
    while (std::size_t n = co_await stub_->read_some(buffer)) {
      heard_ = true;
      far_->feed({buffer.data(), n});
      settle();
      const auto taken = [this] { return !gdb_ || gdb_->out->size() < most_pending; };
      if (!taken()) co_await wait_for(taken, std::chrono::hours(24));
    }
  } catch (const std::system_error& error) {
    reason = std::string("the connection to the stub was lost: ") + error.what();
    connection_lost_ = true;
  } catch (...) {
    stub_open_ = false;  // nobody hears it any more
    throw;
  }
  stub_open_ = false;
  far_->closed(reason);
  settle();
}

void Session::serve(transport::ListenerPtr listener) {
  listeners_.push_back(std::move(listener));
  spawn(accept_from(*listeners_.back()));
}

asio::awaitable<void> Session::accept_from(transport::Listener& listener) {
  asio::steady_timer pause(executor_);
  while (!end_) {
    try {
      auto accepted = co_await listener.accept();
      // The last GDB's end of file may be waiting behind this one's connection.
      if (gdb_) co_await wait_for([this] { return !gdb_; }, std::chrono::milliseconds(200));
      admit(std::move(accepted));
      continue;
    } catch (const std::system_error& error) {
      if (error.code() == asio::error::operation_aborted) co_return;
      spdlog::warn("cannot take a connection on {}: {}", listener.endpoint(), error.what());
    }
    pause.expires_after(std::chrono::milliseconds(200));  // no descriptors left, most likely
    co_await pause.async_wait(asio::use_awaitable);
  }
}

void Session::end(SessionEnd how) {
  if (!end_) end_ = std::move(how);
  wake();
  tell_observer();
}

void Session::request_end(std::string reason) {
  if (!leaving_) end({true, std::move(reason), false});
}

asio::awaitable<SessionEnd> Session::wait() {
  co_await wait_for([this] { return end_.has_value(); }, std::chrono::hours(24 * 365));
  for (const auto& leaving : clients()) {
    // Let GDB have the last reply before its connection closes.
    const auto flushed = [&] { return !leaving->open || leaving->out->idle(); };
    co_await wait_for(flushed, std::chrono::milliseconds(500));
    gdb_left(leaving);
  }
  if (stub_open_) co_await leave_target();
  // What GDB left behind is still being taken back; a stub doesn't like to be cut off in an answer.
  co_await wait_for([this] { return knowledge_.idle() || !stub_open_; }, std::chrono::seconds(1));
  co_await abandon();
  co_return *end_;
}

asio::awaitable<void> Session::abandon() {
  end({false, "the session was given up", false});
  for (const auto& leaving : clients()) gdb_left(leaving);
  for (auto& listener : listeners_) listener->close();
  stub_->close();
  co_await wait_for([this] { return users_ == 0; }, std::chrono::hours(24 * 365));
  co_await wait_for([this] { return to_stub_->idle(); }, std::chrono::seconds(2));
}

}  // namespace rspbridge::proxy
