#include "proxy/cli/vscode/vscode.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include <spdlog/spdlog.h>

#include "proxy/cli/errors.hpp"
#include "proxy/cli/foreground_gdb.hpp"
#include "proxy/cli/look/output_file.hpp"
#include "proxy/cli/search_path.hpp"
#include "proxy/cli/vscode/adapters.hpp"
#include "proxy/cli/vscode/merge.hpp"
#include "proxy/cli/vscode/ports.hpp"
#include "proxy/cli/vscode/program_file.hpp"
#include "proxy/cli/vscode/values.hpp"
#include "proxy/symbols/files.hpp"

namespace rspbridge::proxy::cli::vscode {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// A file of .vscode: as it is, and as it is to be.
struct File {
  const FileKind& kind;
  fs::path path;
  std::string before, after;
};

File read(const FileKind& kind, const fs::path& folder) {
  File file{kind, folder / ".vscode" / kind.name, {}, {}};
  std::error_code missing;
  if (!fs::exists(file.path, missing)) return file;
  if (!fs::is_regular_file(file.path, missing))
    throw Failure(exit_usage, file.path.string() + " is no file. Nothing was written; move it away");
  auto before = symbols::read_file(file.path);
  if (!before) throw Failure(exit_failed, before.error());
  file.before = *std::move(before);
  return file;
}

void check_text(const std::string& word) {
  try {
    static_cast<void>(ordered_json(word).dump());
  } catch (const ordered_json::type_error&) {
    throw Failure(exit_usage, "the program or an argument of it isn't UTF-8, which JSON can't hold");
  }
}

// What `result` holds, or the end: the file isn't understood.
template <class T>
T understood(const File& file, tl::expected<T, std::string> result) {
  if (!result)
    throw Failure(exit_usage, file.path.string() + ":" + result.error() +
                                  ". Nothing was written; mend the file, or move it away");
  return *std::move(result);
}

mode_t mode_for(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 07777U;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

void write(const File& file) {
  if (file.after == file.before) {
    spdlog::info("{} has it all already", file.path.string());
    return;
  }
  std::error_code error;
  fs::create_directories(file.path.parent_path(), error);
  if (error)
    throw Failure(exit_failed, "cannot make " + file.path.parent_path().string() + ": " + error.message());
  look::OutputFile out(file.path, mode_for(file.path));
  out.write(file.after);
  out.finish();
  spdlog::info("wrote {}", file.path.string());
}

// The program's file on this machine, and what it is.
struct Program {
  fs::path file;
  ProgramKind kind = ProgramKind::none;
};

Program find_program(const cli::Options& options) {
  const std::string& named = options.program.front();
  const fs::path& given = options.vscode.program_file;
  if (!given.empty()) {
    const Program program{given, inspect_program(given)};
    if (program.kind == ProgramKind::none)
      spdlog::warn("{} is no ARM64 program, or isn't there yet", given.string());
    return program;
  }
  for (const fs::path& file : {fs::path(named), options.vscode.folder / named})
    if (const auto kind = inspect_program(file); kind != ProgramKind::none) return {file, kind};
  throw Failure(exit_usage,
                "there is no ARM64 program '" + named +
                    "' on this machine to read symbols from: name its file with --program-file FILE");
}

std::vector<const Adapter*> chosen_adapters(const cli::Options& options, ProgramKind kind) {
  std::vector<const Adapter*> chosen;
  const bool ssh = std::holds_alternative<launch::SshSpec>(options.target);
  for (const std::string& name : options.vscode.adapters) {
    chosen.push_back(find_adapter(name));
    if (chosen.back()->suits == Suits::go && !ssh)
      throw Failure(exit_usage, "--adapter " + name + " needs an SSH target: Delve is started there");
  }
  if (!chosen.empty()) return chosen;
  for (const Adapter& adapter : adapters())
    if (adapter.suits == Suits::always || (adapter.suits == Suits::go && ssh && kind == ProgramKind::go))
      chosen.push_back(&adapter);
  return chosen;
}

std::string entry_name(const cli::Options& options, const Adapter& adapter) {
  return title(options) + " (" + std::string(adapter.name) + ")";
}

// Entries of ours that are there already: all are about one command line and, most of them, one port.
void add_old(const cli::Options& options, const std::vector<ordered_json>& old_entries,
             std::vector<const Adapter*>& chosen) {
  for (const Adapter& adapter : adapters()) {
    const auto is_its = [name = entry_name(options, adapter)](const ordered_json& entry) {
      return entry.is_object() && entry.value("name", ordered_json()) == name;
    };
    if (std::find(chosen.begin(), chosen.end(), &adapter) == chosen.end() &&
        std::any_of(old_entries.begin(), old_entries.end(), is_its))
      chosen.push_back(&adapter);
  }
}

// "rspbridge" if that runs this very program, else its path.
std::string this_program() {
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& folder : search_path())
    if (fs::equivalent(folder / "rspbridge", self, error)) return "rspbridge";
  return self.string();
}

Surroundings surroundings(const cli::Options& options, const fs::path& program_file,
                          const std::vector<ordered_json>& old_tasks) {
  const auto& vscode = options.vscode;
  const std::string seed = fs::weakly_canonical(vscode.folder).string() + " " + title(options);
  const std::uint16_t port = vscode.port != 0 ? vscode.port : choose_port(old_tasks, title(options), seed);
  return {.rspbridge = this_program(),
          .gdb = choose_gdb(find_local_gdbs()),
          .gdb_helper = gdb_helper(),
          .program_file = workspace_path(program_file, vscode.folder),
          .port = port,
          .delve_port = choose_port(old_tasks, delve_title(options), seed + " delve")};
}

// The entries of both files.
struct Entries {
  std::vector<ordered_json> launch, tasks;
};

Entries entries_for(const cli::Options& options, const std::vector<const Adapter*>& chosen, Values values) {
  Entries result;
  for (const Adapter* adapter : chosen) {
    values["name"] = entry_name(options, *adapter);
    result.launch.push_back(fill(adapter->launch, values));
    for (const std::string_view task : adapter->tasks) {
      ordered_json filled = fill(task, values);
      if (std::find(result.tasks.begin(), result.tasks.end(), filled) == result.tasks.end())
        result.tasks.push_back(std::move(filled));
    }
  }
  return result;
}

}  // namespace

std::string choose_gdb(const std::vector<LocalGdb>& gdbs) {
  for (const bool LocalGdb::*knows : {&LocalGdb::knows_aarch64, &LocalGdb::knows_amd64})
    for (const LocalGdb& gdb : gdbs)
      if (gdb.name != "lldb" && gdb.*knows) return gdb.path.string();
  spdlog::warn("no GDB in PATH can debug ARM64 (Debian: apt install gdb-multiarch)");
  return "gdb-multiarch";
}

int write_files(const cli::Options& options) {
  const auto& vscode = options.vscode;
  for (const std::string& word : options.program) check_text(word);
  const Program program = find_program(options);
  File launch = read(launch_file, vscode.folder), tasks = read(tasks_file, vscode.folder);
  const auto old_tasks = understood(tasks, entries(tasks.kind, tasks.before));
  const Surroundings here = surroundings(options, program.file, old_tasks);
  auto chosen = chosen_adapters(options, program.kind);
  add_old(options, understood(launch, entries(launch.kind, launch.before)), chosen);
  const Entries wanted = entries_for(options, chosen, values_for(options, here));
  launch.after = understood(launch, merge(launch.kind, launch.before, wanted.launch));
  tasks.after =
      wanted.tasks.empty() ? tasks.before : understood(tasks, merge(tasks.kind, tasks.before, wanted.tasks));
  write(tasks);  // launch.json names the tasks
  write(launch);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    spdlog::info("F5 with \"{}\" needs the extension {}", wanted.launch[i]["name"].get<std::string>(),
                 chosen[i]->extension);
  return exit_ok;
}

}  // namespace rspbridge::proxy::cli::vscode
