// Why a target stopped, by the stub's stop reply (GDB manual, "Stop Reply Packets").

const SIGNALS = {  // include/gdb/signals.def
  1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGEMT", 8: "SIGFPE", 9: "SIGKILL",
  10: "SIGBUS", 11: "SIGSEGV", 12: "SIGSYS", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 16: "SIGURG", 17: "SIGSTOP",
  18: "SIGTSTP", 19: "SIGCONT", 20: "SIGCHLD", 24: "SIGXCPU", 25: "SIGXFSZ", 30: "SIGUSR1", 31: "SIGUSR2",
};
const CRASHES = new Set([4, 6, 7, 8, 10, 11, 12]);
const EVENTS = [
  ["watch", "watchpoint"], ["rwatch", "watchpoint (read)"], ["awatch", "watchpoint (access)"], ["hwbreak", "hardware breakpoint"],
  ["swbreak", "breakpoint"], ["syscall_entry", "system call"], ["syscall_return", "return of a system call"], ["fork", "fork"],
  ["vforkdone", "vfork done"], ["vfork", "vfork"], ["exec", "exec"], ["library", "libraries changed"], ["create", "thread created"],
];

/** {text, crash, signal, ended}: words, whether a crash report is worth asking for, and the signal's name or "". */
export function reasonOf(reply) {
  const code = parseInt(reply.slice(1, 3), 16);
  if (reply[0] === "W") return { text: `exited with code ${code}`, crash: false, signal: "", ended: true };
  if (reply[0] === "X") return { text: `ended by ${SIGNALS[code] ?? `signal ${code}`}`, crash: false, signal: "", ended: true };
  if ((reply[0] !== "T" && reply[0] !== "S") || Number.isNaN(code)) return { text: "", crash: false, signal: "", ended: false };
  const keys = new Set(reply.slice(3).split(";").map((pair) => pair.split(":")[0]));
  const event = EVENTS.find(([key]) => keys.has(key));
  const signal = code === 0 ? "" : SIGNALS[code] ?? `signal ${code}`;
  return { text: event ? event[1] : signal, crash: !event && CRASHES.has(code), signal, ended: false };
}
