"""What becomes of a GDB that observes when the one in control leaves."""
import time

from over_http import debugged, get
from scenarios import Scenario
from several import STEPPING, another, waiting
from target import wait_for


def is_left_alone(world):
    """Where the GDB in control vanishes while the target runs, one that waits gets a stop, and can take control."""
    spinner = Scenario("spinner", "spinner", [], [])
    with debugged(world, spinner, "break spin", "continue", "delete") as (bridge, gdb), another(world, bridge, spinner) as second:
        told = waiting(second)
        gdb.send("continue")
        wait_for(lambda: get(bridge, "/healthz").json["target"] == "running", "the target to run")
        gdb.kill()
        told()
        assert "controls the target now.\n" in second.ask("monitor rspbridge take")
        second.ask("set var spinning = 0")
        assert "exited" in second.ask("continue")


def is_left_standing(world):
    """At a target that stands ^C gives an observer its prompt back, and so does the leaving of the GDB in control, whose place it then can take."""
    for leaves in (lambda gdb: gdb.kill(), lambda gdb: gdb.ask("disconnect")):
        with debugged(world, STEPPING, "break factorial", "continue") as (bridge, gdb), another(world, bridge, STEPPING) as second:
            place, stop = gdb.ask("bt"), get(bridge, "/healthz").stop_id
            told = waiting(second)
            time.sleep(0.5)  # GDB takes ^C for its own until it waits
            second.interrupt()
            told()
            assert second.ask("bt") == place
            told = waiting(second)
            time.sleep(0.5)
            leaves(gdb)
            assert "no GDB controls the target any more" in told()
            assert "no GDB controls the target any more" in second.ask("continue")  # nor will it wait again
            assert get(bridge, "/healthz").stop_id == stop
            assert "controls the target now.\n" in second.ask("monitor rspbridge take")
            assert "factorial" in second.ask("next") + second.ask("bt")


def tests():
    yield "several/is left alone", is_left_alone
    yield "several/is left standing", is_left_standing
