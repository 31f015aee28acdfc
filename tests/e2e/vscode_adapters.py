"""The entries of `rspbridge vscode`, each played by a real debug adapter against the guest."""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile

from dap import Dap
from editor import CALL, GDB16, INNER, SCRIPTS, SOURCE, Workspace
from target import wait_for

CDT = ["node", os.path.join(SCRIPTS, "../.cache/npm/node_modules/cdt-gdb-adapter/dist/debugTargetAdapter.js")]
# Between stdin, stdout and a port of this machine, where a debug adapter listens.
RELAY = """
import os, socket, sys, threading
there = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def there_from_here():
    while data := os.read(0, 65536):
        there.sendall(data)
    there.shutdown(socket.SHUT_WR)
threading.Thread(target=there_from_here).start()
while data := there.recv(65536):
    os.write(1, data)
"""


def look_around(adapter, thread):
    """Where a stopped thread is, by all that VS Code shows of it but its variables."""
    frame = adapter.frames(thread)[0]
    pc = frame["instructionPointerReference"]
    code = adapter.ask("disassemble", memoryReference=pc, instructionCount=4)["instructions"]
    assert len(code) == 4 and int(code[0]["address"], 16) == int(pc, 16) and code[0]["instruction"], code
    memory = base64.b64decode(adapter.ask("readMemory", memoryReference=pc, count=8)["data"])
    assert len(memory) == 8 and any(memory), memory
    return frame, memory


def to_distance(adapter, entry):
    """Begins with a breakpoint in distance_squared, and waits there: the thread."""
    adapter.begin(entry, {SOURCE: [INNER]})
    for _ in range(3):
        stop = adapter.event("stopped")
        if stop.get("reason", "").startswith("breakpoint"):
            return stop["threadId"]
        if stop.get("reason") == "attach":  # GDB's own adapter stays at the program's start; LLDB's tells of that stop, and goes on by itself
            adapter.ask("continue", threadId=stop["threadId"])
    raise AssertionError("no breakpoint was hit: %s" % stop)


def step_and_look(adapter, thread):
    """A step at the breakpoint: what is shown before and behind it is right."""
    frames = adapter.frames(thread)
    assert [(frame["name"].partition("(")[0], frame["line"]) for frame in frames[:2]] == [("distance_squared", INNER), ("main", CALL)], frames
    adapter.ask("next", threadId=thread)
    adapter.event("stopped")
    frame = adapter.frames(thread)[0]
    assert frame["line"] == INNER + 1, frame
    found = adapter.variables(frame["id"])
    locals_ = next(values for name, values in found.items() if name.startswith("Local"))
    assert (locals_["dx"], locals_["dy"]) == ("3", "4"), found
    assert any(name.startswith("Register") and values for name, values in found.items()), found
    return frame, found


def gdb_dap(world):
    """GDB 16 as its own debug adapter."""
    with Workspace(world, "steps-O0", ["gdb-dap"]) as workspace:
        entry = workspace.entry("gdb-dap")
        task = workspace.before(entry)
        with Dap([*GDB16, "-nx", "-i=dap"], world.env()) as adapter:
            thread = to_distance(adapter, entry)
            frame, found = step_and_look(adapter, thread)
            _, memory = look_around(adapter, thread)
            assert int(found["Registers"]["pc"].split()[0], 16) == int(adapter.frames(thread)[0]["instructionPointerReference"], 16), found["Registers"]
            assert adapter.ask("evaluate", expression="dx * 10 + dy", frameId=frame["id"], context="watch")["result"] == "34"
            assert any(memory)
            adapter.end()
        workspace.after(entry)
        assert task.ended() == 0, task.text


def cdt(world):
    """Eclipse CDT's adapter, attached to what the task has started; restarted as VS Code restarts it: by an end and a new beginning."""
    with Workspace(world, "steps-O0", ["gdbtarget"]) as workspace:
        entry = workspace.entry("gdbtarget")
        for _ in range(2):
            task = workspace.before(entry)
            with Dap(CDT, world.env()) as adapter:
                thread = to_distance(adapter, entry)
                frame, found = step_and_look(adapter, thread)
                look_around(adapter, thread)
                assert int(found["Registers"]["pc"], 16) == int(adapter.frames(thread)[0]["instructionPointerReference"], 16), found["Registers"]
                assert adapter.ask("evaluate", expression="dx * 10 + dy", frameId=frame["id"], context="watch")["result"] == "34"
                adapter.end()
            workspace.after(entry)
            assert task.ended() == 0, task.text


def cdt_launch(world):
    """The same adapter starts rspbridge by itself, and ends it."""
    with Workspace(world, "steps-O0", ["gdbtarget-launch"]) as workspace:
        with Dap(CDT, world.env()) as adapter:
            thread = to_distance(adapter, workspace.entry("gdbtarget-launch"))
            step_and_look(adapter, thread)
            look_around(adapter, thread)
            adapter.end()
            ready = re.search(r"ready; in GDB: target extended-remote :(\d+)", adapter.output)
            assert ready, adapter.output
        # The adapter asks the session to end and waits a second for that: a target that is slow takes longer.
        sessions = [world.rspbridge, "sessions"]
        wait_for(lambda: ":%s " % ready[1] not in subprocess.run(sessions, check=True, capture_output=True, text=True, env=world.env(), timeout=20).stdout,
                 "the session's end")


def lldb(world):
    """LLDB with CodeLLDB's commands; the program's name here is one that needs quoting."""
    with tempfile.TemporaryDirectory() as folder:
        odd = shutil.copy(os.path.join(world.sysroot, "opt/tests/steps-O0"), os.path.join(folder, "it's \"one\" `of` a\\b"))
        lldb_with(world, odd)


def lldb_with(world, file):
    with Workspace(world, "steps-O0", ["codelldb"], file=file) as workspace:
        entry = workspace.entry("codelldb")
        task = workspace.before(entry)
        commands = [*entry["targetCreateCommands"], *entry["processCreateCommands"], "breakpoint set -f steps.cpp -l %d" % INNER, "continue", "next", "bt",
                    "frame variable dx dy", "register read pc x0", "memory read -c 16 $sp", "disassemble -c 3 -s $pc", "expression -- dx * 10 + dy", "detach"]
        words = [word for command in commands for word in ("-o", command)]
        done = subprocess.run(["lldb", "--batch", "--no-lldbinit", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=world.env())
        text = done.stdout
        for pattern in (r"stop reason = breakpoint 1", r"stop reason = step over", r"frame #1: .*`main at steps.cpp:%d" % CALL, r"dx = 3\n.*dy = 4\n",
                        r"pc = 0x[0-9a-f]+ .*steps.cpp:%d" % (INNER + 1), r"x0 = 0x0000000000000004", r"0xf+[0-9a-f]+: ([0-9a-f]{2} ){16}",
                        r"->  0x[0-9a-f]+ <\+\d+>: ldr ", r"\(int\) \$\d+ = 34", r"Process \d+ detached"):
            assert re.search(pattern, text), "no %r in:\n%s\n%s" % (pattern, text, done.stderr)
        workspace.after(entry)
        assert task.ended() == 0, task.text
        assert "view native" in task.text, task.text


def lldb_dap(world):
    """LLDB's own debug adapter, as old as Debian's: it knows neither memory nor disassembly."""
    with Workspace(world, "steps-O0", ["lldb-dap"]) as workspace:
        entry = workspace.entry("lldb-dap")
        task = workspace.before(entry)
        with Dap(["lldb-vscode-14"], world.env()) as adapter:
            thread = to_distance(adapter, entry)
            frame, _ = step_and_look(adapter, thread)
            assert adapter.ask("evaluate", expression="dx * 10 + dy", frameId=frame["id"], context="watch")["result"] == "34"
            adapter.end()
        workspace.after(entry)
        assert task.ended() == 0, task.text


def delve(world):
    """The Go extension's entry: Delve in the guest, past rspbridge."""
    with Workspace(world, "goprog", ["go"]) as workspace:
        entry = workspace.entry("go")
        task = workspace.before(entry)
        with Dap([sys.executable, "-c", RELAY, str(entry["port"])], world.env()) as adapter:
            adapter.begin(entry, {"/opt/tests/src/goprog.go": [18]})
            stop = adapter.event("stopped")
            frame = adapter.frames(stop["threadId"])[0]
            assert frame["name"] == "main.work" and frame["line"] == 18, frame
            found = adapter.variables(frame["id"])
            assert any("job" in value for values in found.values() for value in values.values()), found
            adapter.end(terminateDebuggee=True)
        assert task.ended() == 0, task.text


def tests():
    yield "vscode/gdb-dap", gdb_dap
    yield "vscode/gdbtarget", cdt
    yield "vscode/gdbtarget-launch", cdt_launch
    yield "vscode/codelldb", lldb
    yield "vscode/lldb-dap", lldb_dap
    yield "vscode/go", delve
