"""What a stock x86-64 GDB lacks in the x86_64 view; comes once an inferior has it."""
import re

import gdb

from .disassembler import Disassembler
from .hooks import add_hook
from .registers import InfoArm64, current


class Vdso:
    """GDB reads the vDSO, in which rspbridge describes the frames of signal handlers, when a process is new to it, and
    forgets it when that executes another program. This makes it read the new one."""

    ADDRESS = re.compile(r"AT_SYSINFO_EHDR.*(0x[0-9a-f]+)")
    # What GDB calls it: read by itself; read by command. Neither outlives an exec.
    NAMES = ("system-supplied DSO at ", "shared object read from target memory")

    def follow(self, _event=None):
        """At each stop."""
        if not current() or any(file.filename.startswith(self.NAMES) for file in gdb.objfiles() if file.filename):
            return
        try:
            found = self.ADDRESS.search(gdb.execute("info auxv", False, True))
            if found:
                gdb.execute("add-symbol-file-from-memory " + found[1], False, True)
        except gdb.error:  # no process, or no program's file yet
            pass


REFUSED = {
    "generate-core-file": "the core file would have amd64's registers for an ARM64 process",
    "record": "GDB would decode ARM64 instructions as amd64's",
    "record full": "GDB would decode ARM64 instructions as amd64's",
    "record btrace": "the target has no amd64 branch trace",
}


class Refuse(gdb.Command):
    """Fails with the reason if the selected inferior is in rspbridge's x86_64 view. What hooks call."""

    NAME = "maintenance rspbridge-refuse"

    def __init__(self):
        super().__init__(self.NAME, gdb.COMMAND_MAINTENANCE)

    def invoke(self, argument, from_tty):
        if current():
            raise gdb.GdbError("No %s in rspbridge's x86_64 view: %s." % (argument, REFUSED[argument]))


EVENTS = (gdb.events.new_objfile, gdb.events.before_prompt, gdb.events.stop)


def activate(_event=None):
    """Once there is an inferior in the view: brings the commands, and follows its stops."""
    if not current():
        return
    for event in EVENTS:
        event.disconnect(activate)
    disassembler = Disassembler()
    architecture = gdb.selected_inferior().architecture().name()
    disassembler.former = gdb.disassembler.register_disassembler(disassembler, architecture)
    InfoArm64()
    refuse = Refuse()
    for command in REFUSED:
        add_hook(command, "%s %s" % (refuse.NAME, command))
    vdso = Vdso()
    gdb.events.stop.connect(vdso.follow)
    vdso.follow()


def start():
    for event in EVENTS:
        event.connect(activate)
    activate()
