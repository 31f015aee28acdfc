"""`rspbridge vscode`: the entries that it writes, each played by a real debug adapter against the guest, or by the list of what one sends."""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import lifecycle
import mi
import round_trips  # finds scripts/benchmarks
import ways
from dap import Dap
from editor import Workspace
from target import wait_for

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts")
GDB16 = [os.path.join(SCRIPTS, "gdb16"), "--multiarch"]
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
SOURCE = "/opt/tests/src/steps.cpp"


def line_of(text):
    """The line of steps.cpp that holds `text`."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs/steps.cpp"), encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if text in line)


CALL = line_of("int squared = distance_squared(line);")
NEXT = line_of("int looped = loop(20);")
INNER = line_of("int dy = line.to.y")


def cppdbg(gdb):
    """What the C++ extension sends: to a breakpoint, a step, the stack, variables and registers, to the program's end."""
    def test(world):
        with Workspace(world, "steps-O0", ["cppdbg"]) as workspace:
            entry = workspace.entry("cppdbg")
            task = workspace.before(entry)
            with mi.Mi(gdb or [entry["miDebuggerPath"]], world.env()) as debugger:
                debugger.connect(entry)
                debugger.ask("-break-insert -f %s:%d" % (SOURCE, INNER))
                stop = debugger.go(entry)
                assert 'reason="breakpoint-hit"' in stop and 'func="distance_squared"' in stop, stop
                shown = debugger.show()
                assert 'level="1"' in shown["-stack-list-frames 0 1000"] and 'func="main"' in shown["-stack-list-frames 0 1000"], shown
                assert 'value="3"' in shown["dx"], shown["dx"]
                assert "children" not in shown or True
                stop = debugger.next()
                assert 'reason="end-stepping-range"' in stop and 'line="%d"' % (INNER + 1) in stop, stop
                shown = debugger.show()
                assert 'value="4"' in shown["dy"], shown["dy"]
                names = re.findall(r'"(\w*)"', debugger.ask("-data-list-register-names").partition("register-names=[")[2])
                pc = re.search(r'number="%d",value="(0x[0-9a-f]+)"' % names.index("pc"), shown[mi.SHOW_REGISTERS])[1]
                assert int(pc, 16) == int(re.search(r'addr="(0x[0-9a-f]+)"', stop)[1], 16), (pc, stop)
                debugger.ask("-exec-continue")
                assert 'reason="exited"' in debugger.wait_stop(), debugger.lines[-1]
                debugger.stop()
            workspace.after(entry)
            assert task.ended() == 0, task.text
    return test


def shown_step(gdb):
    """A step with its stack, variables and registers costs three waits for a link of 300 ms at most, as the generated entry has it: in a
    program of 16 threads, over lines that call libraries. Beside this machine's own gdbserver, as all that is counted so: the guest's
    is emulated, and may take as long as the link."""
    def test(world):
        with round_trips.target() as host, ways.link(host.port, round_trips.RTT) as relay, tempfile.TemporaryDirectory() as folder:
            remote, local = host.program("demo")
            with Workspace(world, remote, ["cppdbg"], target=[*host.ssh_options(relay.port), host.host], file=local) as workspace:
                entry = workspace.entry("cppdbg")
                workspace.before(entry, "--record", os.path.join(folder, "record"))
                session = round_trips.Session(world, folder, None, None)
                with mi.Mi(gdb or [entry["miDebuggerPath"]], world.env()) as debugger:
                    debugger.connect(entry)
                    debugger.ask("-break-insert -f leaf")
                    assert 'func="leaf"' in debugger.go(entry)
                    debugger.show()
                    counts = []
                    session.waits()
                    for _ in range(4):
                        assert 'reason="end-stepping-range"' in debugger.next()
                        shown = debugger.show()
                        assert shown["-thread-info"].count("target-id=") == 16 and debugger.variables, shown
                        waits = session.waits()
                        round_trips.expect(waits, 3, "a step with stack, variables and registers")
                        assert waits, "a step without a wait for the link: the count is wrong"
                        counts.append(len(waits))
                    world.told.append("%s: steps with threads, stack, variables and registers shown waited for the link %s times" % (
                        "GDB 16" if gdb else "GDB 13", ", ".join(map(str, counts))))
                    debugger.stop()
                workspace.after(entry)
    return test


# How an adapter's GDB leaves, and whether it is connected by extended-remote: cppdbg, gdbtarget, and GDB itself.
LEAVING = ((mi.Mi.stop, True), (mi.Mi.disconnect, False), (mi.Mi.detach, False))


def stopping(kills):
    """The stop button lets the program go, or kills it where that was asked for."""
    def test(world):
        for leave, extended in LEAVING:
            with Workspace(world, "spinner-O0", ["cppdbg"], ["--kill-on-stop"] if kills else []) as workspace:
                entry = dict(workspace.entry("cppdbg"), useExtendedRemote=extended)
                task = workspace.before(entry)
                with mi.Mi([entry["miDebuggerPath"]], world.env()) as debugger:
                    debugger.connect(entry)
                    debugger.ask("-break-insert -f spin")
                    debugger.go(entry)
                    pid = wait_for(lambda: re.search(r"pid (\d+)", task.text), "the program's own output")[1]
                    leave(debugger)
                workspace.after(entry)
                assert task.ended() == 0, task.text
                if kills:
                    lifecycle.gone(world, pid, "the program")
                else:
                    time.sleep(1)  # for sshd to close the terminal, which the program survives
                    lifecycle.free(world, pid)
                    world.guest.kill([pid])
    return test


def two_editors(world):
    """A second F5, of another window, for the same port: it is told whose that is, and the first goes on."""
    with Workspace(world, "steps-O0", ["cppdbg"]) as workspace:
        entry = workspace.entry("cppdbg")
        workspace.before(entry)
        with mi.Mi([entry["miDebuggerPath"]], world.env()) as debugger:
            debugger.connect(entry)
            second = workspace.task(entry["preLaunchTask"])
            workspace.running.append(second)
            assert not second.wait_ready() and second.ended() == 1, second.text
            assert re.search(r"cannot listen on \d+: Address already in use: session \S+ \(/opt/tests/steps-O0 on arm64-guest\) listens there, which "
                             r"`rspbridge stop --session \S+` ends", second.text), second.text
            debugger.ask("-break-insert -f descend")
            assert 'func="descend"' in debugger.go(entry)
            debugger.stop()
        workspace.after(entry)
        workspace.after(entry)  # nothing is left to be ended, which is no failure


def merged(world):
    """Files of the user's own keep all that is theirs; one that isn't understood is left, whole."""
    mine = '{\n  // mine\n  "version": "2.0.0",\n  "tasks": [\n    {"label": "build"}, // the last\n  ],\n}\n'
    with Workspace(world, "steps-O0") as workspace:
        files = [os.path.join(workspace.folder.name, ".vscode", name) for name in ("launch.json", "tasks.json")]
        first = [open(name, encoding="utf-8").read() for name in files]
        assert "has it all already" in workspace.generate() and [open(name, encoding="utf-8").read() for name in files] == first
        with open(files[1], "w", encoding="utf-8") as file:
            file.write(mine)
        os.chmod(files[1], 0o640)
        workspace.generate()
        text = open(files[1], encoding="utf-8").read()
        start = mine[:mine.index("  ],")]
        assert text.startswith(start) and text.endswith("    },\n  ],\n}\n") and os.stat(files[1]).st_mode & 0o777 == 0o640, text
        with open(files[1], "w", encoding="utf-8") as file:
            file.write(mine + "]")
        done = subprocess.run(workspace.command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        assert done.returncode == 2 and ".vscode/tasks.json:8:1: something follows the end. Nothing was written" in done.stderr, done
        assert open(files[1], encoding="utf-8").read() == mine + "]" and open(files[0], encoding="utf-8").read() == first[0]
        assert sorted(os.listdir(os.path.dirname(files[0]))) == ["launch.json", "tasks.json"]


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
            assert "ready; in GDB" in adapter.output, adapter.output
        done = subprocess.run([world.rspbridge, "sessions"], capture_output=True, text=True, env=world.env(), timeout=20)
        assert "/opt/tests/steps-O0" not in done.stdout, done.stdout


def lldb(world):
    """LLDB with CodeLLDB's commands."""
    with Workspace(world, "steps-O0", ["codelldb"]) as workspace:
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


def program_found(world):
    """The program's file on this machine is found in the workspace; what isn't there is asked for. Go's programs have Delve, too."""
    def adapters(program):
        with Workspace(world, program) as workspace:
            return [one["name"].rpartition("(")[2] for one in workspace.read("launch.json")["configurations"]]
    usual = ["cppdbg)", "gdbtarget)", "gdb-dap)", "codelldb)", "lldb-dap)"]
    assert adapters("steps-O0") == usual and adapters("goprog") == [*usual, "go)"]
    with tempfile.TemporaryDirectory() as folder:
        def generate():
            return subprocess.run([world.rspbridge, "vscode", "--folder", folder, "arm64-guest", "--", "./app"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=30, env=world.env())
        missing = generate()
        assert missing.returncode == 2 and "there is no ARM64 program './app' on this machine" in missing.stderr, missing
        assert os.listdir(folder) == []
        shutil.copy(os.path.join(world.sysroot, "opt/tests/steps-O0"), os.path.join(folder, "app"))
        done = generate()
        assert done.returncode == 0, done
        with open(os.path.join(folder, ".vscode/launch.json"), encoding="utf-8") as file:
            assert '"program": "${workspaceFolder}/app"' in file.read()


def without_a_board(world):
    """qemu-user as the target: the same entries."""
    with Workspace(world, world.sysroot + "/opt/tests/steps-O0", ["cppdbg"], target=["qemu:"], file=world.sysroot + "/opt/tests/steps-O0") as workspace:
        entry = workspace.entry("cppdbg")
        task = workspace.before(entry)
        with mi.Mi([entry["miDebuggerPath"]], world.env()) as debugger:
            debugger.connect(entry)
            debugger.ask("-break-insert -f descend")
            assert 'func="descend"' in debugger.go(entry)
            debugger.show()
            debugger.stop()
        workspace.after(entry)
        assert task.ended() == 0, task.text


def tests():
    yield "vscode/merged", merged
    yield "vscode/program found", program_found
    yield "vscode/without a board", without_a_board
    yield "vscode/cppdbg-gdb13", cppdbg(None)
    yield "vscode/cppdbg-gdb16", cppdbg(GDB16)
    yield "vscode/cppdbg-round trips of a step shown, gdb13", shown_step(None)
    yield "vscode/cppdbg-round trips of a step shown, gdb16", shown_step(GDB16)
    yield "vscode/stopping lets go", stopping(False)
    yield "vscode/stopping kills", stopping(True)
    yield "vscode/two editors", two_editors
    yield "vscode/gdb-dap", gdb_dap
    yield "vscode/gdbtarget", cdt
    yield "vscode/gdbtarget-launch", cdt_launch
    yield "vscode/codelldb", lldb
    yield "vscode/lldb-dap", lldb_dap
    yield "vscode/go", delve
