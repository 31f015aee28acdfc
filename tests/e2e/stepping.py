"""next and step with GDB's helper, which has calls run through beside the stub: the same as GDB alone, in fewer trips."""
import contextlib
import dataclasses
import functools
import os
import re

from compare import check, new_gdb
from gdb_helper import HELPER, STOCK_GDBS, helped, play
from scenarios import SCENARIOS, Scenario
from stubs import Bridge

SOURCED = ["source " + os.path.realpath(HELPER)]
QUIET = ["handle SIGUSR1 SIGUSR2 nostop noprint"]
STEPS = re.compile(r"(next|step)\b(?!i)")
START = ["break main", "continue"]

# GDB 13 can't tell where a longjmp leads to on AArch64, since glibc mangles pointers, and stops there.
OWN = [
    Scenario("every-line", "stepping", START + ["next", "next", "print total", "next", "print total", "next 4", "print total > 133", "tbreak stepping.cpp:95",
                                                "continue", *["next"] * 20],
             [r"\$1 = 120", r"\$2 = 133", r"\$3 = true", r"exited with code"], output="signals 1 1"),
    Scenario("recursion", "stepping", ["break factorial", "continue", "delete", "next", "next", "print rest", "next", "next", "next", "bt 1",
                                       "break fibonacci if n == 5", "continue", "delete", "next", "next", "bt"],
             [r"\$1 = 24"]),
    Scenario("breakpoints-in-calls", "stepping",
             START + ["break factorial if n == 3", "next", "next", "bt", "delete", "break count", "finish", "next", "bt 1", "continue", "finish",
                      "delete", "break factorial if n == 77", "break count if total == 140", *["next"] * 12, "info breakpoints"],
             [r"factorial \(n=3\)", r"stop only if n == 77"]),
    Scenario("exceptions", "stepping", ["break throws if depth == 3", "continue", "up", "delete", "down", "next", "next", "next", "next", "info locals"],
             [r"siglongjmp"]),
    Scenario("catch-in-call", "stepping", ["break throws if depth == 3", "continue", "delete", "catch throw", "next", "next", "bt 3", "delete", "next"],
             [r"exception thrown"]),
    Scenario("longjmp", "stepping", ["break jumps if depth == 3", "continue", "delete", "next", "next", "next", "next", "print total"],
             [r"siglongjmp"]),
    Scenario("signals-told", "stepping", ["handle SIGUSR1 nostop print", "handle SIGUSR2 stop print", "break signals", "continue", "next", "next", "bt",
                                          "next", "next", "print usr1 + usr2"],
             [r"received signal SIGUSR1", r"received signal SIGUSR2"]),
    Scenario("signals-over", "stepping", ["handle SIGUSR1 nostop print", "handle SIGUSR2 nostop noprint", "break signals", "continue", "finish", "next", "next"],
             [r"received signal SIGUSR1"]),
    Scenario("callback", "stepping", ["break signals", "continue", "finish", "delete", "next", "break compare", "step", "bt 2", "next", "step", "delete", "finish"],
             [r"compare \(a="]),
    Scenario("libraries", "stepping", ["break signals", "continue", "finish", "delete", "next", "next", "next", "set stop-on-solib-events 1", "next", "bt 1",
                                       "set stop-on-solib-events 0", "next", "next"], [r"Stopped due to shared library event|dlopen"]),
    Scenario("forks", "stepping", ["break forks", "continue", "delete", "next", "next", "next", "next"], [r"waitpid|shapes"]),
    Scenario("fork-caught", "stepping", ["break forks", "continue", "finish", "delete", "catch fork", "tbreak shapes", "continue", "next", "next"], [r"also"]),
    Scenario("catch-fork-in-call", "stepping", ["break dlclose", "continue", "delete", "finish", "catch fork", "next", "next", "bt -2", "next"], [r"forked process"]),
    Scenario("pointers", "stepping", ["break shapes", "continue", "delete", "next", "print area", "next", "next"], [r"\$1 = 10"]),
    Scenario("steps-into", "stepping", ["break shapes", "continue", "delete", "step", "bt 2", "finish", "step", "bt 2", "step", "finish"],
             [r"area \(this"]),
    Scenario("step-mode", "stepping", ["break signals", "continue", "set step-mode on", "step", "bt 2", "set step-mode off", "finish", "step", "step", "step"],
             [r"on_usr2|raise"]),
    Scenario("watched", "stepping", START + ["next", "watch total", "next", "bt 1", "next", "next", "delete", "next"],
             [r"Hardware watchpoint 2: total"]),
    Scenario("syscalls", "stepping", ["break signals", "continue", "finish", "delete", "catch syscall openat", "next", "next", "next", "bt 1", "next", "delete", "next"], [r"syscall openat"]),
    Scenario("threads", "stepping", ["break work", "continue", "set scheduler-locking step", "delete", "next", "next", "set scheduler-locking off", "next", "next",
                                     "step", "step", "finish"], [r"count \(by=0\)"], no_addresses=True),
    Scenario("threads-racing", "stepping", ["break stepping.cpp:106", "continue", "delete", "next", "print total * 0"], [r"pthread_join|printf"],
             no_addresses=True),
    Scenario("user's-hook", "stepping", START + ["next", "next", "step"], [r"before\n"],
             before=["python gdb.execute('define hook-next\\necho before\\\\n\\nend')"]),
]


def hinted():
    """The scenarios that step, and those of steps alone."""
    for scenario in SCENARIOS:
        if "guest" in scenario.where and any(STEPS.match(command) for command in scenario.commands):
            yield dataclasses.replace(scenario, before=[*scenario.before, *SOURCED])
    for scenario in OWN:
        yield dataclasses.replace(scenario, before=[*scenario.before, *QUIET, *SOURCED])


@contextlib.contextmanager
def session(world, commands, before=()):
    """A GDB behind a far helper that was told `commands`, and a function that counts a command's resumes."""
    scenario = Scenario("counted", "stepping", [], [], before=[*QUIET, *before])
    with Bridge(world, scenario, arguments=["--far", "require"]) as bridge:
        bridge.folder = bridge.temporary()
        gdb = new_gdb(world, scenario, bridge.where, bridge)

        def resumes(command):
            log = os.path.join(bridge.folder, "packets")
            open(log, "w").close()
            for setting in ("set logging file " + log, "set logging enabled on", "set debug remote 1"):
                gdb.ask(setting)
            gdb.ask(command)
            for setting in ("set debug remote 0", "set logging enabled off"):
                gdb.ask(setting)
            with open(log, errors="replace") as file:
                return len(re.findall(r"Sending packet: \$vCont;", file.read()))
        try:
            for command in commands:
                gdb.do(command)
            yield gdb, resumes
            gdb.do("kill")
        finally:
            gdb.end()


def resumes_once(world):
    """A next is one resume of GDB's, whatever it calls; without hints it is one for each call."""
    with session(world, ("break main", "continue", "next", "next", "delete"), SOURCED) as (gdb, resumes):
        once, line = resumes("next"), gdb.ask("frame")
        gdb.ask("monitor rspbridge hints off")
        own = resumes("next")
        assert "Each step is GDB's own" in gdb.ask("monitor rspbridge hints"), "hints are still on"
    assert "i < 20" in line or "for (int i" in line, line
    assert once <= 2, "a next over count(fibonacci(7)) took %d resumes" % once
    assert own >= 3, "without hints a next over one call took %d resumes" % own


def line_in_pieces(world):
    """A next over a loop in a line, whose code is several pieces, is one resume, too."""
    with session(world, ("break main", "continue", "next", "next", "next", "delete"), SOURCED) as (gdb, resumes):
        assert "i < 20" in gdb.ask("frame"), gdb.ask("frame")
        took = resumes("next")
        assert "try" in gdb.ask("frame") or "throws" in gdb.ask("frame"), gdb.ask("frame")
        total = gdb.ask("print total")
    assert total.split()[-1] == str(120 + 13 + sum(range(20))), total
    assert took == 1, "a next over a loop in a line took %d resumes" % took


def in_x86_64_view(world):
    """A stock x86-64 GDB steps as well with hints as without."""
    commands = ["next", "next 2", "step", "step 2", "bt", "finish", "next 3", "info locals", "step 3", "bt 2"]
    gdb = next(iter(STOCK_GDBS.values()))
    told = [play(world, "frames-gcc-O0", helped(gdb), True, ["monitor rspbridge hints " + switch, *commands]) for switch in ("on", "off")]
    for command in commands:
        assert told[0][command] == told[1][command], "%s\nwith hints:\n%s\nwithout:\n%s" % (command, told[0][command], told[1][command])
    assert "#0" in told[0]["bt"] and "main" in told[0]["bt"], told[0]["bt"]


def tests():
    for scenario in hinted():
        yield "hints/" + scenario.name, functools.partial(check, scenario, "guest")
    yield "hints/x86_64 view", in_x86_64_view
    yield "hints/one resume", resumes_once
    yield "hints/a line in pieces", line_in_pieces
