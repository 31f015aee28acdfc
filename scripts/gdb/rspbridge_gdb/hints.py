"""What the user's command is, so that rspbridge may run through calls."""
import re

import gdb

from . import bridge
from .hooks import add_hook
from .lazy_binding import LazyBinding


def function_at(pc):
    """Where the innermost function at `pc` begins and ends, an inlined one, too; None without symbols."""
    block = gdb.block_for_pc(pc)
    while block and not block.function:
        block = block.superblock
    return (block.start, block.end) if block else None


def is_same_line(one, other):
    return bool(one.symtab and other.symtab) and (one.line, one.symtab.filename) == (other.line, other.symtab.filename)


class Hints(gdb.Command):
    """Tells rspbridge that the command is next or step, so that the calls that it steps over needn't be told of. What
hooks call. A hook of the user's own is left, and then nothing is told."""

    NAME = "maintenance rspbridge-hint"
    MOST = 256  # libraries that are told
    MOST_PIECES = 64  # of a line
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

    def line(self):
        """The code of the line that the thread stands in, where it is in several pieces: a step goes on from one to another.
        Only those of the thread's own function (one inlined in it is another), and none that begins it."""
        frame = gdb.newest_frame()
        here = gdb.find_pc_line(frame.pc())
        function = function_at(frame.pc())
        if frame.type() != gdb.NORMAL_FRAME or not here.symtab or not function:
            return []
        pieces = set()
        for entry in here.symtab.linetable().line(here.line) or ():
            piece = gdb.find_pc_line(entry.pc)
            while is_same_line(piece, here) and piece.last and function_at(piece.pc) == function and len(pieces) < self.MOST_PIECES:
                span = piece.pc, piece.last + 1
                if span in pieces:  # and so are those behind it
                    break
                if piece.pc != function[0]:
                    pieces.add(span)
                piece = gdb.find_pc_line(piece.last + 1)
        return ["line", *("%x-%x" % piece for piece in sorted(pieces))] if len(pieces) > 1 else []

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
                self.tell(" ".join(["next", *self.line()]))
            elif not gdb.parameter("step-mode"):
                self.tell(" ".join(["step", *self.without_lines(), *self.line()]))
        except gdb.error:  # no process, or no connection any more: the command itself says so
            pass
