"""scripts/gdb/rspbridge.py, sourced into a GDB that knows no ARM64, next to a gdb-multiarch that needs no help."""
import functools
import json
import os
import re
import shlex
import stat
import subprocess
import tempfile

from gdb import Gdb
from views import PAIRINGS, Case
from views_scripts import Script
from views_stubs import GuestStub, View

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
HELPER = os.path.join(TREE, "scripts/gdb/rspbridge.py")
# GDBs that know no ARM64, by the name of the view's tests that have them.
STOCK_GDBS = {pairing.name: pairing.viewed for pairing in PAIRINGS if pairing.view == "x86_64"}
SAVED = ["x%d" % number for number in range(19, 30)]

# What GDB's own disassembler adds behind an instruction, and names that a GDB without PLT symbols lacks.
COMMENT = re.compile(r"\s+// .*")
PLT = re.compile(r" <[^<>]+@plt>$", re.M)


def play(world, program, gdb, viewed, commands):
    """GDB's answers to `commands` at a breakpoint on leaf(), by command."""
    case = Case(PAIRINGS[0], Script("helper", (program,), [], []), program, "guest")
    with GuestStub(world, case) as stub:
        if not viewed:
            return answers(world, gdb, stub.address, commands, stub)
        with View(world, case, stub, "x86_64") as way:
            return answers(world, gdb, way.address, commands, stub)


def answers(world, executable, address, commands, stub):
    gdb = Gdb(executable, stub.temporary(), timeout=120)
    try:
        for command in ("target extended-remote " + address, "break leaf", "continue"):
            gdb.do(command)
        said = {command: gdb.ask(command) for command in commands}
        gdb.ask("kill inferiors 1")
        return said
    finally:
        gdb.end()


def helped(gdb):
    return gdb + " -x " + shlex.quote(HELPER)


def listing(text):
    return PLT.sub("", COMMENT.sub("", text))


def disassembles(gdb, world):
    """Every instruction of some functions reads as in gdb-multiarch; outer frames have the registers that it unwinds."""
    show = ["x/12i $pc", "disassemble", "disassemble middle", "disassemble main", "disassemble memcpy"]
    direct = play(world, "frames-gcc-O2", world.gdb, False, show + ["frame 2", *("print/x $" + name for name in SAVED), "print/x $sp"])
    view = play(world, "frames-gcc-O2", helped(gdb), True, show + ["frame 2", "info arm64 " + " ".join(SAVED + ["sp"])])
    for command in show:
        assert len(direct[command].splitlines()) > 5, "%s: the direct session shows only\n%s" % (command, direct[command])
        assert listing(view[command]) == listing(direct[command]), "%s\ndirect:\n%s\nview:\n%s" % (command, direct[command], view[command])
    shown = dict(line.split()[:2] for line in view["info arm64 " + " ".join(SAVED + ["sp"])].splitlines())
    for name in SAVED + ["sp"]:
        value = direct["print/x $" + name].split(" = ")[1].strip()
        assert shown[name] == value, "%s in frame 2 is %s, and in info arm64 %s" % (name, value, shown[name])


def refuses(gdb, world):
    said = play(world, "frames-gcc-O0", helped(gdb), True,
                ["generate-core-file", "record", "record btrace", "info arm64 x31", "info arm64 cpsr", "python print(sorted(n for n in ('atexit', 'Registers') if n in globals()))"])
    for command in ("generate-core-file", "record", "record btrace"):
        assert "No %s in rspbridge's x86_64 view: " % command in said[command], "%s said: %s" % (command, said[command])
    assert "There is no register x31" in said["info arm64 x31"], said["info arm64 x31"]
    assert re.search(r"cpsr +0x[0-9a-f]+ +\[ N=", said["info arm64 cpsr"]), said["info arm64 cpsr"]
    assert said["python print(sorted(n for n in ('atexit', 'Registers') if n in globals()))"] == "[]\n", "the helper's names are among the user's"


def tells_of_the_bridge(gdb, world):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        said = play(world, "frames-gcc-O0", helped(gdb), True,
                    ["info bridge", "bridge map $sp", "bridge map -perm x /frames", "bridge map $nothing+", "bridge crash",
                     "bridge crash " + report, "bridge crash a b", "complete bridge "])
        with open(report, encoding="utf-8") as file:
            frames = json.load(file)["threads"][0]["frames"]
    assert re.search(r"^session: \d+-\w+\n(?s:.*)^view: x86_64(?s:.*)^round trips that GDB waited for: \d", said["info bridge"], re.M), said["info bridge"]
    assert re.search(r"^1 mapping: ", said["bridge map $sp"], re.M) and "[stack]" in said["bridge map $sp"], said["bridge map $sp"]
    assert re.search(r" r-xp .*/frames-gcc-O0\n1 mapping: ", said["bridge map -perm x /frames"]), said["bridge map -perm x /frames"]
    assert said["bridge map $nothing+"].startswith("A syntax error"), said["bridge map $nothing+"]
    assert re.search(r"^#1 +0x[0-9a-f]+ in leaf ", said["bridge crash"], re.M), said["bridge crash"]
    assert [frame["function"] for frame in frames[:3]] == ["clamp", "leaf", "middle"], "the report begins with %s" % frames[:3]
    assert said["bridge crash a b"] == "bridge crash takes one file.\n", said["bridge crash a b"]
    assert said["complete bridge "].split("\n") == ["bridge crash", "bridge detach-on-kill", "bridge map", ""], said["complete bridge "]


def misses_the_bridge(gdb, world):
    """Another stub is told of as such, and gets no packet but the question who it is."""
    said = play(world, "frames-gcc-O0", helped(world.gdb), False, ["info bridge", "bridge map", "bridge crash"])
    for command, text in said.items():
        assert text.startswith("The selected inferior isn't debugged through rspbridge"), "%s said: %s" % (command, text)


def leaves_others_alone(gdb, world):
    """A program of this machine looks the same with the helper and without."""
    home = tempfile.mkdtemp(dir=world.scratch)
    texts = []
    for executable in (gdb, helped(gdb)):
        session = Gdb(executable, home)
        try:
            for command in ("file /bin/true", "starti", "x/5i $pc", "info registers rip", "kill", "info arm64"):
                session.do(command)
            texts.append(re.sub(r"process \d+", "process P", session.text()))
        finally:
            session.end()
    assert "rip " in texts[0], texts[0]
    assert texts[0] == texts[1], "without the helper:\n%s\nwith it:\n%s" % tuple(texts)


def comes_with_gdb(gdb, world):
    """--gdb sources the helper by itself."""
    wrapper = os.path.join(tempfile.mkdtemp(dir=world.scratch), "gdb")
    with open(wrapper, "w") as file:
        file.write("#!/bin/sh\nexec %s -nx -q -batch \"$@\" -ex 'x/1i $pc' -ex 'info arm64 pc' -ex kill </dev/null\n" % gdb)
    os.chmod(wrapper, stat.S_IRWXU)
    done = subprocess.run([world.rspbridge, "exec", "-F", world.guest.config, "--view", "x86_64", "--listen", "127.0.0.1:0", "--gdb=" + wrapper, "arm64-guest", "--",
                           "/opt/tests/views/frames-gcc-O0"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, text=True, check=False)
    text = done.stdout + done.stderr
    assert re.search(r"^=> 0x[0-9a-f]+.*:\tnop$", text, re.M), text
    assert re.search(r"^pc +0x", text, re.M), text
    assert done.returncode == 0, "exit code %d:\n%s" % (done.returncode, text)


def tests(every):
    for name, gdb in STOCK_GDBS.items() if every else list(STOCK_GDBS.items())[:1]:
        for test in (disassembles, refuses, tells_of_the_bridge, misses_the_bridge, leaves_others_alone, comes_with_gdb):
            yield "helper/%s/%s" % (name, test.__name__.replace("_", "-")), functools.partial(test, gdb)
