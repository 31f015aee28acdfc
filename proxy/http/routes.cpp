#include "proxy/http/routes.hpp"

#include <algorithm>
#include <array>

#include "proxy/http/handlers.hpp"

namespace rspbridge::proxy::http {
namespace {

constexpr std::string_view json_type = "application/json";

constexpr std::array map_parameters{
    Parameter{.name = "format",
              .kind = Kind::choice,
              .choices = "full|delve",
              .otherwise = "full",
              .doc = "`delve`: exactly the array that Go's `json.Marshal` makes of Delve's `MemoryMapEntry`"},
    Parameter{.name = "source",
              .kind = Kind::choice,
              .choices = "smaps|maps",
              .otherwise = "smaps",
              .doc = "`maps`: from what came with the stop, else from `/proc/PID/maps`: without VmFlags, and "
                     "so with the regions that Delve "
                     "leaves out; quicker where there are thousands"},
    Parameter{.name = "addr", .kind = Kind::number, .doc = "only the entry that holds this address"},
    Parameter{.name = "perm",
              .kind = Kind::permissions,
              .doc = "only entries with all of these: `r`, `w`, `x`, `p` (private), `s` (shared)"},
    Parameter{.name = "path", .kind = Kind::text, .doc = "only entries whose `Filename` contains this"},
};

constexpr std::array register_parameters{
    Parameter{.name = "thread",
              .kind = Kind::thread,
              .doc = "an `id` of `/debug/threads`; otherwise the thread that stopped"},
};

constexpr std::array memory_parameters{
    Parameter{.name = "addr", .kind = Kind::number, .required = true, .doc = "the first byte"},
    Parameter{.name = "length",
              .kind = Kind::number,
              .required = true,
              .least = 1,
              .most = max_memory,
              .most_is_size = true,
              .doc = "in bytes"},
};

constexpr std::array instruction_parameters{
    Parameter{.name = "addr", .kind = Kind::number, .required = true, .doc = "a multiple of 4"},
    Parameter{.name = "count",
              .kind = Kind::number,
              .least = 1,
              .most = max_instructions,
              .otherwise = "16",
              .doc = "how many instructions"},
};

constexpr std::array source_parameters{
    Parameter{.name = "addr", .kind = Kind::number, .required = true, .doc = "of an instruction"},
    Parameter{.name = "context",
              .kind = Kind::number,
              .least = 0,
              .most = 1000,
              .otherwise = "10",
              .doc = "how many lines before and behind"},
};

constexpr std::array crash_parameters{
    Parameter{.name = "format",
              .kind = Kind::choice,
              .choices = "report|casr",
              .otherwise = "report",
              .doc = "`casr`: in the shape of CASR's reports"},
};

constexpr std::array backtrace_parameters{
    Parameter{.name = "thread",
              .kind = Kind::text,
              .doc = "an `id` of `/debug/threads`, or `all`; otherwise the thread that stopped"},
    Parameter{.name = "frames",
              .kind = Kind::number,
              .least = 1,
              .most = 256,
              .doc = "how many of each thread at most; otherwise all"},
};

constexpr std::array packet_parameters{
    Parameter{.name = "count",
              .kind = Kind::number,
              .least = 1,
              .most = Recorder::kept_packets,
              .otherwise = "100",
              .doc = "how many at most, the last ones"},
    Parameter{.name = "leg", .kind = Kind::choice, .choices = "gdb|stub", .doc = "only those of this leg"},
};

constexpr std::array any{Parameter{.name = any_parameter, .doc = "whatever that server takes"}};

constexpr std::array<Parameter, 0> none{};

constexpr std::array table{
    Route{"GET", "/", none, false, "text/html; charset=utf-8", "The [page](page.md). Needs no token.",
          answer_page, true},
    Route{"GET", "/page/*", none, false, "*/*", "The page's files, with an `ETag`. Needs no token.",
          answer_page, true},
    Route{"GET", "/debug/elf/memmap", map_parameters, false, json_type,
          "The memory map, as numbers. Needs no stop.", answer_memory_map},
    Route{"GET", "/debug/elf/modules", none, true, json_type,
          "The ELF images in memory, with build id and load bias.", answer_modules},
    Route{"GET", "/debug/threads", none, true, json_type, "The threads, with name, pc and sp.",
          answer_threads},
    Route{"GET", "/debug/registers", register_parameters, true, json_type,
          "The target's own registers of one thread. One that isn't available is `null`.", answer_registers},
    Route{"GET", "/debug/memory", memory_parameters, true, "application/octet-stream",
          "Memory, as bytes. Takes `Range` and `If-None-Match`.", answer_memory},
    Route{"GET", "/debug/disassemble", instruction_parameters, true, json_type,
          "ARM64 instructions. Fewer than asked for where memory ends.", answer_disassembly},
    Route{"GET", "/debug/lines", instruction_parameters, true, json_type,
          "Of each instruction the function, the file and the line, as DWARF and symbols tell.",
          answer_lines},
    Route{"GET", "/debug/source", source_parameters, true, json_type,
          "The source text around the line of an instruction, where this machine has that file.",
          answer_source},
    Route{"GET", "/debug/crash", crash_parameters, true, json_type,
          "A [crash report](triage.md) of this stop.", answer_crash},
    Route{"GET", "/debug/backtrace", backtrace_parameters, true, json_type,
          "The stack of one thread or of all, with inlined functions, lines and variables.",
          answer_backtrace},
    Route{"GET", "/debug/core", none, true, "application/x-core",
          "An ELF core file of the process, as it is read.", answer_core},
    Route{"GET", "/debug/events", none, false, "text/event-stream",
          "What happens to the target, as it happens (server-sent events).", answer_events},
    Route{"GET", "/debug/packets", packet_parameters, false, json_type,
          "The last packets of both legs: GDB's and the stub's.", answer_packets},
    Route{"GET", "/debug/link", none, false, json_type,
          "How the way to the stub fares: round trip time, bandwidth, bytes, and what was spared.",
          answer_link},
    Route{"GET", "/debug/pprof/*", any, false, "*/*",
          "What the target process's own pprof server answers, with `--pprof`. Needs the target running.",
          answer_pprof},
    Route{"POST", "/debug/interrupt", none, false, json_type,
          "Stops the target, with `--http-control`. Answers once it has stopped.", answer_interrupt},
    Route{"POST", "/debug/continue", none, false, json_type,
          "Lets the target run, with `--http-control`; refused while a GDB is connected.", answer_continue},
    Route{"GET", "/metrics", none, false, "text/plain; version=0.0.4; charset=utf-8",
          "Counters of this server, for Prometheus.", answer_metrics},
    Route{"GET", "/healthz", none, false, json_type, "That rspbridge serves, and how the session stands.",
          answer_health},
    Route{"GET", "/openapi.json", none, false, json_type, "This table, as OpenAPI 3.0.", answer_openapi},
};

bool matches(const Route& route, std::string_view path) {
  if (!route.path.ends_with('*')) return route.path == path;
  return path.starts_with(route.path.substr(0, route.path.size() - 1));
}

}  // namespace

std::span<const Route> routes() {
  return table;
}

const Route* find_route(std::string_view path) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Route& route) { return matches(route, path); });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace rspbridge::proxy::http
