"""`rspbridge vscode`: the entries that it writes, each played by a real debug adapter against the guest, or by the list of what one sends."""
import os
import re
import signal
import subprocess

import mi
from dap import Dap, Refused
from editor import Workspace
from target import wait_for

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts")
GDB16 = [os.path.join(SCRIPTS, "gdb16"), "--multiarch"]
SOURCE = "/opt/tests/src/steps.cpp"


def line_of(text):
    """The line of steps.cpp that holds `text`."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs/steps.cpp"), encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if text in line)


CALL = line_of("int squared = distance_squared(line);")
NEXT = line_of("int looped = loop(20);")
INNER = line_of("int dy = line.to.y")


def cppdbg(gdb):
    """What the C++ extension sends: to a breakpoint, a step, the stack, variables and registers; then its stop button."""
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
                debugger.stop()
            workspace.after(entry)
            assert task.ended() == 0, task.text
    return test


def tests():
    yield "vscode/cppdbg-gdb13", cppdbg(None)
    yield "vscode/cppdbg-gdb16", cppdbg(GDB16)
