// What the log warns of.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace rspbridge::tests {

/// Takes the log's place for as long as it lives, and keeps the text of its warnings.
class Warnings {
 public:
  Warnings() : sink_(std::make_shared<Sink>()), former_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("warnings", sink_));
  }
  ~Warnings() { spdlog::set_default_logger(former_); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  const std::vector<std::string>& texts() const { return sink_->texts; }

 private:
  struct Sink final : spdlog::sinks::base_sink<std::mutex> {
    std::vector<std::string> texts;
    void sink_it_(const spdlog::details::log_msg& message) override {
      if (message.level == spdlog::level::warn)
        texts.emplace_back(message.payload.data(), message.payload.size());
    }
    void flush_() override {}
  };

  std::shared_ptr<Sink> sink_;
  std::shared_ptr<spdlog::logger> former_;
};

}  // namespace rspbridge::tests
