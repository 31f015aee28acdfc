"""`rspbridge vscode`: the entries that it writes, played by the list of what an adapter sends, and what becomes of files that are there; vscode_adapters.py has real adapters."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

import lifecycle
import mi
import round_trips  # finds scripts/benchmarks
import vscode_adapters
import ways
from editor import GDB16, INNER, SOURCE, Workspace
from target import free_port, wait_for


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
        # One adapter's entry anew, at another port, with another argument: those that are there follow, those by name, too.
        port = free_port()
        for more, words in ((["--adapter", "gdbtarget-launch"], []), (["--adapter", "gdbtarget", "--port", str(port)], ["--other"])):
            subprocess.run([*workspace.command[:2], *more, *workspace.command[2:], *words], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        launch = workspace.read("launch.json")["configurations"]
        assert len(launch) == 6 and all((str(port) in json.dumps(entry)) != (entry.get("request") == "launch" and "gdbtarget-launch" in entry["name"])
                                        for entry in launch), launch
        assert "--other" in json.dumps(launch[5]) and "--other" in json.dumps(workspace.read("tasks.json")), launch
        for name, text in zip(files, first):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
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
    yield from vscode_adapters.tests()
