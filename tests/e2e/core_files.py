"""/debug/core: what debuggers make of it must be what GDB sees live; and Delve's own dump beside /debug/elf/memmap."""
import base64
import http.client
import os
import re
import shlex
import struct
import subprocess

from gdb import Gdb
from over_http import HEAP, debugged, get
from scenarios import Scenario

PAIR = Scenario("pair", "pair", [], [])
GO = Scenario("go", "goprog", [], [], verb="attach")
LOOKS = ["thread apply all bt", "info registers", "x/64xb $sp", "info sharedlibrary", "p result"]


def saved_core(bridge, pid):
    """The core file of the present stop: its path."""
    answer = get(bridge, "/debug/core")
    assert answer.status == 200, answer.body
    assert re.fullmatch(r'attachment; filename="core\.\w+\.%d"' % pid, answer.headers["Content-Disposition"]), answer.headers
    assert len(answer.body) == int(answer.headers["Content-Length"])
    path = os.path.join(bridge.temporary(), "core")
    with open(path, "wb") as out:
        out.write(answer.body)
    return path


def comparable(said):
    """Without what a remote target and a core file call differently, or what GDB's reader of cores doesn't know; libraries in any order."""
    said = re.sub(r"Thread (?:\d+\.\d+ \"\w+\"|0x[0-9a-f]+ \(LWP \d+\)|LWP \d+)", "Thread", said)
    said = re.sub(r"(?m)^tpidr2 .*\n", "", said)
    return "\n".join(sorted(said.splitlines())) if "Shared Object Library" in said else said


def ran(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, errors="replace")
    return done.stdout + done.stderr


def opens_everywhere(world):
    """GDB sees in the core file what it saw live; LLDB and eu-stack open it, too."""
    with debugged(world, PAIR, "break busy", "continue") as (bridge, gdb):
        live = {look: comparable(gdb.ask(look)) for look in LOOKS}
        core, program = saved_core(bridge, bridge.ready["target_pid"]), PAIR.local_program(world)
        dead = Gdb(world.gdb, bridge.folder)
        try:
            for command in ("set sysroot " + world.sysroot, "set substitute-path /opt/tests %s/opt/tests" % world.sysroot, "file " + program):
                dead.ask(command)
            opened = dead.ask("core-file " + core)
            assert "SIGTRAP" in opened and "warning" not in opened, opened
            for look in LOOKS:
                said = comparable(dead.ask(look))
                assert said == live[look], "%s\nlive:\n%s\nin the core file:\n%s" % (look, live[look], said)
            assert dead.ask("p $_siginfo.si_signo").strip().endswith("= 5")
            assert "Cannot access memory" in dead.ask("x/1xb 0")
        finally:
            dead.end()
        tids = sorted(int(thread["tid"]) for thread in get(bridge, "/debug/threads").json["threads"])
        stacks = ran("eu-stack", "--core", core, "--executable", program)
        assert sorted(int(tid) for tid in re.findall(r"(?m)^TID (\d+):", stacks)) == tids, stacks
        assert re.search(r" busy\b", stacks) and re.search(r" wait_at_gate\b", stacks), stacks
        shown = ran("lldb", "--no-lldbinit", "--batch", "-O", "platform select remote-linux --sysroot " + world.sysroot,
                    "-O", "settings set target.exec-search-paths %s/lib/aarch64-linux-gnu" % world.sysroot,
                    "-o", "thread backtrace all", "--core", core, program)
        assert shown.count("thread #") == 2 and "`busy" in shown and "`wait_at_gate" in shown, shown


def constant_memory(world):
    """8 MiB of a core file of 64 MiB, then nothing more: rspbridge doesn't grow by them, and GDB goes on."""
    with debugged(world, HEAP, "break ready", "continue") as (bridge, gdb):

        def memory():
            with open("/proc/%d/status" % bridge.child.process.pid) as status:
                text = status.read()
            return {name: int(re.search(r"(?m)^%s:\s+(\d+) kB" % name, text)[1]) for name in ("VmHWM", "RssShmem")}
        before = memory()
        connection = http.client.HTTPConnection(bridge.ready["http"][7:], timeout=60)
        connection.request("GET", "/debug/core")
        reply = connection.getresponse()
        assert reply.status == 200 and int(reply.headers["Content-Length"]) > 64 << 20
        assert len(reply.read(8 << 20)) == 8 << 20
        reply.close()
        connection.close()
        after = memory()
        assert after["VmHWM"] - before["VmHWM"] < 4 << 10 and after["RssShmem"] < 4 << 10, (before, after)
        assert "ready" in gdb.ask("bt")
        assert get(bridge, "/debug/threads").status == 200


def segments(file, begin):
    """(vaddr, memsz, flags) of each PT_LOAD; `file` are the program headers, `begin` their ELF header."""
    count = struct.unpack_from("<H", begin, 56)[0]
    headers = [struct.unpack_from("<IIQQQQQQ", file, 56 * i) for i in range(count)]
    return [(one[3], one[6], one[1]) for one in headers if one[0] == 1]


def delves_dump(world, pid):
    """The PT_LOADs of the dump that Delve makes, in the guest, of a process."""
    run = world.guest.run
    folder = run("mktemp -d").strip()
    try:
        commands = "dump %s/core\\nquit\\nn\\n" % folder
        run("cd / && printf %s | dlv attach %d --allow-non-terminal-interactive=true" % (shlex.quote(commands), pid), check=False)
        begin = base64.b64decode(run("head -c 64 %s/core | base64" % folder))
        offset, count = struct.unpack_from("<Q", begin, 32)[0], struct.unpack_from("<H", begin, 56)[0]
        table = base64.b64decode(run("tail -c +%d %s/core | head -c %d | base64" % (offset + 1, folder, count * 56)))
        return segments(table, begin)
    finally:
        run("rm -r " + folder)


def go_program(world):
    """`dlv core` lists a Go program's goroutines; Delve's dump of it, detached while stopped, has nothing that our map hasn't."""
    with debugged(world, GO) as (bridge, gdb):
        pid = int(bridge.attachee.out().split()[1])
        core = saved_core(bridge, pid)
        shown = subprocess.run(["dlv", "core", GO.local_program(world), core, "--allow-non-terminal-interactive=true"], input="goroutines\nquit\n",
                               capture_output=True, text=True, timeout=60, env=dict(os.environ, HOME=bridge.folder))
        assert re.search(r"\[\d+ goroutines\]", shown.stdout), shown
        assert shown.stdout.count("main.work") == 4, shown
        ours = {(entry["Addr"], entry["Size"], 4 * entry["Read"] + 2 * entry["Write"] + entry["Exec"])
                for entry in get(bridge, "/debug/elf/memmap?format=delve").json}
        world.guest.run("kill -STOP %d" % pid)
        gdb.ask("detach")
        theirs = delves_dump(world, pid)
        assert len(theirs) >= 8, theirs
        assert set(theirs) <= ours, (set(theirs) - ours, ours)


def tests():
    for test in (opens_everywhere, constant_memory, go_program):
        yield "core/" + test.__name__.replace("_", "-"), test
