"""GDB sessions that must look the same direct and through rspbridge.

Each is data: the program, what GDB is told, and regular expressions that both transcripts must contain, so that two
sessions that fail alike don't pass. GDB is connected before the first command.
Directives: `CMD @^C` interrupts CMD once the program runs; `@wait REGEX` waits for output; `@reconnect` ends this GDB
and connects a new one; `@quiet CMD` keeps CMD out of the transcript.
"""
import dataclasses
import os

GUEST = ("guest",)
BOTH = ("guest", "qemu")


@dataclasses.dataclass
class Scenario:
    name: str
    program: str
    commands: list
    expect: list
    args: list = dataclasses.field(default_factory=list)
    verb: str = "exec"
    where: tuple = GUEST
    before: list = dataclasses.field(default_factory=list)
    sysroot: str = ""
    output: str = ""  # what the program itself must have printed
    # The program's own addresses are random (it wasn't started by gdbserver): compare without them.
    no_addresses: bool = False

    @property
    def remote_program(self):
        return "/opt/tests/" + self.program

    def local_program(self, world):
        return os.path.join(world.sysroot, "opt/tests", self.program)

    def program_for(self, where, world):
        return self.remote_program if where == "guest" else self.local_program(world)


SCENARIOS = [
    Scenario("break", "steps", [
        "break add", "continue", "info breakpoints", "bt", "continue", "bt 1", "delete 1", "continue",
    ], [r"Breakpoint 1, add \(a=9, b=16\)", r"exited with code"], where=BOTH),
    Scenario("tbreak", "steps", ["tbreak main", "continue", "info breakpoints", "continue"],
             [r"Temporary breakpoint 1, main \(\)", "No breakpoints", r"exited with code"], where=BOTH),
    Scenario("conditional-break", "steps", [
        "break steps.cpp:43 if i == 13", "continue", "print i", "print result", "condition 1 i > 17", "continue", "print i",
    ], [r"\$1 = 13", r"\$3 = 18"]),
    Scenario("ignore-count", "steps", ["break square", "ignore 1 1", "continue", "print a", "info breakpoints", "kill"],
             [r"\$1 = 4", "already hit 2 times"]),
    Scenario("hbreak", "steps", ["hbreak square", "continue", "bt", "delete", "continue"],
             [r"Breakpoint 1, square", r"exited with code"]),
    Scenario("watch", "watched", [
        "break main", "continue", "watch written", "continue", "continue", "bt", "info watchpoints", "delete 2", "continue",
    ], [r"Hardware watchpoint 2: written", r"Old value = 0\s+New value = 10", r"New value = 20", "exited normally"],
        output="sum 40 written 50"),
    Scenario("rwatch", "watched", ["break main", "continue", "rwatch read_often", "continue", "bt", "awatch written",
                                   "continue", "continue"],
             [r"Hardware read watchpoint 2", r"Value = 7", r"Hardware access \(read/write\) watchpoint 3"]),
    Scenario("watch-condition", "watched", ["break main", "continue", "watch written if written == 40", "continue", "print written"],
             [r"New value = 40"]),
    Scenario("catch-syscall", "watched", ["break main", "continue", "catch syscall write", "continue", "bt -2", "continue",
                                          "delete", "continue"],
             [r"call to syscall write", r"returned from syscall write"]),
    Scenario("catch-throw", "thrower", ["break main", "continue", "catch throw", "catch catch", "continue", "bt", "continue",
                                        "continue", "info breakpoints", "delete", "continue"],
             [r"exception thrown", r"exception caught", r"thrower \(depth=0\)"]),
    Scenario("catch-fork", "forker", ["catch fork", "continue", "bt 1", "delete", "continue"],
             [r"Catchpoint 1 \(forked process"], output="child exited with 41"),
    Scenario("catch-exec", "execer", ["catch exec", "continue", "info inferiors", "break add", "continue", "bt"],
             [r"Catchpoint 1 \(exec'd", r"add \(a="], args=["/opt/tests/steps"]),
    Scenario("step", "steps", ["break main", "continue"] + ["step"] * 6 + ["bt"] + ["step"] * 5 + ["bt"], [r"square \(a=3\)", r"#1 .* distance_squared"],
             where=BOTH),
    Scenario("next", "steps", ["break main", "continue"] + ["next"] * 5 + ["info locals"], [r"squared = 25", r"looped = 190"],
             where=BOTH),
    Scenario("next-over-library", "signals", ["handle SIGUSR1 SIGUSR2 nostop noprint", "break main", "continue"] + ["next"] * 6,
             [r"report\(\);"], output="usr1 1 usr2 1"),
    Scenario("stepi", "steps", ["break add", "continue"] + ["stepi"] * 4 + ["x/i $pc", "nexti", "stepi 5", "info line"],
             [r"=> 0x"], where=BOTH),
    Scenario("finish", "steps", ["break square", "continue", "finish", "print $", "delete", "finish"],
             [r"Run till exit", r"Value returned is \$1 = 9"], where=BOTH),
    Scenario("until", "steps", ["break loop", "continue", "next", "next", "next", "until", "until", "until", "advance 52", "info locals"],
             [r"looped = 190|squared = 25"]),
    Scenario("frames", "steps", ["break add if a == 0", "break descend if depth == 0", "continue", "bt", "up", "info locals",
                                 "up 3", "print depth", "down", "frame 0", "info frame"],
             [r"#8 .* descend \(depth=8\)", r"\$1 = 4"]),
    Scenario("backtrace-crash", "crash", ["continue", "bt", "info locals", "up 2", "info frame", "print $_siginfo.si_signo",
                                          "print $_siginfo._sifields._sigfault.si_addr", "continue"],
             [r"Program received signal SIGSEGV", r"#0 .*shop::poke", r"\$1 = 11", r"terminated with signal SIGSEGV"],
             output="order 42, 3 items"),
    Scenario("threads", "pair", ["break busy", "continue", "info threads", "thread apply all bt -frame-arguments none 2",
                                 "thread 2", "bt -1", "thread 1", "print $_thread", "finish"],
             [r"gatekeeper", r"Thread 2", r"Thread 1 "], no_addresses=True),
    Scenario("thread-locking", "pair", ["break busy", "continue", "set scheduler-locking on", "next", "next", "print result",
                                        "thread 2", "thread name", "info threads", "set scheduler-locking off", "delete", "continue"],
             [r"\$1 = 3", r"exited with code 011"], no_addresses=True),
    Scenario("info-registers", "registers", ["break *filled", "continue", "info registers", "info registers pc sp x0", "print/x $x1"],
             [r"cpsr", r"x29 ", r"x28 +0x1c1c"], where=BOTH),
    Scenario("info-all-registers", "registers", ["break *filled", "continue", "info all-registers"],
             [r"\nv31 ", r"fpcr|fpsr", r"v30 .*0x1f1f1f1f1f1f1f1f"], where=BOTH),
    Scenario("x", "steps", ["break add", "continue", "x/8i $pc", "x/16xb bytes", "x/4xw bytes", "x/2xg bytes", "x/s \"\"",
                            "x/3dw &total", "x/2xg 0x10", "output total"],
             [r"0x00\s+0x01\s+0x02", r"Cannot access memory at address 0x10"], where=BOTH),
    Scenario("print", "steps", ["break distance_squared", "continue", "print line", "print *&line", "print line.to.x + 1",
                                "print &bytes[4]", "print/x bytes", "ptype line", "print line.name", "print ratio * 2",
                                "print sizeof(line)", "whatis add", "print nonsense"],
             [r"from = \{x = 1, y = 2\}", r"No symbol \"nonsense\""], where=BOTH),
    Scenario("set-var", "steps", ["break add", "continue", "set var a = 1000", "print a", "set var bytes[3] = 0xff", "x/4xb bytes",
                                  "print $x0 = 0x1234", "info registers x0", "print ratio = 1.25", "finish"],
             [r"\$1 = 1000", r"Value returned is \$4 = 1016"], where=BOTH),
    Scenario("call", "steps", ["break main", "continue", "next", "call add(20, 22)", "print square(12)", "call distance_squared(line)",
                               "print descend(3)", "bt"],
             [r"\$1 = 42", r"\$2 = 144", r"\$3 = 25"], where=BOTH),
    Scenario("call-with-breakpoint", "steps", ["break main", "continue", "break square", "call square(3)", "bt", "finish", "continue"],
             [r"called from GDB"]),
    Scenario("info-sharedlibrary", "demo", ["break main", "continue", "info sharedlibrary"],
             [r"libstdc\+\+\.so\.6", r"libc\.so\.6"]),
    Scenario("target-sysroot", "steps", ["break main", "continue", "info sharedlibrary", "bt", "next"],
             [r"target:/lib/", r"main \(\) at"], sysroot="target:"),
    Scenario("info-auxv", "steps", ["break main", "continue", "info auxv"], [r"AT_HWCAP", r"AT_PHDR"], where=BOTH),
    Scenario("info-proc", "steps", ["break main", "continue", "info proc mappings", "info proc cmdline"],
             [r"/opt/tests/steps", r"\[stack\]"]),
    Scenario("handle-signal", "signals", ["handle SIGUSR1 stop print", "handle SIGUSR2 nostop noprint pass", "continue", "bt 1",
                                          "handle SIGUSR1 nopass", "continue", "continue"],
             [r"received signal SIGUSR1", "exited normally"], output="usr2 2"),
    Scenario("signal", "signals", ["break report", "continue", "signal SIGUSR2", "queue-signal SIGUSR1", "continue", "delete",
                                   "handle SIGUSR1 SIGUSR2 nostop", "continue"],
             [r"Continuing with signal SIGUSR2"], output="usr1 1 usr2 1"),
    Scenario("interrupt", "spinner", ["break spin", "continue", "delete", "continue @^C", "print turns > 1000", "bt", "continue @^C",
                                      "set var spinning = 0", "continue"],
             [r"Program received signal SIGINT", r"\$1 = true", r"exited with code 01"], output="released"),
    Scenario("run-twice", "steps", ["break square", "run", "print a", "run", "print a", "bt", "kill", "run", "print a"],
             [r"\$3 = 3"], verb="multi", before=["set remote exec-file /opt/tests/steps"]),
    Scenario("run-twice-exec", "steps", ["set remote exec-file /opt/tests/steps", "break square", "continue", "print a", "run",
                                         "print a", "delete", "continue", "break descend", "run", "bt"],
             [r"\$2 = 3", r"exited with code", r"descend \(depth=8\)"]),
    Scenario("run-arguments", "args", ["run", "set args other \"*\"", "run"], [r"exited normally"], verb="multi",
             before=["set remote exec-file /opt/tests/args", "set args one 'two words' $HOME"],
             output="arg 2:74776f20776f726473\narg 3:24484f4d45\nargs end\narg 1:6f74686572\narg 2:2a\n"),
    Scenario("kill", "steps", ["break square", "continue", "kill", "info inferiors"], [r"Inferior 1 \(process .*\) killed"]),
    Scenario("detach", "steps", ["break square", "continue", "detach", "info inferiors"], [r"Detaching from program"]),
    Scenario("reconnect", "steps", ["break descend", "continue", "bt 1", "print depth", "disconnect", "@reconnect", "bt 1", "print depth",
                                    "info registers pc", "break descend", "continue", "print depth", "delete", "continue"],
             [r"\$1 = 8", r"\$2 = 7", r"exited with code"]),
    Scenario("follow-child", "forker", ["set follow-fork-mode child", "break child_work", "continue", "bt", "info inferiors", "finish",
                                        "continue"],
             [r"child_work \(value=40\)", r"Value returned is \$1 = 41"], output="child exited with 41"),
    Scenario("follow-parent", "forker", ["set follow-fork-mode parent", "break parent_work", "break child_work", "continue", "bt",
                                         "info inferiors", "continue"],
             [r"parent_work \(value=1\)", "exited with code 03"], output="child exited with 41"),
    Scenario("keep-both", "forker", ["set detach-on-fork off", "set schedule-multiple on", "break child_work", "break parent_work",
                                     "continue", "info inferiors", "bt", "continue", "@quiet inferior 1", "continue", "bt", "info inferiors",
                                     "continue"],
             [r"child_work \(value=40\)", r"Num\s+Description", r"New inferior 2"], output="child exited with 41"),
    Scenario("non-stop", "pair", ["break busy", "continue", "info threads", "bt", "thread apply 1 bt 1", "interrupt -a",
                                  "@wait gatekeeper.* stopped\\.\n.*\n", "info threads", "delete", "continue -a &",
                                  "@wait exited with code .*\n"],
             [r"\(running\)", r"exited with code 011"], before=["set non-stop on"], no_addresses=True),
    Scenario("background", "spinner", ["break spin", "continue", "delete", "continue &", "info threads", "interrupt",
                                       "@wait stopped\\.\n.*spin.*\n.*\n", "bt", "print spinning = 0", "continue"],
             [r"\(running\)", r"exited with code 01"], before=["set non-stop on"], output="released"),
    Scenario("attach", "spinner", ["bt", "info inferiors", "print spinning", "continue @^C", "detach", "info inferiors"],
             [r"spin \(\)", r"\$1 = 1", r"Detaching from program"], verb="attach", no_addresses=True),
    Scenario("multi-attach", "spinner", ["@attach", "bt", "print turns > 0", "detach"], [r"spin \(\)", r"\$1 = true"], verb="multi",
             no_addresses=True),
    Scenario("tail-of-stack", "demo", ["break hot if i == 50", "continue", "bt", "finish", "up 5",
                                       "print here"],
             [r"hot \(i=50\)", r"#20 .*main|#19 .*main"]),
    Scenario("dump-memory", "demo", ["break leaf", "continue", "dump binary memory @tmp &(*blob)[0] (char*)&(*blob)[0]+1048576",
                                     "shell sha256sum <@tmp", "x/16xb &(*blob)[0]"], [r"[0-9a-f]{64}"]),
    Scenario("write-memory", "demo", ["break leaf", "continue", "dump binary memory @tmp &(*blob)[0] (char*)&(*blob)[0]+65536",
                                      "restore @tmp binary &(*blob)[65536]", "print (int)memcmp(&(*blob)[0], &(*blob)[65536], 65536)",
                                      "find &(*blob)[0], +4096, (char)0x7d"],
             [r"Restoring binary file", r"\$1 = 0"]),
    Scenario("tracking-selection", "pair", ["break busy", "continue", "thread 2", "frame 1", "print $_thread", "info registers x29 pc",
                                            "maint packet qC", "thread 1", "frame", "step", "info threads"],
             [r"\$1 = 2"], no_addresses=True),
]
