"""Any GDB: each script played by a GDB that knows ARM64, directly, and by another GDB through `rspbridge --view`.

The transcripts are compared line by line. What differs must be explained in views_explained.toml; the share of
identical lines is kept in `world.figures`.
"""
import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import re

from gdb import Gdb, GdbError
from views_compare import Comparison, compare
from views_normalise import normalise
from views_scripts import DESCRIPTION, SCRIPTS
from views_stubs import GuestStub, QemuMaxStub, QemuStub, Translated, View

# Where programs run: the stub that GDB talks to directly, and the one behind rspbridge. In the third, signed return
# addresses behind rspbridge must show what a CPU without them shows directly.
PLACES = {"guest": (GuestStub, GuestStub), "qemu": (QemuStub, QemuStub), "qemu-pac": (QemuStub, QemuMaxStub)}

GDB16 = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/gdb16")


@dataclasses.dataclass(frozen=True)
class Pairing:
    """The GDB that is connected directly, and the one behind rspbridge with the --view that it gets."""
    name: str
    direct: str
    viewed: str
    view: str

    @property
    def translated(self):
        """Whether the second GDB needs translated files where the stub can't serve any."""
        return self.view == "x86_64"


PAIRINGS = [
    Pairing("x86_64", "gdb-multiarch", "gdb", "x86_64"),
    Pairing("core", "gdb-multiarch", "gdb-multiarch", "core"),
    Pairing("native", "gdb-multiarch", "gdb-multiarch", "native"),
    Pairing("x86_64-16", GDB16 + " --multiarch", GDB16, "x86_64"),
    Pairing("core-16", GDB16 + " --multiarch", GDB16 + " --multiarch", "core"),
]


@dataclasses.dataclass(frozen=True)
class Case:
    """One script on one program at one place."""
    pairing: Pairing
    script: object
    program: str
    where: str

    @property
    def name(self):
        return "view/%s/%s/%s/%s" % (self.pairing.name, self.where, self.script.name, self.program)

    @property
    def remote_program(self):
        return "/opt/tests/views/" + self.program


def connect(gdb, world, case, root, address):
    """What GDB is told before the script: on the guest no file; the sources of the programs are here."""
    gdb.ask("set substitute-path /opt/tests %s/opt/tests" % world.sysroot)
    if case.where != "guest":
        gdb.ask("set sysroot " + root)
        gdb.do("file " + root + case.remote_program)
    if case.script.verb == "multi":
        gdb.do("set remote exec-file " + case.remote_program)
    gdb.do("target extended-remote " + address)


def play_script(gdb, case):
    """The commands; false if GDB fell silent or ended, whose last words are kept."""
    for command in case.script.commands:
        try:
            if command.startswith("@quiet "):
                gdb.ask(command[len("@quiet "):])
            else:
                gdb.do(command)
        except (GdbError, BrokenPipeError) as error:
            gdb.transcript.append([command, "[no answer: %s]\n" % str(error).splitlines()[0]])
            return False
    return True


def play(world, case, viewed):
    """One session from start to end: its normalised transcript, and the program's own output."""
    pairing, root = case.pairing, world.sysroot
    if viewed and pairing.translated and case.where != "guest":
        root = Translated(world).with_program(case.remote_program)
    with PLACES[case.where][viewed](world, case) as stub, contextlib.ExitStack() as more:
        way = more.enter_context(View(world, case, stub, pairing.view)) if viewed else stub
        gdb = Gdb(pairing.viewed if viewed else pairing.direct, stub.temporary(), timeout=120)
        alive = False
        try:
            connect(gdb, world, case, root, way.address)
            alive = play_script(gdb, case)
            if alive:
                gdb.ask("kill inferiors 1")
        finally:
            gdb.end() if alive else gdb.kill()
    secrets = [(way.address, "ADDRESS"), (stub.address, "ADDRESS"), (root, "SYSROOT"), (world.sysroot, "SYSROOT")]
    return normalise(gdb.transcript, secrets), stub.output()


def play_both(world, case):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(play, world, case, viewed) for viewed in (False, not world.self_test)]
        return [run.result() for run in runs]


def text_of(transcript):
    return "".join("(gdb) %s\n%s" % (command, "".join(line + "\n" for line in lines)) for command, lines in transcript)


def keep(world, case, transcripts):
    if world.transcripts:
        for way, transcript in transcripts.items():
            with open(os.path.join(world.transcripts, "%s.%s" % (case.name.replace("/", "-"), way)), "w") as file:
                file.write(text_of(transcript))


def check(case, world):
    (direct, direct_output), (viewed, viewed_output) = play_both(world, case)
    keep(world, case, {"direct": direct, "view": viewed})
    text = text_of(direct)
    for pattern in case.script.expect:
        assert re.search(pattern, text), "the direct session lacks %r:\n%s" % (pattern, text)
    result = compare(case, direct, viewed)
    world.figures.append((case, result))
    assert not result.unexplained, "%s\n%s" % (result.summary(), "\n".join(result.unexplained))
    assert direct_output == viewed_output, "the program printed %r, and in the view %r" % (direct_output, viewed_output)


def check_description(case, world):
    """The core view's description has nothing in it that an old GDB rejects, though the stub's has."""
    known = {"core", "fpu", "pauth", "tls"}
    (direct, _), (viewed, _) = play_both(world, case)
    keep(world, case, {"direct": direct, "view": viewed})
    stub, view = (set(re.findall(r'<feature name="org\.gnu\.gdb\.aarch64\.(\w+)">', text_of(transcript)))
                  for transcript in (direct, viewed))
    assert stub - known, "the stub has %s: nothing to leave out; the guest's CPU must have SVE" % sorted(stub)
    assert view == {"core", "fpu"} | stub & known, "the stub has %s, the view %s" % (sorted(stub), sorted(view))
    assert "<architecture>aarch64</architecture>" in text_of(viewed), "no architecture in the view's description"


# Left out in the guest, by pairing and script: gdbserver 13.1 dies of what GDB 16 does there, without rspbridge, too
# ("Remote connection closed"); GDB 13 reads a signal frame with SVE's registers for ever where it was told of none.
LEFT_OUT = {("x86_64-16", "threads"), ("core-16", "threads"), ("core", "signals")}


def cases(every):
    for pairing in PAIRINGS if every else PAIRINGS[:1]:
        for script in SCRIPTS:
            for program in script.programs + (script.more if every else ()) if (pairing.name, script.name) not in LEFT_OUT else ():
                yield Case(pairing, script, program, "guest")
            for program in script.qemu:
                yield Case(pairing, script, program, "qemu")
            for program in script.qemu_pac if pairing.view != "native" else ():
                yield Case(pairing, script, program, "qemu-pac")


def tests(every, self_test):
    """The tests as (name, function): with all pairings and programs if `every`."""
    for case in cases(every):
        yield case.name, functools.partial(check, case)
    if not self_test:
        case = Case(PAIRINGS[1], DESCRIPTION, "frames-gcc-O0", "guest")
        yield case.name, functools.partial(check_description, case)


def summary(figures):
    """A line for each pairing: how much was compared, and how much of it was the same."""
    for pairing in PAIRINGS:
        results = [(case, result) for case, result in figures if case.pairing == pairing]
        if not results:
            continue
        total = Comparison()
        for _, result in results:
            total.add(result)
        yield "view %s: %d commands in %d sessions of %d programs: %s" % (
            pairing.name, sum(len(case.script.commands) for case, _ in results), len(results),
            len({case.program for case, _ in results}), total.summary())
