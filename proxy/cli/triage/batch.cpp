#include "proxy/cli/triage/batch.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/look/output_file.hpp"
#include "proxy/cli/look/terminal.hpp"
#include "proxy/cli/triage/run_one.hpp"
#include "proxy/cli/triage/writing.hpp"
#include "proxy/triage/report.hpp"

namespace rspbridge::proxy::cli::triaging {
namespace {

constexpr std::string_view place = "@@";

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw Failure(exit_failed, "--batch: cannot read " + path.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  if (lines.empty()) throw Failure(exit_failed, "--batch: " + path.string() + " names no input");
  return lines;
}

std::string with_input(std::string text, const std::string& input) {
  for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + input.size()))
    text.replace(at, place.size(), input);
  return text;
}

/// Takes one input after another until none is left.
class Batch {
 public:
  Batch(const asio::any_io_executor& executor, cli::Options options, Shared shared)
      : options_(std::move(options)),
        shared_(std::move(shared)),
        inputs_(lines_of(options_.triage.batch)),
        done_(executor, asio::steady_timer::time_point::max()) {}

  asio::awaitable<int> run() {
    const auto executor = co_await asio::this_coro::executor;
    workers_ = std::min<std::size_t>(options_.triage.jobs, inputs_.size());
    for (std::size_t i = 0, count = workers_; i < count; ++i)
      asio::co_spawn(executor, work(), asio::detached);
    asio::error_code cancelled;
    while (workers_ > 0) co_await done_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    look::write_out(fmt::format("{} inputs: {} crashed, {} timed out, {} without a crash, {} failed\n",
                                inputs_.size(), crashed_, hung_, ended_, failed_));
    co_return crashed_ ? int{exit_crash}
    : hung_            ? int{exit_timeout}
    : failed_          ? int{exit_failed}
                       : int{exit_ok};
  }

 private:
  asio::awaitable<void> work() {
    while (next_ < inputs_.size()) {
      const std::size_t index = next_++;
      std::string sentence;
      try {
        const auto report = co_await report_of(inputs_[index]);
        tell(index, report);
      } catch (const std::exception& error) {
        sentence = error.what();
      }
      if (sentence.empty()) continue;
      ++failed_;
      spdlog::error("input {}: {}", inputs_[index], sentence);
    }
    if (--workers_ == 0) done_.cancel();
  }

  asio::awaitable<nlohmann::ordered_json> report_of(const std::string& input) {
    cli::Options mine = options_;
    for (std::string& word : mine.program) word = with_input(word, input);
    if (!mine.triage.input_file.empty())
      mine.triage.input_file = with_input(mine.triage.input_file.string(), input);
    auto report = co_await run_one(mine, shared_);
    report["program"]["input"] = input;
    co_return report;
  }

  void tell(std::size_t index, const nlohmann::ordered_json& report) {
    const int code = exit_code(report);
    ++(code == exit_crash ? crashed_ : code == exit_timeout ? hung_ : ended_);
    std::string what = report.at("outcome").get<std::string>();
    if (report.at("crash_info").is_object())
      what = fmt::format("{}  {}  {}",
                         report["hash"].is_object() ? report["hash"]["exact"].get<std::string>() : "-",
                         report["crash_info"]["kind"].get<std::string>(),
                         report["crash_line"].is_string() ? report["crash_line"].get<std::string>() : "?");
    look::write_out(fmt::format("{}  {}\n", inputs_[index], what));
    if (code == exit_ok || options_.triage.json.empty()) return;
    look::OutputFile file(std::filesystem::path(options_.triage.json) /
                          fmt::format("{:06d}.json", index + 1));
    file.write(proxy::triage::json_text(options_.triage.casr ? proxy::triage::casr_json(report) : report));
    file.finish();
  }

  cli::Options options_;
  Shared shared_;
  std::vector<std::string> inputs_;
  asio::steady_timer done_;
  std::size_t next_ = 0, workers_ = 0;
  std::size_t crashed_ = 0, hung_ = 0, ended_ = 0, failed_ = 0;
};

}  // namespace

asio::awaitable<int> run_batch(cli::Options options, std::shared_ptr<const SymbolFolders> folders) {
  const auto executor = co_await asio::this_coro::executor;
  if (!options.triage.json.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.triage.json, error);
    if (error)
      throw Failure(exit_failed, "cannot make the folder " + options.triage.json + ": " + error.message());
  }
  Shared shared{.ssh = nullptr, .folders = std::move(folders), .quiet = true};
  if (std::holds_alternative<launch::SshSpec>(options.target))
    shared.ssh = co_await transport::SshSession::connect(options.ssh);
  const auto ssh = shared.ssh;
  Batch batch(executor, std::move(options), std::move(shared));
  const int code = co_await batch.run();
  if (ssh) ssh->close();
  co_return code;
}

}  // namespace rspbridge::proxy::cli::triaging
