"""GDB scripts that must look the same to gdb-multiarch and, through rspbridge's view, to a GDB that knows no ARM64.

Each is data: commands, the programs (programs/views/build says how each is made) that they are played on, and regular
expressions that the direct transcript must contain, so that two sessions that fail alike don't pass. `programs` are
played always, `more` with --all; `qemu` names those that are also played on qemu-user, `qemu_pac` those of which the
view's session is played on a CPU that signs return addresses. GDB is given no file on the
guest. Registers are never listed: their names are what differs.
"""
import dataclasses


@dataclasses.dataclass
class Script:
    name: str
    programs: tuple
    commands: list
    expect: list
    more: tuple = ()
    qemu: tuple = ()
    qemu_pac: tuple = ()
    verb: str = "exec"


def prints(*expressions):
    return ["print " + expression for expression in expressions]


VALUES = Script(
    "values", ("values-gcc-O0", "values-clang-O2"), [
        "break look if depth == 0", "info breakpoints", "continue", "bt", "info args", "info frame", "print *shape", "print at",
        "print text", "whatis at", "ptype shape", "up", "info locals", "down", "frame function main", "info locals", "bt full -1",
        *prints("global_int", "global_long", "global_text", "global_letters", "global_doubles", "global_float", "global_long_double",
                "global_bool", "global_plain", "global_colour", "global_bits", "global_either", "global_points", "global_row",
                "global_function", "global_member", "global_tagged", "*global_tagged", "global_wide", "global_complex",
                "&global_points[1]", "*&global_points[1]", "global_points[2].y * 3", "global_bits.middle", "global_doubles[1] * 2",
                "global_long_double + 1", "sizeof(global_long_double)", "(long)global_long_double", "global_of_thread",
                "global_function == add", "*global_function", "(char)global_text[4]", "$_siginfo.si_signo", "$_", "main",
                "kinds::green", "kinds::Colour::green", "'kinds::some'", "*numbers._M_impl._M_start@5", "brief", "point", "reference",
                "matrix", "square", "/x matrix", "/r text", "/d sizeof(square)", "owned", "nonsense"),
        "print/x global_points", "print/t global_bits.high", "print/c global_letters", "print/f global_doubles",
        "print -pretty -- global_points", "print &reference", "output global_points", "printf \"%d %s\\n\", global_int, global_text",
        "ptype global_bits", "ptype global_either", "ptype kinds::Square", "ptype kinds::Colour", "ptype add", "ptype int*(*)[3]",
        "ptype global_member", "whatis global_function", "whatis global_row", "whatis global_long_double", "ptype/o kinds::Bits",
        "x/s global_text", "x/8xb &global_long", "x/4xg &global_doubles", "x/4fg &global_doubles", "x/2dw &global_points[1]",
        "x/3xh &global_row", "x/c global_letters", "x/2xg 0x10", "info symbol global_points", "info symbol main", "info address main",
        "info line look", "info source", "info scope look", "list look", "list main", "list values.cpp:60,62", "info types kinds::Po",
        "info functions scale", "info variables global_wi",
        "set var global_int = 1234", "print global_int", "set var global_points[1].x = -9", "print global_points",
        "set var global_bits.middle = 7", "print global_bits", "set var global_float = 2.5", "print global_float",
        "set var global_doubles[2] = -0.125", "print global_doubles", "set var global_letters = \"new letters\"", "print global_letters",
        "set var global_either.bytes[3] = 0x40", "print global_either", "print global_int = 8", "print ++global_int",
        "set var global_long_double = 2.75", "print global_long_double",
        "down", "set var depth = 5", "print depth", "print depth = 0", "find &global_letters, +12, 'l', 'e'",
        "tbreak add", "info breakpoints", "delete 1", "finish", "next", "next", "kill",
    ], [r"Breakpoint 1, look", r"= 81985529216486895", r"low = 5, middle = -3", r"the quick brown fox", r"kinds::green",
        r"type = struct kinds::Bits|type = struct Bits", r"Cannot access memory at address 0x10"],
    more=("values-gcc-O2", "values-clang-O0"), qemu=("values-gcc-O0",))

RETURNING = ["nothing", "an_int", "a_byte", "a_long", "a_bool", "a_colour", "a_pointer", "a_float", "a_double", "a_long_double",
             "a_wide", "a_pair", "two_longs", "some_bytes", "an_either", "a_big", "four_floats", "two_doubles", "just_a_double",
             "a_mixture", "a_complex"]

RETURNS = Script(
    "returns", ("returns-gcc-O0", "returns-clang-O2"), [
        "break main", "continue", "info source",
        *[command for function in RETURNING for command in ("tbreak " + function, "continue", "info args", "finish")],
        "print $_exitcode", "continue", "print $_exitcode",
    ], [r"Value returned is .* = -4", r"Value returned is .* = 0.5", r"pointed at", r"ifteen letters", r"exited normally"],
    more=("returns-gcc-O2", "returns-clang-O0"), qemu=("returns-clang-O0",))

FRAMES = Script(
    "frames", ("frames-gcc-O0", "frames-gcc-O2", "frames-clang-O2", "frames-pac-O2"), [
        "tbreak main", "continue", "info frame", "next", "step", "step", "bt", "up", "info locals", "down", "break leaf", "continue",
        "bt", "bt -2", "bt full 2", "bt -full 1", "info frame", "step", "step", "info locals", "step", "bt 1", "up", "info locals",
        "up 2", "print depth", "info args", "down", "frame 1", "print *list", "print list->next->value", "frame function main",
        "info locals", "print numbers", "frame level 0", "finish", "info breakpoints", "delete", "next", "stepi",
        "nexti", "stepi 3", "info line *$pc", "info symbol $pc", "print $pc", "print $sp", "x/1xg $sp", "until", "advance ascending", "bt", "info args", "print *(int*)left", "finish", "tbreak ascending", "continue", "up", "tbreak many", "continue", "bt 1",
        "info args", "print j", "print i", "next", "next", "print local", "finish", "next", "next", "step", "until", "info locals",
        "continue", "print $_exitcode",
    ], [r"#\d .* descend \(.*4\)", r"ascending", r"exited with code"],
    more=("frames-clang-O0", "frames-static-O2", "frames-pac-O0", "frames-dwarf4-O2"), qemu=("frames-gcc-O2",), qemu_pac=("frames-pac-O2",))

FRAME_CHANGES = Script(
    "frame-changes", ("frames-gcc-O0", "frames-clang-O2"), [
        "tbreak many", "continue", "print a + b", "set var a = 100", "print a", "info args", "print $sp", "return 5", "bt", "next", "info locals",
        "set var letters = 77", "print letters", "display depth", "display/x numbers", "info display", "next", "undisplay 1", "next", "until",
        "kill",
    ], [r"many \(a=", r"Num Enb Expression"], more=("frames-clang-O0", "frames-gcc-O2"), qemu=("frames-gcc-O0",))

RETURN = Script(
    "return", ("frames-gcc-O0",), [
        "break leaf", "continue", "return", "bt 1", "print $pc", "next", "up", "return", "bt", "next", "print below = 40", "finish",
        "jump 36", "print $x0 = 3", "print $x0", "print $pc = $pc", "bt 1", "kill",
    ], [r"leaf \(a=10", r"#0 .* descend \(.*depth=1\)"], more=("frames-clang-O0",), qemu=("frames-clang-O0",))

CALLS = Script(
    "calls", ("frames-gcc-O0",), [
        "break leaf", "continue", "delete", "call leaf(1, 2)", "@quiet monitor rspbridge calls on", "call leaf(1, 2)",
        "print many(1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5)", "print descend(list, 2)", "print middle", "bt 2", "info locals", "finish", "tbreak clamp", "tbreak many",
        "print leaf(5, 6)", "bt", "finish", "bt 1", "@quiet monitor rspbridge calls off", "call leaf(1, 2)", "continue", "bt 1", "kill",
    ], [r"= 5\n", r"Continuing"], more=("frames-clang-O0",))

COMMANDS = Script(
    "commands", ("frames-gcc-O0",), [
        "break middle", "@quiet commands 1\nsilent\nprint scale\nbt 2\nend", "info breakpoints", "continue", "break frames.c:28 if total > 70",
        "tbreak leaf", "ignore 3 1", "info breakpoints", "continue", "info breakpoints", "condition 1 scale > 100", "continue", "print total",
        "info breakpoints", "disable 2", "enable once 2", "hbreak many", "thbreak ascending", "continue", "continue", "info breakpoints",
        "rbreak ^desc", "clear many", "info files", "info sharedlibrary", "delete", "tbreak exit", "continue", "bt 1", "info signals SIGINT",
        "info inferiors", "info threads", "maint info sections -all .text", "kill", "info inferiors",
    ], [r"hw breakpoint", r"scale > 100", r"\$N = 78"])

WATCHES = Script(
    "watches", ("watches-gcc-O0", "watches-gcc-O2"), [
        "tbreak main", "continue", "watch counter", "continue", "continue", "bt 1", "info watchpoints", "delete 2", "rwatch source",
        "continue", "bt 1", "continue", "delete 3", "kill",
    ], [r"Hardware watchpoint 2: counter", r"Old value = 0\s+New value = 1", r"Hardware read watchpoint 3"],
    more=("watches-static-O0",))

MORE_WATCHES = Script(
    "more-watches", ("watches-gcc-O0",), [
        "tbreak main", "continue", "awatch record.number", "watch real if real > 3", "watch -l record.small", "continue", "continue",
        "continue", "continue", "continue", "info watchpoints", "delete", "tbreak change", "continue", "watch local", "continue",
        "continue", "delete", "finish", "next", "next", "watch record.wide", "rwatch record.tag", "continue", "delete", "info watchpoints",
        "kill",
    ], [r"Hardware access \(read/write\) watchpoint 2: record.number", r"Watchpoint \d+ deleted|went out of scope|local"],
    more=("watches-static-O0",))

SYSCALLS = Script(
    "syscalls", ("watches-gcc-O0",), [
        "tbreak main", "continue", "catch syscall write", "info breakpoints", "continue", "bt -1", "continue", "bt -1", "delete",
        "catch syscall getppid exit_group", "continue", "bt -1", "continue", "continue", "delete", "catch syscall nosuchcall", "catch syscall",
        "info breakpoints", "delete", "continue",
    ], [r"call to syscall write", r"returned from syscall write", r"call to syscall exit_group|call to syscall getppid"])

EXCEPTIONS = Script(
    "exceptions", ("exceptions-gcc-O2", "exceptions-clang-O0"), [
        "break main", "continue", "catch throw", "catch catch", "info breakpoints", "continue", "bt", "frame function thrower", "info locals",
        "continue", "bt", "up", "continue", "bt -1", "delete", "tbreak exceptions.cpp:35", "continue", "info locals", "next", "kill",
    ], [r"exception thrown", r"exception caught", r"thrower \("], more=("exceptions-gcc-O0",))

NEXT_OVER_THROW = Script(
    "next-over-throw", ("exceptions-gcc-O0",), [
        "break attempt", "continue", "step", "bt 1", "next", "step", "bt 2", "up", "info locals", "catch catch", "finish", "bt", "delete",
        "up", "tbreak main", "info symbol $pc", "continue",
    ], [r"exception caught"], more=("exceptions-clang-O0",))

THREADS = Script(
    "threads", ("threads8-gcc-O0",), [
        "break everybody_waits", "continue", "info threads", "print $_thread", "bt", "thread 5", "bt", "frame function wait_at_gate",
        "print number", "print own", "print (int)errno", "info locals", "thread apply all bt", "thread apply 2 4 print (int)errno", "thread apply all -q frame function wait_at_gate",
        "thread name fourth", "info threads 3", "thread find threads8", "thread 1", "print (int)errno", "print &errno", "ptype own", "info threads",
        "thread apply 3-4 info frame", "taas print (int)errno", "tfaas print byte", "step", "finish", "next", "print (int)errno",
        "break main thread 99", "set scheduler-locking on", "next", "set scheduler-locking off",
        "delete", "continue",
    ], [r"\* 1 +Thread", r"9 +Thread", r"wait_at_gate \(", r"= 7\n", r"exited normally"], more=("threads8-static-O2",))

FORKS = Script(
    "forks", ("forks-gcc-O0",), [
        "catch fork", "continue", "bt -1", "info breakpoints", "delete", "set follow-fork-mode child", "break in_child", "break in_parent",
        "continue", "bt", "info inferiors", "print value", "finish", "continue",
    ], [r"Catchpoint 1 \(forked process", r"in_child \(value=40\)"])

FORK_PARENT = Script(
    "fork-parent", ("forks-gcc-O0",), [
        "show follow-fork-mode", "catch vfork", "break in_child", "break in_parent", "continue", "bt", "finish", "info inferiors", "detach",
        "info inferiors",
    ], [r"in_parent \(value=41\)"])

SIGNALS = Script(
    "signals", ("signals-gcc-O0",), [
        "info signals SIGUSR1", "handle SIGUSR1 stop print", "handle SIGUSR2 nostop print pass", "info signals SIGUSR2", "continue", "bt",
        "print $_siginfo.si_signo", "frame function main", "break handler", "continue", "bt", "finish", "delete", "next", "break report",
        "signal 0", "continue", "bt", "delete", "handle SIGUSR2 nostop noprint", "signal SIGUSR2 @^C", "bt", "print turns > 1000", "print seen",
        "continue @^C", "set var spinning = 0", "finish", "next", "info locals", "continue", "print $_exitcode",
    ], [r"received signal SIGUSR1", r"received signal SIGINT", r"signal handler called", r"exited with code 03"],
    more=("signals-clang-O2",))

PROCESS = Script(
    "process", ("crash-gcc-O0",), [
        "info auxv", "break shop::Cart::lose", "continue", "info proc mappings", "info proc cmdline", "info proc exe", "info sharedlibrary",
        "info line", "info source", "up", "info symbol $pc", "print $_siginfo", "detach", "info inferiors",
    ], [r"AT_PHDR", r"/opt/tests/views/crash", r"\[stack\]", r"libstdc\+\+\.so\.6"])

CRASH = Script(
    "crash", ("crash-gcc-O0", "crash-static-O0"), [
        "continue", "bt", "bt full", "info frame", "print $_siginfo.si_signo", "print $_siginfo._sifields._sigfault.si_addr", "info locals",
        "info args", "print item", "print *item", "up", "info locals", "print *this", "print items_", "print sum", "info frame", "up",
        "print cart", "print argc", "ptype cart", "whatis *this", "frame 0", "list", "info source", "info line", "x/s $_siginfo", "thread apply all bt",
        "continue", "print $_exitsignal",
    ], [r"received signal SIGSEGV", r"#0 .*shop::price_of", r"#1 .*shop::Cart::total", r"terminated with signal SIGSEGV"],
    more=("crash-gcc-O2",), qemu=("crash-gcc-O0",))

RUN_TWICE = Script(
    "run-twice", ("frames-gcc-O0",), [
        "set breakpoint pending on", "break leaf", "run", "bt", "print a", "run", "print b", "bt 1", "info breakpoints", "kill", "info inferiors", "delete",
        "set args one 'two words'", "break main", "run", "print argc", "print argv[2]", "detach",
    ], [r"leaf \(a=10, b=7\)", r"two words"], verb="multi")

SCRIPTS = [VALUES, RETURNS, FRAMES, FRAME_CHANGES, RETURN, CALLS, COMMANDS, WATCHES, MORE_WATCHES, SYSCALLS, EXCEPTIONS, NEXT_OVER_THROW,
           THREADS, FORKS, FORK_PARENT, SIGNALS, PROCESS, CRASH, RUN_TWICE]

DESCRIPTION = Script("description", ("frames-gcc-O0",), ["maint print xml-tdesc"], [])
