"""How often GDB waits for the link, counted: with the far helper, beside this machine's own gdbserver, behind the slow link of scripts/bench.

A wait is one for a round trip if it takes most of one; the link is so slow that nothing else does.
"""
import contextlib
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/benchmarks"))
import matrix  # noqa: E402
import measures  # noqa: E402
import ways  # noqa: E402
from gdb import Gdb  # noqa: E402

RTT = 300  # ms
LINE = re.compile(r"([0-9.]+) gdb  (->|<-) (.*)")
# What asks nothing of the stub at a stop, where it was asked at an earlier one.
LOOKS = ("bt", "info locals", "info threads", "thread apply all bt", "info registers", "x/200xb $sp", "up", "down")


class Session:
    """One rspbridge, and GDBs one after another."""

    def __init__(self, world, folder, address, program):
        self.world, self.folder, self.address, self.program = world, folder, address, program
        self.read = 0

    def connect(self):
        gdb = Gdb("gdb", self.folder)
        gdb.ask("file " + self.program)
        gdb.ask("target remote " + self.address)
        return gdb

    def waits(self):
        """What GDB waited a round trip for since the last call: the packets."""
        with open(os.path.join(self.folder, "record"), errors="replace") as record:
            record.seek(self.read)
            lines = record.readlines()
            self.read = record.tell()
        waits, sent = [], None
        for line in lines:
            found = LINE.match(line)
            if not found or not found[3].startswith("$"):
                continue
            if found[2] == "->":
                sent = float(found[1]), found[3].strip()
            elif sent:
                if float(found[1]) - sent[0] > 0.6 * RTT / 1000:
                    waits.append(sent[1])
                sent = None
        return waits


@contextlib.contextmanager
def target():
    with tempfile.TemporaryDirectory() as folder, ways.Host(folder).up() as host:
        yield host


@contextlib.contextmanager
def session(world, host, far="far"):
    remote, local = host.program("demo")
    with tempfile.TemporaryDirectory() as folder:
        how = [*matrix.BRIDGED[far], "--record", os.path.join(folder, "record")]
        with ways.rspbridge(host, remote, RTT, None, world.rspbridge, *how) as (address, _, _):
            yield Session(world, folder, address, local)


def expect(waits, most, what):
    assert len(waits) <= most, "%s: GDB waited %d times, not at most %d:\n%s" % (what, len(waits), most, "\n".join(waits))


def connecting(world):
    """The program's files are known after the first session: GDB has read them."""
    with target() as host:
        with session(world, host) as first:
            first.connect().end()
        with session(world, host) as known:
            gdb = known.connect()
            expect(known.waits(), 4, "connecting")
            gdb.ask("disconnect")
            gdb.end()
            known.waits()
            gdb = known.connect()
            expect(known.waits(), 3, "connecting again")
            gdb.end()


def looking(world):
    with target() as host, session(world, host) as bridge:
        gdb = bridge.connect()
        for command in ("break leaf", "continue", *LOOKS, "next"):
            gdb.ask(command)
        bridge.waits()
        for command in LOOKS:
            said = gdb.ask(command)
            assert "rror" not in said and len(said) > 20, said
            expect(bridge.waits(), 0, command)
        gdb.ask("stepi")
        expect(bridge.waits(), 1, "stepi")
        gdb.ask("finish")
        expect(bridge.waits(), 2, "finish")
        gdb.end()


def nexts(world, way, before=()):
    """What GDB waits for in five `next` of the standard session, after three."""
    with target() as host, session(world, host, way) as bridge:
        gdb = bridge.connect()
        for command in (*before, "break leaf", "continue", "delete", "next", "next", "next"):
            gdb.ask(command)
        bridge.waits()
        for _ in range(5):
            gdb.ask("next")
        waits = bridge.waits()
        gdb.end()
    return waits


def stays(way, most):
    """What these cost besides their resumes."""
    def test(world):
        waits = nexts(world, way)
        resumes = [wait for wait in waits if wait.startswith("$vCont;")]
        assert len(resumes) > 5, waits
        expect([wait for wait in waits if wait not in resumes], most(len(resumes)), "5 next with %d resumes" % len(resumes))
    return test


def runs_through(world):
    """With hints a next is a resume, whatever it calls."""
    waits = nexts(world, "hints", [measures.HELPER])
    assert len(waits) >= 5, waits
    expect(waits, 6, "5 next")


def tests():
    yield "far/round trips of connecting", connecting
    yield "far/round trips of looking", looking
    yield "far/round trips of next", stays("far", lambda resumes: 1)
    yield "far/round trips of next, hinted", runs_through
    yield "far/round trips of next, near", stays("near", lambda resumes: resumes + 2)
