"""info bridge, bridge map, bridge crash, bridge detach-on-kill."""
import json
import os
import subprocess

import gdb

from . import bridge
from .hooks import add_hook


def session():
    """What the selected inferior's session is: the ready file (docs/command-line.md). An error where there is none."""
    text = bridge.monitor(bridge.needed(), "session")
    try:
        return json.loads(text)
    except ValueError:
        raise gdb.GdbError("rspbridge doesn't tell of its session: " + text.strip()) from None


def show(verb, arguments):
    """Prints what `rspbridge VERB` says of this session."""
    ready = session()
    command = ["/proc/%d/exe" % ready["pid"], verb, "--session", ready["session"], *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise gdb.GdbError("rspbridge %s can't be run here, where GDB is: %s" % (verb, error.strerror)) from None
    if done.returncode:
        raise gdb.GdbError(done.stderr.replace("Run with --help for more information.", "").strip())
    gdb.write(done.stdout)


class InfoBridge(gdb.Command):
    """Show what this session through rspbridge is: the target, the view, how the link fares, and where HTTP is served."""

    def __init__(self):
        super().__init__("info bridge", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE)

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError("info bridge takes no arguments.")
        ready = session()
        rows = [("session", ready["session"]), ("target", " ".join(filter(None, (ready["verb"], ready["target"])))),
                ("program", " ".join(ready["program"] or ())), ("HTTP", ready["http"] or "off")]
        for name, value in rows:
            if value:
                gdb.write("%s: %s\n" % (name, value))
        for words in ("view", "link"):
            gdb.write(bridge.monitor(bridge.needed(), words))


class Bridge(gdb.Command):
    """What rspbridge knows of the target."""

    def __init__(self):
        super().__init__("bridge", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        gdb.execute("help bridge")


class BridgeMap(gdb.Command):
    """Print the target's memory map, and how much of it is on this machine.
Usage: bridge map [-perm LETTERS] [EXPRESSION | PATH]
With EXPRESSION, only the mapping that holds this address, such as $sp or &variable. With PATH, which begins with a slash, only
mappings of files whose path contains it. LETTERS: only mappings with all of r, w, x, p (private) or s (shared).
While the target runs GDB can't ask for it: use `rspbridge memmap` in a shell."""

    def __init__(self):
        super().__init__("bridge map", gdb.COMMAND_STATUS, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        options, text = [], argument.strip()
        if text.split(" ")[0] == "-perm":
            _, _, text = text.partition(" ")
            letters, _, text = text.strip().partition(" ")
            if not letters:
                raise gdb.GdbError("-perm needs letters, such as rw.")
            options = ["--perm", letters]
        text = text.strip()
        if text.startswith("/"):
            options += ["--path", text]
        elif text:
            try:
                address = gdb.parse_and_eval(text).cast(gdb.lookup_type("unsigned long"))
                options += ["--addr", hex(int(address) & (1 << 64) - 1)]
            except gdb.error as error:
                raise gdb.GdbError("%s (a PATH begins with a slash)" % str(error).rstrip(".")) from None
        show("memmap", options)


class BridgeCrash(gdb.Command):
    """Print the stop as a crash report: what happened and where, how bad it is, and the stacks.
Usage: bridge crash [FILE]
With FILE, the report is written there as JSON (docs/crash-report.schema.json)."""

    def __init__(self):
        super().__init__("bridge crash", gdb.COMMAND_STATUS, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) > 1:
            raise gdb.GdbError("bridge crash takes one file.")
        file = os.path.abspath(os.path.expanduser(words[0])) if words else None
        show("crash", ["-o", file] if file else [])
        if file:
            gdb.write("Report written to %s.\n" % file)


class BridgeDetachOnKill(gdb.Command):
    """Have kill let the program go instead. For debuggers' front ends whose stop button kills.
Usage: bridge detach-on-kill
Kill then says that no program is being run. A hook of your own for kill is left, and this does nothing."""

    def __init__(self):
        super().__init__("bridge detach-on-kill", gdb.COMMAND_RUNNING, gdb.COMPLETE_NONE)

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError("bridge detach-on-kill takes no arguments.")
        add_hook("kill", "detach")


def start():
    for command in (InfoBridge, Bridge, BridgeMap, BridgeCrash, BridgeDetachOnKill):
        command()
