"""What the user's command is, so that rspbridge may run through calls."""
import re

import gdb

from . import bridge
from .hooks import add_hook
from .lazy_binding import LazyBinding


class Hints(gdb.Command):
    """Tells rspbridge that the command is next or step, so that the calls that it steps over needn't be told of. What
hooks call. A hook of the user's own is left, and then nothing is told."""

    NAME = "maintenance rspbridge-hint"
    MOST = 256  # ranges that are told
    LIBRARY = re.compile(r"(0x[0-9a-f]+) +(0x[0-9a-f]+) +Yes \(\*\)")

    def __init__(self):
        super().__init__(self.NAME, gdb.COMMAND_MAINTENANCE)
        self.told = None
        self.ranges = None
        self.lazy_binding = LazyBinding()
        for command in ("next", "step"):
            add_hook(command, self.NAME + " " + command)
        gdb.events.stop.connect(self.over)
        for event in (gdb.events.new_objfile, gdb.events.clear_objfiles, gdb.events.free_objfile):
            event.connect(self.forget)
        gdb.events.connection_removed.connect(self.disconnected)

    def forget(self, _event):
        self.ranges = None

    def disconnected(self, _event):
        self.told = None

    def without_lines(self):
        """The code of libraries that have no line information, over which `step` goes."""
        if self.ranges is None:
            shown = gdb.execute("info sharedlibrary", False, True)
            self.ranges = ["%s-%s" % (start[2:], end[2:]) for start, end in self.LIBRARY.findall(shown)]
        return self.ranges if len(self.ranges) <= self.MOST else []

    def tell(self, words):
        if words == self.told:
            return
        connection = bridge.connection()
        if connection:
            bridge.monitor(connection, "hints " + words)
            self.told = words

    def over(self, _event):
        """At each stop."""
        if self.told not in (None, "none"):
            self.tell("none")

    def invoke(self, argument, from_tty):
        try:
            if argument == "step" and bridge.connection():
                self.lazy_binding.complete()
            if argument == "next":
                self.tell("next")
            elif not gdb.parameter("step-mode"):
                self.tell(" ".join(["step"] + self.without_lines()))
        except gdb.error:  # no process, or no connection any more: the command itself says so
            pass
