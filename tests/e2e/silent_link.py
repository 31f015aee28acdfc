"""A link that falls silent for a while: who waits is told why, and goes on when it answers."""
import os
import signal
import sys
import threading
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/benchmarks"))
import ways  # noqa: E402
from lifecycle import gone
from over_http import debugged, get
from page import shown
from scenarios import Scenario
from target import wait_for

HEAP = Scenario("heap", "heap", [], [])
SPINNER = Scenario("spinner", "spinner", [], [])


class Events:
    """The types of a session's events, as they come."""

    def __init__(self, bridge):
        self.types = []
        self.stream = urllib.request.urlopen(bridge.ready["http"] + "/debug/events", timeout=60)
        threading.Thread(target=self._read).start()

    def _read(self):
        for line in self.stream:
            if line.startswith(b"event: "):
                self.types.append(line[7:].strip().decode())


def is_only_a_pause(world):
    """GDB waits, and goes on as if nothing had been; log, events, page and `monitor rspbridge link` tell."""
    guest = ways.Guest(world.guest.directory)
    with ways.link(guest.port, 0) as link:
        options = guest.ssh_options(link.port)[2:]
        with debugged(world, HEAP, "break main", "continue", arguments=options) as (bridge, gdb), shown(bridge) as browser:
            events, hidden = Events(bridge), "document.querySelector('#silence').hidden"
            assert browser.eval(hidden) and "no sign of life" not in gdb.ask("monitor rspbridge link")
            before = int(gdb.ask("print $pc").split("0x")[1].split()[0], 16)
            link.process.send_signal(signal.SIGUSR1)
            gdb.send("stepi")
            said = bridge.child.said(rb"dev@\S+ hasn't answered for \d+ s. The session goes on when it does; in \d+ s it ends")
            assert get(bridge, "/debug/link").json["silent"] is True and "rspbridge_link_silent 1\n" in get(bridge, "/metrics").body.decode(), said
            browser.until("!" + hidden)
            link.process.send_signal(signal.SIGUSR1)
            answer = gdb.answer()
            bridge.child.said(rb"dev@\S+ answers again, after \d+ s")
            browser.until(hidden)
            assert int(gdb.ask("print $pc").split("0x")[1].split()[0], 16) == before + 4
            assert get(bridge, "/debug/link").json["silent"] is False
            wait_for(lambda: events.types.count("link") == 2, "two link events: %s" % events.types)
            assert "warning" not in answer and "rror" not in answer, answer


def is_cut_while_told_to_end(world):
    """What is told to end while its link is cut gives up; when the target hears of it, the program ends as with any lost link."""
    guest = ways.Guest(world.guest.directory)
    with ways.link(guest.port, 0) as link:
        options = [*guest.ssh_options(link.port)[2:], "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=2"]
        with debugged(world, SPINNER, "break spin", "continue", "delete", arguments=options) as (bridge, gdb):
            gdb.send("continue")
            wait_for(lambda: get(bridge, "/healthz").json["target"] == "running", "the target to run")
            link.process.send_signal(signal.SIGUSR1)
            bridge.child.process.terminate()
            assert bridge.ended() == 255, bridge.said()
            link.process.send_signal(signal.SIGUSR1)
            link.ended()  # whatever of it the target gets, it all comes together
            gone(world, bridge.ready["target_pid"], "the program")


def tests():
    yield "link/falls silent", is_only_a_pause
    yield "link/cut while told to end", is_cut_while_told_to_end
