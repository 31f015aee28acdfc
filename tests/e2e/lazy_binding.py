"""Steps into calls through lazily bound PLT entries: what a GDB shows, and how often it steps for that."""
import functools
import os
import re

from compare import difference
from gdb import Gdb
from gdb_helper import helped
from normalise import normalise
from scenarios import Scenario
from stubs import Bridge, DirectGuest

STEPS = 20
SCENARIO = Scenario("lazy-binding", "demo", [], [])


class Stepped:
    """`step` x20 from main on: the transcript, how many packets of what kind it took, what PLTGOT[2] points to."""

    def __init__(self, way, executable, sysroot, more=()):
        with way as stub:
            folder = stub.temporary()
            gdb = Gdb(executable, folder)
            try:
                for command in ("set sysroot " + sysroot, "target extended-remote " + stub.address, "break main", "continue", *more):
                    gdb.ask(command)
                gdb.do("maint info breakpoints")  # GDB's own, too: where it follows libraries
                packets = self._step(gdb, os.path.join(folder, "packets"))
                sections = gdb.ask("info files")
                got = re.search(r"0x([0-9a-f]+) - 0x[0-9a-f]+ is \.got\.plt\n", sections)
                assert got, sections
                self.resolver = gdb.ask("info symbol *(long*)0x%x" % (int(got[1], 16) + 16))
                gdb.ask("kill inferiors 1")
            finally:
                gdb.end()
        self.text = normalise(gdb.text())
        self.packets, self.single_steps = len(packets), sum(packet.startswith("vCont;s") for packet in packets)

    @staticmethod
    def _step(gdb, log):
        for command in ("set logging file " + log, "set logging debugredirect on", "set logging enabled on", "set debug remote 1"):
            gdb.ask(command)
        for _ in range(STEPS):
            gdb.do("step")
        gdb.ask("set debug remote 0")
        gdb.ask("set logging enabled off")
        gdb.do("bt")
        with open(log, errors="replace") as file:
            return re.findall(r"Sending packet: \$(\S*)", file.read())


def check(executable, sysroot, options, more, world):
    direct = Stepped(DirectGuest(world, SCENARIO), world.gdb, sysroot)
    bridged = Stepped(Bridge(world, SCENARIO, arguments=options), executable or world.gdb, sysroot, more)
    assert direct.text == bridged.text, "the transcripts differ:\n" + difference(direct.text, bridged.text)
    told = "direct %d packets, %d single steps; through rspbridge %d and %d" % (
        direct.packets, direct.single_steps, bridged.packets, bridged.single_steps)
    # Two calls are bound here. GDB steps through the PLT and the resolver itself in any case, some 20 instructions each.
    assert direct.single_steps > 400, "this isn't the session where GDB steps through the dynamic linker: " + told
    assert bridged.single_steps < 60 and bridged.packets * 2 < direct.packets, told
    # The process itself says that it is the right function: PLTGOT[2] is its beginning.
    assert bridged.resolver.startswith("_dl_runtime_resolve in section .text"), bridged.resolver


def check_local(world):
    """GDB has a file of its own, which the helper completes."""
    check(helped(world.gdb), world.sysroot, (), ["monitor rspbridge hints off"], world)


def tests():
    for name, executable, options in (("multiarch", None, ()), ("stock", "gdb", ()), ("no-cache", None, ("--no-cache",))):
        yield "lazy-binding/%s" % name, functools.partial(check, executable, "target:", options, ())
    yield "lazy-binding/local-sysroot", check_local
