"""Who may go away, and what becomes of the rest: GDB, rspbridge, gdbserver, the connection."""
import os
import re
import signal
import time

from compare import new_gdb
from scenarios import Scenario
from stubs import Bridge
from target import wait_for

STEPS = Scenario("steps", "steps", [], [])
SPINNER = Scenario("spinner", "spinner", [], [])
ATTACH = Scenario("attach", "spinner", [], [], verb="attach")
MULTI = Scenario("multi", "spinner", [], [], verb="multi")


def start(bridge, world):
    bridge.folder = bridge.temporary()
    return new_gdb(world, bridge.scenario, "guest", bridge)


def running(world, pid):
    """The state of a process in the guest and who traces it: ("R", 0); nothing when it is gone."""
    text = world.guest.run("cat /proc/%s/status 2>/dev/null; true" % pid)
    state, tracer = re.search(r"State:\t(\w)", text), re.search(r"TracerPid:\t(\d+)", text)
    if not state or state[1] == "Z":
        return None
    return state[1], int(tracer[1])


def gone(world, pid, what):
    wait_for(lambda: running(world, pid) is None, "the end of " + what, 20)


def free(world, pid):
    wait_for(lambda: running(world, pid) in (("R", 0), ("S", 0)), "pid %s to run untraced" % pid, 20)


def gdb_vanishes_stopped(world):
    with Bridge(world, STEPS) as bridge:
        gdb = start(bridge, world)
        gdb.do("break descend if depth == 5")
        gdb.do("continue")
        gdb.kill()
        again = start(bridge, world)
        again.do("bt")
        again.do("continue")
        again.end()
        assert "descend (depth=5)" in again.text() and "#4 " in again.text(), again.text()
        # The first GDB's breakpoint went with it.
        assert "exited with code" in again.text(), again.text()
        assert bridge.ended() == 0, bridge.said()


def gdb_vanishes_running(world):
    with Bridge(world, SPINNER) as bridge:
        gdb = start(bridge, world)
        gdb.do("tbreak spin")
        gdb.do("continue")
        gdb.send("continue")
        gdb._until("Continuing")
        time.sleep(0.5)
        gdb.kill()
        again = start(bridge, world)
        again.do("bt")
        again.do("print turns > 0")
        again.do("set var spinning = 0")
        again.do("continue")
        again.end()
        assert "#0 " in again.text() and "spin ()" in again.text(), again.text()
        assert "exited with code 01" in again.text(), again.text()
        assert bridge.ended() == 0, bridge.said()


def many_gdbs(world):
    """Ten GDBs in turn, of which each goes one step."""
    with Bridge(world, STEPS) as bridge:
        for turn in range(10):
            gdb = start(bridge, world)
            gdb.do("break loop" if turn == 0 else "next")
            if turn == 0:
                gdb.do("continue")
            gdb.do("info line")
            gdb.do("disconnect")
            gdb.end()
        assert re.search(r"Line 4[123] of", gdb.text()), gdb.text()


def ends_with_program(world):
    with Bridge(world, STEPS) as bridge:
        gdb = start(bridge, world)
        gdb.do("continue")
        gdb.end()
        assert bridge.ended() == 0, bridge.said()


def ends_after_kill(world):
    with Bridge(world, SPINNER) as bridge:
        gdb = start(bridge, world)
        gdb.do("kill")
        gdb.end()
        assert bridge.ended() == 0, bridge.said()
        gone(world, bridge.ready["target_pid"], "the program")


def ends_after_detach(world):
    with Bridge(world, SPINNER) as bridge:
        gdb = start(bridge, world)
        gdb.do("detach")
        gdb.end()
        pid = bridge.ready["target_pid"]
        try:
            assert bridge.ended() == 0, bridge.said()
            free(world, pid)
        finally:
            world.guest.kill([pid])


def terminated(arguments, scenario, survives, gdb_state, by=signal.SIGTERM, again=None):
    """rspbridge is told to end while GDB is away, looks, or waits for the running program; told `again` so many seconds later."""
    def test(world):
        bridge = Bridge(world, scenario, arguments=arguments)
        with bridge:
            gdb = None
            if gdb_state != "away":
                gdb = start(bridge, world)
                gdb.do("tbreak spin" if scenario.verb == "exec" else "print spinning")
                if scenario.verb == "exec":
                    gdb.do("continue")
                if gdb_state == "running":
                    gdb.send("continue")
                    gdb._until("Continuing")
                    time.sleep(0.5)
            pid = bridge.ready["target_pid"]
            assert running(world, pid), "not running to begin with"
            os.kill(bridge.child.process.pid, by)
            if again is not None:
                time.sleep(again)
                bridge.child.process.send_signal(by)
            try:
                code = bridge.ended()
                assert code in (0, 128 + by, -by), "exit code %d: %s" % (code, bridge.said())
                if survives:
                    free(world, pid)
                else:
                    gone(world, pid, "the program")
            finally:
                world.guest.kill([pid])
                if gdb:
                    gdb.kill()
    return test


def multi_kills_and_detaches(world):
    """multi kills what it started and detaches from the rest."""
    with Bridge(world, MULTI) as bridge:
        gdb = start(bridge, world)
        attached = bridge.start_attachee()
        gdb.do("attach " + attached)
        gdb.do("add-inferior")
        gdb.do("inferior 2")
        gdb.do("file " + MULTI.local_program(world))
        gdb.do("set remote exec-file /opt/tests/spinner")
        gdb.do("break spin")
        gdb.do("run")
        started = re.search(r"\* 2 +process (\d+)", gdb.do("info inferiors"))
        assert started, gdb.text()
        bridge.child.process.terminate()
        bridge.ended()
        gdb.kill()
        free(world, attached)
        gone(world, started[1], "what multi started")


def gdbserver_dies(world):
    with Bridge(world, STEPS) as bridge:
        gdb = start(bridge, world)
        gdb.do("break square")
        gdb.do("continue")
        servers = [pid for pid, command in world.guest.processes().items() if "gdbserver --once" in command]
        assert len(servers) == 1, servers
        world.guest.kill(servers)
        code = bridge.ended()
        gdb.kill()
        assert code == 1, "exit code %d" % code
        assert re.search("(gdbserver|stub).*(ended|died|gone|closed|killed)", bridge.said()), bridge.said()


def connection_lost(world):
    """The SSH connection ends under the session: exit code 255, and nothing stays on the target."""
    before = set(sessions(world))
    with Bridge(world, STEPS) as bridge:
        gdb = start(bridge, world)
        gdb.do("break square")
        gdb.do("continue")
        ours = set(sessions(world)) - before
        assert ours, "no sshd of ours found"
        world.guest.kill(sorted(ours))
        code = bridge.ended()
        gdb.kill()
        assert code == 255, "exit code %d: %s" % (code, bridge.said())
        assert "connection" in bridge.said(), bridge.said()


def sessions(world):
    """Pids of sshd's children that serve user dev."""
    lines = world.guest.run("ps -ww -eo pid=,args=", "arm64-guest-root").splitlines()
    return [int(line.split()[0]) for line in lines if re.search(r"sshd: dev(@| \[priv\])", line)]


def ticks(pid):
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def idle_and_small(world):
    """While the program runs rspbridge uses no CPU to speak of (under 1 %), and never much memory (64 MiB)."""
    with Bridge(world, SPINNER) as bridge:
        gdb = start(bridge, world)
        gdb.do("tbreak spin")
        gdb.do("continue")
        gdb.send("continue")
        gdb._until("Continuing")
        time.sleep(0.5)
        pid = bridge.child.process.pid
        before = ticks(pid)
        time.sleep(5)
        used = ticks(pid) - before
        gdb.kill()
        with open("/proc/%d/status" % pid) as status:
            peak = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
        assert used <= 5 * os.sysconf("SC_CLK_TCK") // 100, "%d ticks in 5 s" % used
        assert peak < 64 << 10, "%d KiB" % peak


def interrupt_meets_a_stop(world):
    """A ^C is obeyed though the target stops at the same moment, for a breakpoint that GDB has taken out and goes on from."""
    bridge = Bridge(world, Scenario("threads", "threads", [], []))
    with bridge:
        gdb = start(bridge, world)
        for _ in range(6):
            for command in ("break tick if n == 3", "continue", "delete"):
                gdb.ask(command)
            gdb.send("continue")
            time.sleep(0.008)
            gdb.interrupt()
            gdb.answer()
        gdb.end()


def tests():
    yield "life/gdb-vanishes-stopped", gdb_vanishes_stopped
    yield "life/gdb-vanishes-running", gdb_vanishes_running
    yield "life/many-gdbs", many_gdbs
    yield "life/ends-with-program", ends_with_program
    yield "life/ends-after-kill", ends_after_kill
    yield "life/ends-after-detach", ends_after_detach
    for state in ("away", "stopped", "running"):
        yield "life/exec-kills-" + state, terminated([], SPINNER, False, state)
        yield "life/exec-detaches-" + state, terminated(["--on-exit", "detach"], SPINNER, True, state)
        yield "life/attach-detaches-" + state, terminated([], ATTACH, True, state)
        yield "life/attach-kills-" + state, terminated(["--on-exit", "kill"], ATTACH, False, state)
    for again in (0.02, 0.1):
        yield "life/told again to end after %g s" % again, terminated(["--on-exit", "detach"], SPINNER, True, "away", again=again)
    yield "life/interrupt-key", terminated([], SPINNER, False, "stopped", by=signal.SIGINT)
    yield "life/interrupt-meets-a-stop", interrupt_meets_a_stop
    yield "life/hangup", terminated([], SPINNER, False, "stopped", by=signal.SIGHUP)
    yield "life/multi-kills-and-detaches", multi_kills_and_detaches
    yield "life/gdbserver-dies", gdbserver_dies
    yield "life/connection-lost", connection_lost
    yield "life/idle-and-small", idle_and_small
