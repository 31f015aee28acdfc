"""Programs that look at the target's memory through the shared view while GDB debugs it."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/python"))

import rspbridge
from compare import new_gdb
from scenarios import Scenario
from stubs import Bridge

HEAP = Scenario("heap", "heap", [], [])


def session(world, scenario=HEAP):
    bridge = Bridge(world, scenario)
    bridge.folder = None
    return bridge


def number(gdb, expression):
    return int(gdb.ask("output/d (long)(%s)" % expression))


def dump(gdb, address, length):
    """What GDB itself reads there."""
    words = re.findall(r"\b0x([0-9a-f]{2})\b(?!:)", gdb.ask("x/%dxb %d" % (length, address)).replace("\t", " "))
    return bytes(int(word, 16) for word in words[-length:])


def same_bytes(world):
    """The view shows what GDB reads, sees what GDB writes, and changes with each stop."""
    with session(world) as bridge:
        bridge.folder = bridge.temporary()
        gdb = new_gdb(world, HEAP, "guest", bridge)
        try:
            gdb.ask("break main")
            gdb.ask("continue")
            with rspbridge.connect(bridge.ready["view"], wait=False) as view:
                sp, pc = number(gdb, "$sp"), number(gdb, "$pc")
                first = view.stop_id
                for address, length in ((sp, 64), (pc, 32), ((sp & ~4095) - 100, 200)):
                    assert view.read(address, length) == dump(gdb, address, length), "other bytes at 0x%x" % address
                gdb.ask("set var *(long*)($sp+16) = 0x1122334455667788")
                assert view.read(sp + 16, 8) == bytes.fromhex("8877665544332211"), view.read(sp + 16, 8)
                gdb.ask("next")
                assert view.wait_for_stop(10, after=first) > first
                assert view.read(sp, 256) == dump(gdb, sp, 256)
                try:
                    view.read(0x1000, 16)
                    raise AssertionError("reading nowhere gave something")
                except rspbridge.Unreadable as error:
                    assert error.begin <= 0x1000 < error.end
        finally:
            gdb.end()


def same_map(world):
    """The VMAs are those of the target's own /proc, with the stack's and the heap's names."""
    with session(world) as bridge:
        bridge.folder = bridge.temporary()
        gdb = new_gdb(world, HEAP, "guest", bridge)
        try:
            with rspbridge.connect(bridge.ready["view"], wait=False) as view:
                pid = bridge.ready["target_pid"]
                gdb.ask("tbreak main")
                gdb.ask("continue")
                theirs = world.guest.run("cat /proc/%d/maps" % pid, "arm64-guest-root")
                ranges = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) ", theirs, re.M)]
                assert [(vma.begin, vma.end) for vma in view.vmas()] == ranges, theirs
                assert any(vma.path == "[stack]" for vma in view.vmas())
        finally:
            gdb.end()


def without_a_gdb(world):
    """A view needs no GDB; and it ends with the session."""
    with session(world) as bridge:
        with rspbridge.connect(bridge.ready["view"], wait=False) as view:
            program = next(vma for vma in view.vmas() if vma.path.startswith("/opt/tests/heap"))
            assert view.read(program.begin, 4) == b"\x7fELF"
        path = bridge.ready["view"]
        assert os.stat(path).st_mode & 0o777 == 0o600 and os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
        bridge.child.process.terminate()
        bridge.ended()
        assert not os.path.exists(path), "the view's socket is left behind"


def disturbs_nothing(world):
    """What GDB selected stays selected, whoever looks."""
    scenario = Scenario("threads", "threads", [], [])
    with session(world, scenario) as bridge:
        bridge.folder = bridge.temporary()
        gdb = new_gdb(world, scenario, "guest", bridge)
        try:
            gdb.ask("break worker")
            gdb.ask("continue")
            with rspbridge.connect(bridge.ready["view"], wait=False) as view:
                for thread in (1, 2):
                    gdb.ask("thread %d" % thread)
                    before = gdb.ask("info registers sp pc x29")
                    assert len(view.vmas()) > 5  # reads the registers of every thread
                    view.read(number(gdb, "$sp"), 64)
                    gdb.ask("maint flush register-cache")
                    assert gdb.ask("info registers sp pc x29") == before
        finally:
            gdb.end()


def tests():
    for test in (same_bytes, same_map, without_a_gdb, disturbs_nothing):
        yield "look/" + test.__name__.replace("_", "-"), test
