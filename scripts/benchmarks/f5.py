"""From F5 to the first stop shown: the entry that `rspbridge vscode` writes for cppdbg, and the same one with other ways to the target."""
import contextlib
import os
import shutil
import statistics
import sys
import tempfile
import time

import ways

sys.path.insert(0, os.path.join(ways.TREE, "tests/e2e"))
import mi  # noqa: E402
from editor import Workspace  # noqa: E402


class World:
    """As tests/e2e/run has it, as far as Workspace needs it."""

    def __init__(self, executable, cache):
        self.rspbridge, self.cache = os.path.abspath(executable), cache

    def env(self):
        return dict(os.environ, LC_ALL="C", DEBUGINFOD_URLS="", XDG_CACHE_HOME=self.cache)


def to_first_stop(entry, gdb, env, settings, connect=True):
    """A breakpoint at main, the program let go, and its stop shown."""
    with mi.Mi(gdb, env, 600) as debugger:
        entry = dict(entry, setupCommands=[*({"text": text, "ignoreFailures": False} for text in settings), *entry["setupCommands"]])
        if not connect:  # GDB itself is on the target, and starts the program
            entry = dict(entry, launchCompleteCommand="exec-run", setupCommands=[])
        debugger.connect(entry, connect)
        debugger.ask("-break-insert -f main")
        stop = debugger.go(entry)
        assert 'func="main"' in stop, stop
        debugger.show()
        end = time.monotonic()
        debugger.ask("kill", fails=True)
    return end


def by_rspbridge(target, workspace, entry, env):
    begin = time.monotonic()
    workspace.before(entry)
    seconds = to_first_stop(entry, [entry["miDebuggerPath"]], env, target.settings) - begin
    workspace.after(entry)
    return seconds


def by_forward(target, program, entry, env, rtt, mbit):
    begin = time.monotonic()
    with ways.ssh_forward(target, program, rtt, mbit) as (address, _):
        entry = dict(entry, miDebuggerServerAddress=address, setupCommands=[])
        return to_first_stop(entry, [entry["miDebuggerPath"]], env, [*target.settings, "set remotetimeout 120"]) - begin


def by_pipe(target, program, entry, env, rtt, mbit):
    """pipeTransport: GDB runs on the target, and its machine interface passes the link."""
    with ways.link(target.port, rtt, mbit) as relay:
        begin = time.monotonic()
        gdb = ["ssh", *target.ssh_options(relay.port), target.host, "gdb"]
        return to_first_stop(dict(entry, program=program, cwd="/"), gdb, env, [], connect=False) - begin


@contextlib.contextmanager
def bridged(target, executable, program, rtt, mbit, cache):
    remote, local = program
    with ways.link(target.port, rtt, mbit) as relay:
        with Workspace(World(executable, cache), remote, ["cppdbg"], ["--kill-on-stop"], [*target.ssh_options(relay.port), target.host], local) as workspace:
            yield workspace


def run(target, executable, runs, rtt, mbit):
    program = target.program("demo")
    cache = tempfile.mkdtemp(prefix="bench-")
    seconds = {}
    try:
        env = World(executable, cache).env()
        with bridged(target, executable, program, rtt, mbit, cache) as workspace:
            entry = workspace.entry("cppdbg")
            print("first F5, with no file of the target's kept: %.2f s" % by_rspbridge(target, workspace, entry, env), flush=True)
            for _ in range(runs):
                measured = {"rspbridge": by_rspbridge(target, workspace, entry, env), "ssh -L": by_forward(target, program[0], entry, env, rtt, mbit)}
                if target.name == "host":  # the guest has no GDB
                    measured["pipeTransport"] = by_pipe(target, program[0], entry, env, rtt, mbit)
                print("F5 to the first stop, %g ms: %s" % (rtt, ", ".join("%s %.2f s" % one for one in measured.items())), flush=True)
                for way, value in measured.items():
                    seconds.setdefault(way, []).append(value)
    finally:
        shutil.rmtree(cache)
    for way, values in seconds.items():
        if way != "rspbridge":
            ratio = statistics.median(other / own for other, own in zip(values, seconds["rspbridge"]))
            print("rspbridge is %.1f times as fast as %s (median of %d)" % (ratio, way, runs))
