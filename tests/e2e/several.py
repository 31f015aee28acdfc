"""Several GDBs and others on one process: one controls it, the others observe, and none disturbs another."""
import contextlib
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/python"))

import rspbridge
from browser import Browser
from compare import new_gdb
from gdb import Gdb
from gdb_helper import STOCK_GDBS
from over_http import debugged, get
from page import now_shown
from scenarios import Scenario
from target import wait_for

TICKS = Scenario("ticks", "ticks", [], [])
STEPPING = Scenario("stepping", "stepping", [], [])
STOPS = 500


@contextlib.contextmanager
def another(world, bridge, scenario, executable=None):
    """One more GDB on the same session; `executable` reads the program through rspbridge."""
    if executable:
        gdb = Gdb(executable, bridge.temporary(), timeout=120)
        gdb.ask("target extended-remote " + bridge.address)
    else:
        gdb = new_gdb(world, scenario, "guest", bridge)
    try:
        yield gdb
    finally:
        gdb.end()


def waiting(gdb):
    """Begins a `continue`; the function gives what GDB said when it is back at its prompt."""
    gdb.send("continue")
    return gdb.answer


def observes(world):
    """An observer reads what the controlling GDB reads, is refused what changes something, and disturbs nothing by it."""
    with debugged(world, STEPPING, "break factorial", "continue", "finish", "break fibonacci if n == 3") as (bridge, gdb), \
            another(world, bridge, STEPPING) as second:
        gdb.ask("delete 1")
        looks = ("bt", "info registers", "info threads", "print total", "x/8i $pc", "x/8xg $sp", "info sharedlibrary")
        for look in looks:
            own, others = second.ask(look), gdb.ask(look)
            assert sorted(own.split("\n")) == sorted(others.split("\n")), "%s\nobserving:\n%s\nin control:\n%s" % (look, own, others)
        stop = get(bridge, "/healthz").stop_id
        assert "Could not write register" in second.ask("set var $x3 = 5")
        assert "Cannot access memory" in second.ask("set var total = 5")
        assert number(gdb, "total") == number(second, "total") != 5
        assert "this GDB observes" in second.ask("monitor exit")
        assert "Can't kill process" in second.ask("kill")
        second.ask("break shapes")
        assert "Cannot insert breakpoint" in second.ask("continue")
        second.ask("delete")
        assert get(bridge, "/healthz").stop_id == stop, "the observer has changed something"
        told = waiting(second)
        gdb.ask("continue")
        said = told()
        assert "fibonacci (n=3)" in said, said
        assert "resumes nothing" in said and "stopped" in said, said
        for look in looks:
            own, others = second.ask(look), gdb.ask(look)
            assert sorted(own.split("\n")) == sorted(others.split("\n")), "%s\nobserving:\n%s\nin control:\n%s" % (look, own, others)
        gdb.ask("next")
        assert "resumes nothing" not in second.ask("continue")
        assert second.ask("bt") == gdb.ask("bt")
        assert "Detaching" in second.ask("detach")
        assert "fibonacci" in gdb.ask("next") or "main" in gdb.ask("bt")


def any_gdb(world):
    """A stock x86-64 GDB observes what a gdb-multiarch controls, in its own view."""
    with debugged(world, STEPPING, "break factorial", "continue") as (bridge, gdb), \
            another(world, bridge, STEPPING, next(iter(STOCK_GDBS.values()))) as second:
        assert re.search(r"factorial \(n=5\)", second.ask("bt 1")), second.ask("bt 1")
        assert "x86_64" in second.ask("monitor rspbridge view")
        told = waiting(second)
        gdb.ask("continue")
        assert "factorial (n=4)" in told()
        assert number(second, "total") == number(gdb, "total")


def takes_control(world):
    """`take` hands control over at a stop: the former breakpoints are gone, the former GDB is told, and may take it back."""
    with debugged(world, STEPPING, "break factorial", "continue") as (bridge, gdb), another(world, bridge, STEPPING) as second:
        gdb.ask("next")
        refused = second.ask("monitor rspbridge take")
        assert "has gone on" in refused, refused
        second.ask("continue")
        taken = second.ask("monitor rspbridge take")
        assert "controls the target now" in taken and "observes" in taken, taken
        assert "controls the target already" in second.ask("monitor rspbridge take")
        clients = second.ask("monitor rspbridge clients").split("\n")
        assert any("(this GDB): controls" in line for line in clients), clients
        assert sum("controls" in line for line in clients) == 1 and sum("observes" in line for line in clients) == 1, clients
        assert "Cannot access memory" in gdb.ask("set var total = 5")
        told = waiting(gdb)
        second.ask("tbreak signals")
        said = second.ask("continue")
        assert "signals ()" in said, said  # not at factorial(), where the other one's breakpoint was
        said = told()
        assert "this GDB observes" in said and "signals ()" in said, said
        assert "controls the target now" in gdb.ask("monitor rspbridge take")
        gdb.ask("set var total = 5")
        assert number(gdb, "total") == 5
        assert number(second, "total") == 5
        assert wait_for(lambda: "controls the target now" in bridge.said(), "a line in the log")


def writes_after_a_refusal(world):
    """What an observer was refused it can do once it is in control: GDB has drawn no wrong conclusion of what the stub can do."""
    with debugged(world, STEPPING, "break factorial", "continue") as (bridge, _), another(world, bridge, STEPPING) as second:
        assert "Could not write register" in second.ask("set var $x3 = 5") and "Cannot access memory" in second.ask("set var total = 5")
        assert "controls the target now" in second.ask("monitor rspbridge take")
        second.ask("set var $x3 = 5")
        second.ask("set var total = 6")
        assert number(second, "$x3") == 5 and number(second, "total") == 6


def comes_while_it_runs(world):
    """Who connects while the target runs doesn't stop it, and sees it when it stops; without a GDB in control a new one controls."""
    spinner = Scenario("spinner", "spinner", [], [])
    with debugged(world, spinner, "break spin", "continue", "delete") as (bridge, gdb):
        gdb.send("continue")
        wait_for(lambda: get(bridge, "/healthz").json["target"] == "running", "the target to run")
        second = Gdb(world.gdb, bridge.temporary())
        try:
            second.ask("set sysroot " + world.sysroot)
            second.send("target extended-remote " + bridge.address)
            wait_for(lambda: "it observes" in bridge.said(), "the observer's coming")
            assert get(bridge, "/healthz").json["target"] == "running"
            gdb.interrupt()
            gdb.answer()
            assert "spin" in second.answer() + second.ask("bt")
            gdb.kill()
            wait_for(lambda: "controls" not in second.ask("monitor rspbridge clients"), "GDB's leaving")
            assert "controls the target now.\n" in second.ask("monitor rspbridge take")
            second.ask("set var spinning = 0")
            assert "exited" in second.ask("continue")
        finally:
            second.end()


def hands_over_at_breakpoints(world):
    """Who stands on a breakpoint of its own, with a catchpoint besides, hears of the stop that another one has made, and can take control back."""
    with debugged(world, STEPPING, "break factorial", "continue", "catch syscall write") as (bridge, gdb), another(world, bridge, STEPPING) as second:
        assert "controls the target now" in second.ask("monitor rspbridge take")
        second.ask("tbreak signals")
        assert "signals ()" in second.ask("continue")
        assert "has gone on" in gdb.ask("monitor rspbridge take")
        said = gdb.ask("continue")
        assert "stopped" in said and "signals ()" in said, said
        assert "controls the target now" in gdb.ask("monitor rspbridge take")


def asks_while_it_runs(world):
    """Threads that an observer asks for while the target runs are those of its stop; none is lost to it."""
    threads = Scenario("threads", "threads", [], [])
    with debugged(world, threads, "break tick if n == 7", "continue", "delete") as (bridge, gdb), another(world, bridge, threads) as second:
        gdb.send("continue")
        wait_for(lambda: get(bridge, "/healthz").json["target"] == "running", "the target to run")
        for command in ("info threads", "bt", "thread 2"):
            second.ask(command)
        gdb.interrupt()
        assert "SIGINT" in gdb.answer()
        said = second.ask("continue")
        assert "SIGINT" in said, said
        assert len(second.ask("info threads").strip().split("\n")) == 10, second.ask("info threads")


def hears_of_changes(world):
    """A return by who controls makes a new stop; a process that is let go is gone for all."""
    with debugged(world, STEPPING, "break factorial", "continue") as (bridge, gdb), another(world, bridge, STEPPING) as second:
        second.ask("bt")
        gdb.ask("return")
        assert "has gone on" in second.ask("monitor rspbridge take")
        second.ask("continue")
        assert "main ()" in second.ask("bt 1") and "factorial" not in second.ask("bt 1"), second.ask("bt 1")
        told = waiting(second)
        gdb.ask("detach")
        said = told()
        assert "exited" in said and "no process is debugged" in said, said


def number(gdb, expression):
    return int(gdb.ask("output/d (long)(%s)" % expression))


class Watcher(threading.Thread):
    """Looks again and again, and notes what was seen: pairs of a stop id (or None) and the number of ticks."""

    def __init__(self, look):
        super().__init__()
        self.look, self.seen, self.problem, self.over = look, [], None, threading.Event()

    def run(self):
        try:
            while not self.over.is_set():
                seen = self.look()
                if seen is not None:
                    self.seen.append(seen)
                time.sleep(0.01)
        except BaseException as error:  # told by the test
            self.problem = error

    def end(self):
        self.over.set()
        self.join(60)
        assert not self.is_alive() and self.problem is None, self.problem


def five_together(world):
    """One GDB controls for 500 stops; another one observes, a page is open, a script polls, and a program reads the view."""
    with debugged(world, TICKS, "break tick", "continue") as (bridge, gdb), another(world, bridge, TICKS) as second, Browser() as browser, \
            rspbridge.connect(bridge.ready["view"], wait=False) as view:
        address = number(gdb, "&ticks")
        browser.open(bridge.ready["http"] + "/")
        now_shown(browser, bridge)

        def polls():
            answer = get(bridge, "/debug/memory?addr=%d&length=8" % address)
            return (answer.stop_id, int.from_bytes(answer.body, "little")) if answer.status == 200 else None

        def reads():
            before = view.state
            try:
                ticks = int.from_bytes(view.read(address, 8), "little")
            except rspbridge.Error:
                return None  # it runs
            return (before // 2, ticks) if view.state == before and before % 2 == 0 else None

        def observed():
            said = second.ask("continue")
            if "resumes nothing" in said or "stopped" in said:
                ticks = second.ask("output ticks")
                return (None, int(ticks)) if ticks.strip().isdigit() else None  # or it has gone on
            raise AssertionError("the observer was told: " + said)

        watchers = [Watcher(look) for look in (polls, reads, observed)]
        for watcher in watchers:
            watcher.start()
        stops = []
        for ticks in range(1, STOPS + 1):
            said = gdb.ask("continue")
            assert "Breakpoint 1, tick ()" in said, said
            stops.append((get(bridge, "/healthz").stop_id, number(gdb, "ticks")))
            assert stops[-1][1] == ticks, "after %d stops GDB reads %d" % (ticks, stops[-1][1])
            time.sleep(0.06)  # a person looks; the others have some time
        for watcher in watchers[:2]:
            watcher.end()
        watchers[2].over.set()
        while watchers[2].is_alive():  # it waits for a stop
            gdb.ask("continue")
            watchers[2].join(0.5)
        watchers[2].end()
        now_shown(browser, bridge)
        # That the target has resumed meanwhile, and that the source isn't here, isn't wrong.
        complaints = [one for one in browser.complaints() if "(Conflict)" not in one and "/debug/source?" not in one]
        assert not complaints, "%s\nrspbridge said:\n%s" % (complaints, bridge.said())
        of_stop = dict(stops)
        for name, watcher in zip(("the script", "the view client"), watchers):
            known = [pair for pair in watcher.seen if pair[0] in of_stop]
            assert len(known) > 20, "%s saw %d stops" % (name, len(known))
            wrong = [pair for pair in known if of_stop[pair[0]] != pair[1]]
            assert not wrong, "%s saw of stops other numbers than GDB: %s" % (name, wrong[:5])
        numbers = [ticks for _, ticks in watchers[2].seen]
        assert len(numbers) > 10 and numbers == sorted(numbers), numbers
        world.told.append("five clients, %d stops: the script saw %d of them, the view client %d, the observing GDB %d" % (
            STOPS, len(set(watchers[0].seen)), len(set(watchers[1].seen)), len(set(numbers))))


def tests():
    yield "several/observes", observes
    yield "several/any GDB", any_gdb
    yield "several/takes control", takes_control
    yield "several/writes after a refusal", writes_after_a_refusal
    yield "several/comes while it runs", comes_while_it_runs
    yield "several/hands over at breakpoints", hands_over_at_breakpoints
    yield "several/asks while it runs", asks_while_it_runs
    yield "several/hears of changes", hears_of_changes
    yield "several/five together", five_together
