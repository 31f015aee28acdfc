// What GDB will open, looked at before it does.
#include "proxy/near/client.hpp"
#include "proxy/near/view/elf_glance.hpp"
#include "proxy/near/view/files.hpp"
#include "rsp/vfile.hpp"

namespace rspbridge::proxy::near {
namespace {

constexpr std::uint64_t no_such_file = 2;                    // ENOENT
constexpr std::string_view debug_folder = "/usr/lib/debug";  // GDB's debug-file-directory, mostly

// Where GDB looks for a separate debug file (GDB manual, "Separate Debug Files"), with a `target:` sysroot.
std::vector<std::string> debug_files_of(const std::string& path, const std::string& build_id,
                                        const std::string& link) {
  std::vector<std::string> files;
  if (build_id.size() > 2)
    files.push_back(std::string(debug_folder) + "/.build-id/" + build_id.substr(0, 2) + "/" +
                    build_id.substr(2) + ".debug");
  if (link.empty()) return files;
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  files.push_back(folder + link);
  files.push_back(folder + ".debug/" + link);
  files.push_back(std::string(debug_folder) + "/" + folder + link);
  files.push_back("target:" + std::string(debug_folder) + folder + "/" + link);
  return files;
}

}  // namespace

void Files::expect(const ExpectedFiles& expected) {
  if (!settings_.symbols || !client_.shared().keeps_answers) return;
  if (expected.pid == 0)
    return client_.look_ahead({.path = "just probing"});  // remote.c, to see whether vFile is there
  const std::string pid = std::to_string(expected.pid);
  if (!expected.executable.empty()) {
    program_ = {expected.pid, expected.executable, expected.interpreter_base, {}};
    client_.look_ahead({.path = program_.executable, .file_system = expected.pid});
    // linux-tdep.c, to see where the vDSO is
    client_.look_ahead({.path = "/proc/" + pid + "/task/" + pid + "/maps", .most = longest_made_up});
    if (const auto last = last_contents(program_.executable)) expect_interpreter(elf_interpreter(*last));
  }
  for (const std::string& library : expected.libraries)
    if (library != program_.interpreter) client_.look_ahead({.path = library, .file_system = expected.pid});
  if (!expected.vdso_build_id.empty()) look_for(expected.pid, debug_files_of("", expected.vdso_build_id, ""));
}

std::shared_ptr<const std::string> Files::last_contents(const std::string& path) {
  const auto last = client_.shared().last_seen.find(path);
  if (last == client_.shared().last_seen.end()) return nullptr;
  const auto stored = find(last->second);
  return stored ? stored->contents : nullptr;
}

// GDB opens it twice: to find where it tells of libraries, and as a library (solib-svr4.c, enable_break).
void Files::expect_interpreter(const std::string& path) {
  if (path.empty() || program_.interpreter == path) return;
  program_.interpreter = path;
  for (int i = 0; i < 2; ++i) client_.look_ahead({.path = path, .file_system = program_.pid});
  look_at_debug_state();
}

// Where GDB sets its breakpoint, and so reads.
void Files::look_at_debug_state() {
  const auto contents = last_contents(program_.interpreter);
  const auto place = contents ? elf_dynamic_symbol(*contents, "_dl_debug_state") : std::nullopt;
  if (!place || program_.interpreter_base == 0) return;
  client_.read_ahead(program_.interpreter_base + *place);
  program_.interpreter_base = 0;  // once
}

void Files::seen(const link::LookAtFile& asked, const link::FileSeen& seen) {
  learn_absence(asked, seen);
  const auto file = recognise(asked.path, seen);
  if (!file || program_.pid == 0) return;
  client_.shared().last_seen[asked.path] = file->identity;
  if (asked.path == program_.executable) expect_interpreter(elf_interpreter(*seen.start));
  if (asked.path == program_.interpreter) look_at_debug_state();
  const auto contents = last_contents(asked.path);
  if (!contents || settings_.symbols->debug_file(file->identity.build_id)) return;
  const DebugLink link = elf_debug_link(*contents);
  if (!link.has_debug_info)
    look_for(asked.file_system, debug_files_of(asked.path, file->identity.build_id, link.name));
}

void Files::look_for(std::int64_t file_system, const std::vector<std::string>& debug_files) {
  const AbsentFiles& absent = client_.shared().absent_files[file_system];
  for (const std::string& file : debug_files) {
    if (absent.is_absent(file) || absent.is_known(file)) continue;
    std::vector<std::string> paths = absent.unknown_folders(file);
    paths.push_back(file);
    for (std::string& path : paths) {
      link::LookAtFile look{.path = std::move(path), .file_system = file_system};
      if (!client_.looks_ahead(look)) client_.look_ahead(std::move(look));
    }
  }
}

void Files::learn_absence(const link::LookAtFile& asked, const link::FileSeen& seen) {
  const auto reply = rsp::parse_vfile_reply(seen.opened);
  const bool is_there = reply && reply->result >= 0;
  if (is_there || (reply && reply->error == no_such_file))
    client_.shared().absent_files[asked.file_system].learn(asked.path, is_there);
}

}  // namespace rspbridge::proxy::near
