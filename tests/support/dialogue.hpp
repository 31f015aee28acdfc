// A scripted GDB and a scripted stub with the bridge between them, over strings.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/near/client.hpp"
#include "proxy/near/knowledge.hpp"
#include "proxy/session/far_side.hpp"
#include "rsp/endpoint.hpp"
#include "tests/support/catch.hpp"

namespace rspbridge::tests {

namespace near = proxy::near;
namespace link = proxy::link;

/// One scripted end: speaks packets, checks what arrives.
class ScriptedEnd {
 public:
  explicit ScriptedEnd(std::string name) : name_(std::move(name)) {}

  void feed(std::string_view bytes) {
    endpoint_.feed(bytes);
    while (auto event = endpoint_.next()) {
      switch (event->kind) {
        case rsp::Event::Kind::packet:
          arrived_.push_back(event->payload);
          break;
        case rsp::Event::Kind::notification:
          arrived_.push_back("%" + event->payload);
          break;
        case rsp::Event::Kind::interrupt:
          arrived_.emplace_back("^C");
          break;
        case rsp::Event::Kind::oversize:
        case rsp::Event::Kind::protocol_error:
          arrived_.push_back("!" + event->payload);
          break;
      }
    }
  }
  std::optional<std::string> pop() {
    if (arrived_.empty()) return std::nullopt;
    auto text = arrived_.front();
    arrived_.pop_front();
    return text;
  }
  std::size_t waiting() const { return arrived_.size(); }
  rsp::Endpoint& endpoint() { return endpoint_; }

 private:
  std::string name_;
  std::deque<std::string> arrived_;
  rsp::Endpoint endpoint_;
};

/// `gdb_sends("g")`, `stub_gets("g")`, `stub_sends("00…")`, `gdb_gets("00…")`: reads as a dialogue.
/// Every `…_gets` fails the test if anything else, or nothing, arrived.
class Dialogue {
 public:
  /// Every packet goes to the stub, unless `keeps_answers`; calls are run through only beside it.
  explicit Dialogue(bool keeps_answers = false, proxy::far::Far::Stub stub = proxy::far::Far::Stub::over_link)
      : far_(nullptr, stub),
        knowledge_({.far = [this](link::ToFar m) { far_.send(std::move(m)); },
                    .link =
                        [this] {
                          auto now = figures;
                          now.counters = far_.figures().counters;
                          return now;
                        }},
                   shared_.last_id) {
    knowledge_.set_enabled(keeps_answers);
    shared_.keeps_answers = keeps_answers;
    shared_.runs_through_calls = stub == proxy::far::Far::Stub::beside;
  }

  /// Opens both legs in no-ack mode with a stub that offers `features`.
  void open(const std::string& features) {
    opens();
    stub_gets("QStartNoAckMode");
    stub_sends("OK");
    stub_.endpoint().set_no_ack();
    pass();
    gdb_connects();
    gdb_sends("qSupported:multiprocess+");
    stub_gets("qSupported:multiprocess+");
    stub_sends(features);
    REQUIRE(gdb_->pop());
    gdb_sends("QStartNoAckMode");
    gdb_gets("OK");
    gdb_->endpoint().set_no_ack();
  }

  void opens() {
    knowledge_.to_far(link::Open{});
    pass();
  }
  void gdb_connects() {
    gdb_ = std::make_unique<ScriptedEnd>("gdb");
    client_ = std::make_unique<near::Client>(
        near::Client::Hooks{.far = [this](link::ToFar m) { knowledge_.to_far(std::move(m)); },
                            .warning = [this](std::string text) { warnings.push_back(text); }},
        shared_, view);
    knowledge_.to_far(link::StopTarget{});
    pass();
  }
  void gdb_no_ack() { gdb_->endpoint().set_no_ack(); }
  void stub_no_ack() {
    stub_.endpoint().set_no_ack();
    pass();
  }
  void gdb_vanishes() {
    knowledge_.gdb_gone(client_->on_gdb_closed());
    client_.reset();
    pass();
  }

  void gdb_sends(std::string_view payload) {
    gdb_->endpoint().send(payload);
    pass();
  }
  void gdb_interrupts() {
    gdb_->endpoint().send_interrupt();
    pass();
  }
  void stub_sends(std::string_view payload) {
    stub_.endpoint().send(payload);
    pass();
  }
  void stub_notifies(std::string_view payload) {
    stub_.endpoint().send_notification(payload);
    pass();
  }
  void stub_closes(const std::string& reason) {
    far_.closed(reason);
    pass();
  }
  void gdb_gets(const std::string& expected) { gets(*gdb_, "GDB", expected); }
  void stub_gets(const std::string& expected) { gets(stub_, "the stub", expected); }
  void gdb_gets_nothing() { CHECK(gdb_->pop() == std::nullopt); }
  void stub_gets_nothing() { CHECK(stub_.pop() == std::nullopt); }
  std::size_t stub_waiting() const { return stub_.waiting(); }
  std::optional<std::string> stub_pop() { return stub_.pop(); }
  std::optional<std::string> gdb_pop() { return gdb_->pop(); }
  near::Knowledge& knowledge() { return knowledge_; }

  /// Moves bytes between all ends until nothing moves.
  void pass() {
    for (bool moved = true; moved;) {
      moved = false;
      auto move = [&](std::string bytes, auto&& to) {
        if (bytes.empty()) return;
        to(bytes);
        moved = true;
      };
      if (gdb_)
        move(gdb_->endpoint().take_output(), [&](const std::string& b) {
          if (client_) client_->on_gdb_bytes(b);
        });
      carry();
      move(far_.take_output(), [&](const std::string& b) { stub_.feed(b); });
      move(stub_.endpoint().take_output(), [&](const std::string& b) { far_.feed(b); });
      carry();
      if (client_) move(client_->take_output(), [&](const std::string& b) { gdb_->feed(b); });
    }
  }

  link::LinkFigures figures;  ///< that near gets, with true counters
  near::ViewSettings view;    ///< of the next GDB
  std::vector<std::string> warnings;
  std::function<void(const link::ToNear&)> also;  ///< gets all that the GDB in control gets
  std::optional<link::StubGone> stub_gone;

 private:
  static void gets(ScriptedEnd& end, const char* who, const std::string& expected) {
    auto got = end.pop();
    INFO(who << " should get: " << expected);
    REQUIRE(got);
    REQUIRE(*got == expected);
  }

  void carry() {
    for (;;) {
      while (auto m = far_.next()) knowledge_.to_near(*std::move(m));
      const auto message = knowledge_.next();
      if (!message) return;
      if (client_) client_->on_link(*message);
      if (also) also(*message);
      if (auto* gone = std::get_if<link::StubGone>(&*message)) stub_gone = *gone;
      if (auto* log = std::get_if<link::Log>(&*message); log && log->warning) warnings.push_back(log->text);
    }
  }

  proxy::LocalFar far_;
  near::Shared shared_;
  near::Knowledge knowledge_;
  std::unique_ptr<near::Client> client_;
  std::unique_ptr<ScriptedEnd> gdb_;
  ScriptedEnd stub_{"stub"};
};

}  // namespace rspbridge::tests
