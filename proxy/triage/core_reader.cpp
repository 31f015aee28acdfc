#include "proxy/triage/core_reader.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "memmap/auxv.hpp"
#include "memmap/elf_image.hpp"
#include "memmap/labels.hpp"
#include "memmap/modules.hpp"
#include "proxy/triage/core_memory.hpp"
#include "proxy/triage/image_of.hpp"
#include "proxy/triage/signals.hpp"

namespace rspbridge::proxy::triage {
namespace {

// struct elf_prstatus of ARM64.
constexpr std::size_t signal_offset = 12, pid_offset = 32, registers_offset = 112, registers_count = 34;
// struct elf_prpsinfo.
constexpr std::size_t name_offset = 40, name_size = 16, arguments_offset = 56, arguments_size = 80;

template <class T>
T at(const std::string& bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

void read_status(const std::string& note, Stopped& stopped) {
  if (note.size() < registers_offset + registers_count * 8) {
    stopped.notes.emplace_back("the registers of a thread are cut short");
    return;
  }
  ThreadState thread;
  thread.tid = at<std::int32_t>(note, pid_offset);
  for (std::size_t i = 0; i < registers_count; ++i) {
    const auto value = at<std::uint64_t>(note, registers_offset + i * 8);
    if (i <= Registers::sp) thread.registers.values[i] = value;
    if (i == 32) thread.registers.pc = value;
    const std::string name = i < 31 ? "x" + std::to_string(i) : i == 31 ? "sp" : i == 32 ? "pc" : "cpsr";
    thread.named.emplace_back(name, value);
  }
  const int signal = at<std::int16_t>(note, signal_offset);
  if (stopped.threads.empty() && signal != 0) stopped.signal = Signal{signal, {}, {}, {}};
  stopped.threads.push_back(std::move(thread));
}

void read_floating(const std::string& note, Stopped& stopped) {
  if (stopped.threads.empty()) return;
  for (std::size_t i = 0; i < 32 && (i + 1) * 16 <= note.size(); ++i)
    stopped.threads.back().registers.values[Registers::v0 + i] = at<std::uint64_t>(note, i * 16);
}

std::string text_at(const std::string& note, std::size_t offset, std::size_t size) {
  if (note.size() < offset + size) return {};
  const std::string text = note.substr(offset, size);
  return text.substr(0, text.find('\0'));
}

void read_process(const std::string& note, Stopped& stopped) {
  if (note.size() < arguments_offset) return;
  stopped.pid = at<std::int32_t>(note, 24);
  const std::string arguments = text_at(note, arguments_offset, arguments_size);
  stopped.program.path = text_at(note, name_offset, name_size);
  if (!arguments.empty()) stopped.program.arguments = {arguments};
}

struct MappedFile {
  std::uint64_t begin = 0, end = 0, offset = 0;
  std::string path;
};

std::vector<MappedFile> read_files(const std::string& note) {
  std::vector<MappedFile> files;
  if (note.size() < 16) return files;
  const auto count = at<std::uint64_t>(note, 0), page = at<std::uint64_t>(note, 8);
  std::size_t names = 16 + count * 24;
  if (count > note.size() / 24 || names > note.size()) return files;
  for (std::uint64_t i = 0; i < count && names < note.size(); ++i) {
    const std::size_t entry = 16 + i * 24;
    const auto end = note.find('\0', names);
    files.push_back({at<std::uint64_t>(note, entry), at<std::uint64_t>(note, entry + 8),
                     at<std::uint64_t>(note, entry + 16) * page, note.substr(names, end - names)});
    names = end == std::string::npos ? note.size() : end + 1;
  }
  return files;
}

std::string special_path(const memmap::AddressRange& range, const Stopped& stopped, std::uint64_t vdso) {
  if (range.begin.value == vdso) return "[vdso]";
  for (const ThreadState& thread : stopped.threads)
    if (thread.tid == stopped.pid && thread.registers.values[Registers::sp] &&
        range.contains({*thread.registers.values[Registers::sp]}))
      return "[stack]";
  return {};
}

void make_map(const OpenCore& core, const std::vector<MappedFile>& files, std::uint64_t vdso,
              Stopped& stopped) {
  std::vector<memmap::Vma> vmas;
  for (const memmap::ProgramHeader& one : core.headers) {
    if (one.type != PT_LOAD || one.memsz == 0) continue;
    memmap::Vma vma;
    vma.range = {{one.vaddr}, {one.vaddr + one.memsz}};
    vma.readable = (one.flags & PF_R) != 0;
    vma.writable = (one.flags & PF_W) != 0;
    vma.executable = (one.flags & PF_X) != 0;
    const auto file = std::find_if(files.begin(), files.end(), [&](const MappedFile& mapped) {
      return mapped.begin <= one.vaddr && one.vaddr < mapped.end;
    });
    if (file != files.end()) {
      vma.path = file->path;
      vma.offset = file->offset + (one.vaddr - file->begin);
      vma.inode = 1;  // the core file doesn't tell; the path tells files apart
    } else {
      vma.path = special_path(vma.range, stopped, vdso);
    }
    vmas.push_back(std::move(vma));
  }
  std::sort(vmas.begin(), vmas.end(),
            [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
  auto map = memmap::VmaMap::from(std::move(vmas), memmap::MapSource::maps);
  if (map)
    stopped.map = *std::move(map);
  else
    stopped.notes.emplace_back("the core file's segments contradict one another, so there is no memory map");
  std::vector<memmap::ThreadStack> stacks;
  for (const ThreadState& thread : stopped.threads)
    if (const auto sp = thread.registers.values[Registers::sp])
      stacks.push_back({static_cast<std::uint64_t>(thread.tid), {*sp}});
  stopped.labels = memmap::labels(stopped.map, stacks);
}

void add_images(CoreMemory& memory, FileSource& source, Stopped& stopped) {
  const auto read = [&](std::uint64_t address, std::size_t length) { return memory.read(address, length); };
  for (const memmap::Module& module : memmap::modules(stopped.map, read)) {
    Image image = image_of(module);
    auto found = module.path.starts_with('[') ? std::nullopt : source.find(image.path, image.build_id);
    if (module.path.starts_with('[')) {
      if (const auto bytes = memory.read(image.begin, image.end - image.begin)) image.file = file_of(*bytes);
    } else if (found) {
      image.file = std::move(found->file);
      image.file_name = std::move(found->name);
      memory.add_image(image.file.get(), image.load_bias);
    } else {
      stopped.notes.push_back(
          image.path +
          " isn't there: name the target's files by --sysroot, or its unstripped files by --symbols");
    }
    if (auto debug = source.find_debug(image.build_id)) {
      image.debug = std::move(debug->file);
      image.debug_name = std::move(debug->name);
    }
    stopped.images.push_back(std::move(image));
  }
}

struct Notes {
  std::vector<MappedFile> files;
  std::uint64_t vdso = 0, entry = 0;
};

Notes read_notes(const OpenCore& core, Stopped& stopped) {
  Notes found;
  std::optional<Signal> told;
  for (const CoreFileNote& note : core.notes) {
    if (note.type == NT_PRSTATUS) read_status(note.descriptor, stopped);
    if (note.type == NT_FPREGSET) read_floating(note.descriptor, stopped);
    if (note.type == NT_PRPSINFO) read_process(note.descriptor, stopped);
    if (note.type == NT_SIGINFO && !told) told = parse_siginfo(note.descriptor);
    if (note.type == NT_FILE) found.files = read_files(note.descriptor);
    if (note.type != NT_AUXV) continue;
    const auto auxv = memmap::Auxv::parse(note.descriptor);
    if (!auxv) continue;
    found.vdso = auxv->find(AT_SYSINFO_EHDR).value_or(0);
    found.entry = auxv->find(AT_ENTRY).value_or(0);
    stopped.system.page_size = auxv->find(AT_PAGESZ);
  }
  if (told && stopped.signal && told->number == stopped.signal->number) stopped.signal = told;
  return found;
}

}  // namespace

tl::expected<Stopped, std::string> read_core(const std::filesystem::path& path, FileSource& files) {
  auto opened = open_core(path);
  if (!opened) return tl::unexpected(opened.error());
  const auto core = std::make_shared<const OpenCore>(*std::move(opened));
  Stopped stopped;
  const Notes notes = read_notes(*core, stopped);
  if (stopped.threads.empty())
    return tl::unexpected("the core file " + path.string() + " tells of no thread" +
                          (core->truncated ? ": it is cut short" : ""));
  if (!stopped.pid) stopped.pid = stopped.threads.front().tid;
  stopped.reached.how = "core";
  stopped.reached.core = path.string();
  stopped.reached.core_truncated = core->truncated;
  if (core->truncated)
    stopped.notes.emplace_back("the core file is cut short: memory that it should hold isn't there");
  const bool fatal = stopped.signal && is_fatal(stopped.signal->number);
  stopped.outcome = fatal ? Outcome::crash : Outcome::stop;
  auto memory = std::make_shared<CoreMemory>(core);
  make_map(*core, notes.files, notes.vdso, stopped);
  add_images(*memory, files, stopped);
  stopped.memory = std::move(memory);
  for (std::size_t i = 0; i < stopped.images.size(); ++i)
    if (stopped.images[i].begin <= notes.entry && notes.entry < stopped.images[i].end) stopped.main_image = i;
  if (stopped.main_image) stopped.program.path = stopped.images[*stopped.main_image].path;
  return stopped;
}

}  // namespace rspbridge::proxy::triage
