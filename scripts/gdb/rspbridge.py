"""GDB's helper for sessions through rspbridge.

    (gdb) source rspbridge.py

Needs GDB 13 or later with Python. `rspbridge --gdb` sources it by itself.

It tells rspbridge that a command is next or step (monitor rspbridge hints), so that these cost one round trip and not
one for each call that they step over. Where GDB has the dynamic linker on this machine, stripped, it gets the names of the
functions that bind calls, so that step doesn't go through them (docs/architecture.md, "Steps over calls").

What a stock x86-64 GDB lacks when it debugs ARM64 in rspbridge's x86_64 view comes once an inferior has the registers
of that view, and touches no other inferior:

 - x/i, disassemble and layout asm show ARM64 instructions; rspbridge disassembles them
 - bt goes through signal handlers of a program that another executed, too
 - info arm64 shows ARM64's registers in any frame
 - generate-core-file and record are refused: what they would write or decode is amd64's
"""
if __name__ == "__main__":
    _before = dict(globals())  # `source` runs this among the names of all scripts; see the end

import importlib.util
import os
import re
import sys
import tempfile

import gdb

try:
    import gdb.disassembler
except ImportError:
    raise gdb.GdbError("rspbridge.py needs GDB 13 or later") from None

# A register of that view alone.
MARK = "a64_pc"

# (ARM64's register, the amd64 register that is it in this view): rsp/x86_64_roles.hpp.
ROLES = (
    ("x0", "rax"), ("x1", "rdx"), ("x2", "rcx"), ("x3", "rsi"), ("x4", "rdi"), ("x5", "r8"), ("x6", "r9"),
    ("x7", "r10"), ("x8", "r11"), ("x19", "rbx"), ("x20", "r12"), ("x21", "r13"), ("x22", "r14"), ("x29", "rbp"),
    ("sp", "rsp"), ("x30", "r15"), ("v0", "xmm0"), ("v1", "xmm1"), ("x23", "xmm2"), ("x24", "xmm3"), ("x25", "xmm4"),
    ("x26", "xmm5"), ("x27", "xmm6"), ("x28", "xmm7"), ("x9", "xmm8"), ("x10", "xmm9"), ("x11", "xmm10"),
    ("x12", "xmm11"), ("x13", "xmm12"), ("x14", "xmm13"), ("x15", "xmm14"), ("v2", "xmm15"), ("v8", "es"), ("v9", "cs"),
    ("v10", "ss"), ("v11", "ds"), ("v12", "fs"), ("v13", "gs"))
# NZCV: name, bit of cpsr, bit of eflags.
FLAGS = (("N", 31, 7), ("Z", 30, 6), ("C", 29, 0), ("V", 28, 11))


def in_view(architecture):
    return architecture.registers().find(MARK) is not None


def current():
    """Whether the selected inferior is an ARM64 process in the x86_64 view."""
    return in_view(gdb.selected_inferior().architecture())


# ---------------------------------------------------------------- disassembler ----

LINE = re.compile(r"([0-9a-f]+) ([0-9a-f]{8}) (.*)")
# An operand that is an address stands bare at the end; an immediate has a `#`.
ADDRESS = re.compile(r"(?<=[\t ])0x[0-9a-f]+$")


class Disassembler(gdb.disassembler.Disassembler):
    """Asks rspbridge. What it once said of a word at an address is right for ever, since nothing else counts."""

    BATCH = 64  # instructions that are asked for at a time
    LARGEST = 1 << 16  # instructions that are remembered

    def __init__(self):
        super().__init__("rspbridge")
        self.texts = {}
        self.former = None  # another script's, for other inferiors

    def __call__(self, info):
        if not in_view(info.architecture):
            return self.former(info) if self.former else None
        if info.address % 4:
            raise gdb.GdbError("0x%x is no address of an ARM64 instruction: it isn't a multiple of 4.\n" % info.address)
        word = int.from_bytes(bytes(info.read_memory(4)), "little")
        text = self.text(info.address, word)
        return gdb.disassembler.DisassemblerResult(4, ADDRESS.sub(lambda found: self.symbolic(found[0], info), text))

    def text(self, address, word):
        for count in (0, self.BATCH, 1):
            if count:
                self.ask(address, count)
            if (address, word) in self.texts:
                return self.texts[address, word]
        return ".inst\t0x%08x ; rspbridge reads another word here" % word

    def ask(self, address, count):
        if len(self.texts) > self.LARGEST:
            self.texts.clear()
        said = gdb.execute("monitor rspbridge disassemble %x %d" % (address, count), False, True)
        lines = [LINE.fullmatch(line) for line in said.splitlines()]
        if not lines or not lines[0]:
            raise gdb.GdbError("rspbridge doesn't disassemble this: " + said.strip())
        for line in filter(None, lines):
            self.texts[int(line[1], 16), int(line[2], 16)] = line[3]

    @staticmethod
    def symbolic(address, info):
        return gdb.format_address(int(address, 16), info.progspace, info.architecture)


# ------------------------------------------------------------------ info arm64 ----

def unsigned(value):
    """The bits of a register's value of at most 8 bytes; None if it has none that GDB knows."""
    try:
        if value.type.code == gdb.TYPE_CODE_PTR:
            value = value.cast(gdb.lookup_type("long"))
        return int(value) & (1 << 8 * value.type.sizeof) - 1
    except gdb.error:
        return None


def callee(frame):
    """The next newer frame that isn't inlined; None for the innermost, which has the thread's own registers."""
    newer = frame.newer()
    while newer is not None and newer.type() == gdb.INLINE_FRAME:
        newer = newer.newer()
    return newer


def decoded(cpsr):
    mode = "EL=%d" % (cpsr >> 2 & 3)
    return "[ %s %s ]" % (" ".join("%s=%d" % (name, cpsr >> bit & 1) for name, bit, _ in FLAGS), mode)


class Registers:
    """The registers of one frame. In outer frames GDB unwinds the amd64 registers that stand for ARM64's alone."""

    def __init__(self, frame):
        self.frame, self.callee = frame, callee(frame)
        self.amd64 = dict(ROLES)

    def read(self, name):
        if self.callee is None:
            name = {"sp": "a64_sp", "pc": "a64_pc"}.get(name, name)
        elif name == "pc":
            name = "rip"
        elif name in self.amd64:
            name = self.amd64[name]
        else:
            return None
        return unsigned(self.frame.read_register(name))

    def cpsr(self):
        """Nothing but the flags is known of a frame that a signal interrupted, and of a caller not even those."""
        if self.callee is None:
            cpsr = self.read("cpsr")
            return None if cpsr is None else "0x%-17x %s" % (cpsr, decoded(cpsr))
        if self.callee.type() != gdb.SIGTRAMP_FRAME:
            return None
        eflags = unsigned(self.frame.read_register("eflags"))
        return "%-19s [ %s ]" % ("", " ".join("%s=%d" % (name, eflags >> bit & 1) for name, _, bit in FLAGS))

    def line(self, name):
        if name == "cpsr":
            shown = self.cpsr()
        else:
            value = self.read(name)
            shown = None if value is None else "0x%-17x %s" % (value, self.natural(name, value))
        return "%-15s%s" % (name, "<not saved>" if shown is None else shown)

    def natural(self, name, value):
        if name == "pc":
            return gdb.format_address(value, gdb.current_progspace(), self.frame.architecture())
        return "0x%x" % value if name == "sp" else value - (value >> 63 << 64)


class InfoArm64(gdb.Command):
    """Show ARM64's registers in the selected frame.
Usage: info arm64 [REGISTER]...
x0 to x30, sp, pc and cpsr with its flags. In a caller's frame those that can't be known are "<not saved>".
$x0 and so on are always those of the innermost frame."""

    NAMES = tuple("x%d" % number for number in range(31)) + ("sp", "pc", "cpsr")

    def __init__(self):
        super().__init__("info arm64", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        if not current():
            raise gdb.GdbError("This is no ARM64 process in rspbridge's x86_64 view.")
        names = gdb.string_to_argv(argument) or self.NAMES
        for name in names:
            if name not in self.NAMES:
                raise gdb.GdbError("There is no register %s: x0 to x30, sp, pc and cpsr." % name)
        registers = Registers(gdb.selected_frame())
        for name in names:
            print(registers.line(name))

    def complete(self, text, word):
        return [name for name in self.NAMES if name.startswith(word)]


# ------------------------------------------------------------------------ vDSO ----

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


def add_hook(command, call):
    """Has `command` begin with `call`, unless the user has a hook there already."""
    prefix, _, name = command.rpartition(" ")
    hook = (prefix + " hook-" + name).strip()
    try:
        gdb.execute("show user " + hook, False, True)
    except gdb.error:
        gdb.execute("define %s\n%s\nend" % (hook, call))


# -------------------------------------------------------------------- refusals ----

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



# ---------------------------------------------------------------- lazy binding ----

class LazyBinding:
    """GDB steps over the binding of a call if it knows two functions of the dynamic linker, which a stripped one doesn't name.
    rspbridge adds them to the linker that GDB reads from the target. Where GDB has one of its own, that is read beside it."""

    FUNCTIONS = ("_dl_runtime_resolve", "_dl_fixup")
    LINKER = re.compile(r"/.*/ld-(linux-[^/]+\.so\.\d+|\d[^/]*\.so)")

    def __init__(self):
        self.folder = None  # of files that GDB may read at any time
        self.files = {}  # by build-id; None: the target has no such linker, and GDB steps as it would without rspbridge

    def complete(self):
        """For the inferior's dynamic linker."""
        for file in gdb.objfiles():
            if file.owner is not None or not file.build_id or not self.LINKER.fullmatch(file.filename or ""):
                continue
            if self.files.get(file.build_id, "") is None or all(map(self.is_known, self.FUNCTIONS)):
                continue
            if file.build_id not in self.files:
                self.files[file.build_id] = next(filter(None, (self.fetch(file, path) for path in self.places(file.filename))), None)
            if self.files[file.build_id]:
                file.add_separate_debug_file(self.files[file.build_id])

    @staticmethod
    def is_known(function):
        try:
            gdb.execute("info address " + function, False, True)
            return True
        except gdb.error:
            return False

    @staticmethod
    def places(name):
        """Where the target may have it."""
        sysroot = gdb.parameter("sysroot").rstrip("/")
        for root in dict.fromkeys((sysroot, os.path.realpath(sysroot) if sysroot else "")):
            if name.startswith(root + "/"):
                yield name[len(root):]
        for folder in ("/lib/", "/lib64/"):
            yield folder + os.path.basename(name)

    def fetch(self, file, path):
        """A copy of the target's file, if that is this very linker, with the names."""
        self.folder = self.folder or tempfile.TemporaryDirectory(prefix="rspbridge-gdb-")
        copy = os.path.join(self.folder.name, file.build_id)
        try:  # what GDB tells of packets isn't text here
            gdb.execute("with debug remote 0 -- remote get %s %s" % (path, copy), False, True)
        except gdb.error:  # it isn't there
            return None
        with open(copy, "rb") as contents:
            elf = contents.read()
        names = [b"\0%s\0" % function.encode() for function in self.FUNCTIONS]
        return copy if all(part in elf for part in [bytes.fromhex(file.build_id), *names]) else None


# ----------------------------------------------------------------------- hints ----

class Hints(gdb.Command):
    """Tells rspbridge that the command is next or step, so that the calls that it steps over needn't be told of. What
hooks call. A hook of the user's own is left, and then nothing is told."""

    NAME = "maintenance rspbridge-hint"
    MOST = 256  # ranges that are told
    LIBRARY = re.compile(r"(0x[0-9a-f]+) +(0x[0-9a-f]+) +Yes \(\*\)")

    def __init__(self):
        super().__init__(self.NAME, gdb.COMMAND_MAINTENANCE)
        self.bridges = {}  # by connection: whether it is rspbridge
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

    def disconnected(self, event):
        self.bridges.pop(event.connection.num, None)
        self.told = None

    def bridge(self):
        """The selected inferior's connection, if rspbridge is at its other end."""
        connection = gdb.selected_inferior().connection
        if not isinstance(connection, gdb.RemoteTargetConnection):
            return None
        if connection.num not in self.bridges:  # any other stub answers such a packet with nothing
            self.bridges[connection.num] = connection.send_packet("qRspbridge") == b"rspbridge"
        return connection if self.bridges[connection.num] else None

    def without_lines(self):
        """The code of libraries that have no line information, over which `step` goes."""
        if self.ranges is None:
            shown = gdb.execute("info sharedlibrary", False, True)
            self.ranges = ["%s-%s" % (start[2:], end[2:]) for start, end in self.LIBRARY.findall(shown)]
        return self.ranges if len(self.ranges) <= self.MOST else []

    def tell(self, words):
        if words == self.told:
            return
        bridge = self.bridge()
        if bridge:
            bridge.send_packet("qRcmd," + ("rspbridge hints " + words).encode().hex())
            self.told = words

    def over(self, _event):
        """At each stop."""
        if self.told not in (None, "none"):
            self.tell("none")

    def invoke(self, argument, from_tty):
        try:
            if argument == "step" and self.bridge():
                self.lazy_binding.complete()
            if argument == "next":
                self.tell("next")
            elif not gdb.parameter("step-mode"):
                self.tell(" ".join(["step"] + self.without_lines()))
        except gdb.error:  # no process, or no connection any more: the command itself says so
            pass


# ----------------------------------------------------------------------- start ----

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
    Hints()
    for event in EVENTS:
        event.connect(activate)
    activate()


MODULE = "rspbridge_gdb"
if __name__ == MODULE:
    start()
else:
    # Here only the module of our own is made, and the other scripts' names are left as they were.
    if MODULE not in sys.modules:
        specification = importlib.util.spec_from_file_location(MODULE, __file__)
        sys.modules[MODULE] = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(sys.modules[MODULE])
    (lambda names, before: (names.clear(), names.update(before)))(globals(), _before)
