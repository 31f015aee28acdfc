#include "proxy/launch/far_helper.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "proxy/launch/far_helper_script.hpp"
#include "proxy/launch/target_script.hpp"
#include "proxy/link/frame_stream.hpp"
#include "proxy/symbols/files.hpp"
#include "proxy/symbols/sha256.hpp"

namespace rspbridge::proxy::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view machines[] = {"aarch64", "x86_64"};

struct Helper {
  HelperImage image;
  std::string bytes;
};

std::vector<Helper> helpers_in(const fs::path& folder) {
  std::vector<Helper> found;
  for (const std::string_view machine : machines) {
    auto bytes = symbols::read_file(folder / ("rspbridge-far-" + std::string(machine)));
    if (!bytes) continue;  // this build has none for that machine
    HelperImage image{std::string(machine), symbols::sha256(*bytes), posix_cksum(*bytes)};
    found.push_back({std::move(image), *std::move(bytes)});
  }
  return found;
}

// It stands in the script between double quotes.
bool plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:,+@[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

asio::awaitable<void> store(transport::SshSessionPtr ssh, const Helper& helper) {
  spdlog::info("putting the far helper ({} bytes) on {}", helper.bytes.size(), ssh->describe());
  std::string text = store_script(helper.image);
  TargetScript script = co_await TargetScript::start(ssh, text);
  co_await script.stream().write(helper.bytes);
  script.stream().shutdown_write();
  co_await script.status();
}

}  // namespace

fs::path far_helper_folder() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* candidate : {"../helpers", "../libexec/rspbridge"})
    if (!error && fs::is_directory(folder / candidate, error)) return (folder / candidate).lexically_normal();
  return {};
}

asio::awaitable<transport::StreamPtr> start_far_helper(transport::SshSessionPtr ssh,
                                                       FarHelperOptions options) {
  const std::vector<Helper> helpers = helpers_in(options.folder);
  if (options.folder.empty() || helpers.empty())
    throw NoFarHelper("there is no far helper beside this rspbridge (" + options.folder.string() +
                      "); scripts/deps --build installs what building it needs");
  if (!plain(options.stub))
    throw NoFarHelper("the far helper can't be told of a stub at '" + options.stub + "'");
  std::vector<HelperImage> images;
  for (const Helper& helper : helpers) images.push_back(helper.image);
  const std::string version =
      "rspbridge-far " + options.version + " protocol " + std::to_string(link::protocol_version);
  const std::string text =
      start_script(images, options.owns_stub ? "--own" : "--connect", options.stub, version);
  for (int attempt = 0;; ++attempt) {
    TargetScript script = co_await TargetScript::start(ssh, text);
    const ScriptStatus status = co_await script.status();
    if (status.word == status_ready) co_return script.take();
    if (status.word == status_machine)
      throw NoFarHelper("this build has no far helper for the target's machine, " + status.text +
                        "; scripts/deps --build installs what building one for it needs");
    const auto wanted = std::find_if(helpers.begin(), helpers.end(), [&](const Helper& helper) {
      return helper.image.machine == status.text;
    });
    if (status.word != status_missing || wanted == helpers.end() || attempt > 0)
      throw NoFarHelper("the far helper vanishes from the target as soon as it is there");
    co_await store(ssh, *wanted);
  }
}

asio::awaitable<std::size_t> remove_far_helpers(transport::SshSessionPtr ssh) {
  std::string text = remove_script();
  TargetScript script = co_await TargetScript::start(ssh, text);
  const ScriptStatus status = co_await script.status();
  std::size_t count = 0;
  std::from_chars(status.text.data(), status.text.data() + status.text.size(), count);
  co_return count;
}

}  // namespace rspbridge::proxy::launch
