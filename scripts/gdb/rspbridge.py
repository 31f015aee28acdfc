"""What a stock x86-64 GDB lacks when it debugs ARM64 through rspbridge's x86_64 view.

    (gdb) source rspbridge.py

Needs GDB 13 or later with Python. `rspbridge --gdb` sources it by itself. It does nothing until an inferior has the
registers of that view, and nothing to any other inferior.

 - x/i, disassemble and layout asm show ARM64 instructions; rspbridge disassembles them
 - bt goes through signal handlers
 - info arm64 shows ARM64's registers in any frame
 - generate-core-file and record are refused: what they would write or decode is amd64's
"""
if __name__ == "__main__":
    _before = dict(globals())  # `source` runs this among the names of all scripts; see the end

import atexit
import importlib.util
import os
import re
import shutil
import struct
import sys
import tempfile

import gdb

try:
    import gdb.disassembler
except ImportError:
    raise gdb.GdbError("rspbridge.py needs GDB 13 or later") from None

# A register of that view alone.
MARK = "a64_pc"

# (ARM64's register, the amd64 register that is it in this view, its DWARF number): rsp/x86_64_roles.hpp.
ROLES = (
    ("x0", "rax", 0), ("x1", "rdx", 1), ("x2", "rcx", 2), ("x3", "rsi", 4), ("x4", "rdi", 5), ("x5", "r8", 8),
    ("x6", "r9", 9), ("x7", "r10", 10), ("x8", "r11", 11), ("x19", "rbx", 3), ("x20", "r12", 12), ("x21", "r13", 13),
    ("x22", "r14", 14), ("x29", "rbp", 6), ("sp", "rsp", 7), ("x30", "r15", 15), ("v0", "xmm0", 17),
    ("v1", "xmm1", 18), ("x23", "xmm2", 19), ("x24", "xmm3", 20), ("x25", "xmm4", 21), ("x26", "xmm5", 22),
    ("x27", "xmm6", 23), ("x28", "xmm7", 24), ("x9", "xmm8", 25), ("x10", "xmm9", 26), ("x11", "xmm10", 27),
    ("x12", "xmm11", 28), ("x13", "xmm12", 29), ("x14", "xmm13", 30), ("x15", "xmm14", 31), ("v2", "xmm15", 32),
    ("v8", "es", 50), ("v9", "cs", 51), ("v10", "ss", 52), ("v11", "ds", 53), ("v12", "fs", 54), ("v13", "gs", 55))
RIP, EFLAGS = 16, 49  # DWARF numbers of amd64
# NZCV: name, bit of cpsr, bit of eflags.
FLAGS = (("N", 31, 7), ("Z", 30, 6), ("C", 29, 0), ("V", 28, 11))
FIXED_EFLAGS = 0x202


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
        self.amd64 = {arm64: amd64 for arm64, amd64, _ in ROLES}

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


# --------------------------------------------------------------- signal frames ----
# On return from a signal handler the kernel's code below runs, with sp at a struct rt_sigframe
# (arch/arm64/kernel/signal.c). No CFI describes it, and GDB's amd64 code doesn't know it, so GDB gets a symbol file
# with CFI for these two instructions and nothing else.

TRAMPOLINE = struct.pack("<II", 0xd2801168, 0xd4000001)  # mov x8, #139 (rt_sigreturn); svc #0
X0, SP, PC, PSTATE = 312, 560, 568, 576  # offsets from sp; see struct sigcontext (asm/sigcontext.h)
FPSIMD, FPSIMD_MAGIC, V0 = 592, 0x46508001, 608  # struct fpsimd_context, the first of the records behind it


def uleb(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def vector_rule(number):
    """Where v<number> is: behind the record's magic, and nowhere (at address 0) if that isn't there."""
    found = b"\x23" + uleb(V0 + 16 * number) + b"\x2f" + struct.pack("<h", 2)  # plus_uconst; skip over the rest
    return (b"\x12\x23" + uleb(FPSIMD) + b"\x94\x04\x0c" + struct.pack("<I", FPSIMD_MAGIC) +  # dup plus_uconst deref4
            b"\x2e\x28" + struct.pack("<h", len(found)) + found + b"\x13\x30")  # ne bra; drop lit0


def flags_rule():
    """eflags, made of pstate."""
    code = b"\x23" + uleb(PSTATE) + b"\x94\x04" + b"\x0a" + struct.pack("<H", FIXED_EFLAGS)  # deref4; const2u
    for _, cpsr, eflags in FLAGS:
        code += b"\x14" + bytes([0x30 + cpsr]) + b"\x25\x31\x1a" + bytes([0x30 + eflags]) + b"\x24\x21"  # over … shr 1 and … shl or
    return code + b"\x16\x13"  # swap drop


def saved_at(register, offset):
    """DW_CFA_offset_extended: the data alignment factor is 8."""
    return b"\x05" + uleb(register) + uleb(offset // 8)


def expression(opcode, register, code):
    return bytes([opcode]) + uleb(register) + uleb(len(code)) + code


def signal_rules():
    """Call frame instructions; the CFA is sp."""
    rules = b"\x0c\x07\x00"  # DW_CFA_def_cfa rsp, 0
    for arm64, _, dwarf in ROLES:
        if arm64 == "sp":
            rules += saved_at(dwarf, SP)
        elif arm64[0] == "x":
            rules += saved_at(dwarf, X0 + 8 * int(arm64[1:]))
        else:
            rules += expression(0x10, dwarf, vector_rule(int(arm64[1:])))
    return rules + saved_at(RIP, PC) + expression(0x16, EFLAGS, flags_rule())


def padded(entry):
    entry += b"\0" * (-(len(entry) + 4) % 8)
    return struct.pack("<I", len(entry)) + entry


def signal_frames(addresses):
    """.debug_frame (DWARF 5, section 6.4) for trampolines. "S" makes them signal frames. Each begins one byte early:
    GDB looks at what is before a return address, as this one seems to be."""
    frames = padded(struct.pack("<I", 0xffffffff) + b"\x01zS\0\x01\x08\x10\x00" + signal_rules())
    for address in addresses:
        frames += padded(struct.pack("<IQQ", 0, address - 1, len(TRAMPOLINE) + 1) + b"\x00")
    return frames


def symbol_file(frames):
    """An ELF file (System V ABI, "Object Files") for amd64 with this .debug_frame, and a .text without contents,
    since GDB wants one."""
    names = b"\0.text\0.debug_frame\0.shstrtab\0"
    parts, offset, headers = b"", 64, b"\0" * 64
    for name, kind, content in ((b".text", 1, b""), (b".debug_frame", 1, frames), (b".shstrtab", 3, names)):
        headers += struct.pack("<IIQQQQIIQQ", names.index(name), kind, 0, 0, offset, len(content), 0, 0, 1, 0)
        parts += content
        offset += len(content)
    header = struct.pack("<4sBBBB8xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0, 2, 62, 1, 0, 0, offset, 0, 64, 0, 0, 64, 4, 3)
    return header + parts + headers


class SignalFrames:
    """Gives GDB the CFI of each process's trampoline when it first stops."""

    VDSO = re.compile(r"AT_SYSINFO_EHDR.*(0x[0-9a-f]+)")

    def __init__(self):
        self.folder = None
        self.done = {}  # address of the vDSO and symbol file by program space

    def follow(self, _event=None):
        """At each stop. GDB has the auxiliary vector at hand."""
        if not current():
            return
        try:
            found = self.VDSO.search(gdb.execute("info auxv", False, True))
        except gdb.error:  # no process yet
            return
        space = gdb.current_progspace()
        vdso = int(found[1], 16) if found else None
        if self.done.get(space, (None,))[0] == vdso:
            return
        if space in self.done:
            gdb.execute("remove-symbol-file " + self.done.pop(space)[1], False, True)
        trampoline = self.find(vdso)
        if trampoline is not None:
            self.done[space] = (vdso, self.load(trampoline))

    @staticmethod
    def find(vdso):
        for size in (8192, 4096):  # as many pages as there are
            try:
                code = bytes(gdb.selected_inferior().read_memory(vdso, size))
            except gdb.MemoryError:
                continue
            at = code.find(TRAMPOLINE)
            return vdso + at if at >= 0 and at % 4 == 0 else None
        return None

    def load(self, trampoline):
        if self.folder is None:
            self.folder = tempfile.mkdtemp(prefix="rspbridge-gdb-")
            atexit.register(shutil.rmtree, self.folder, True)
        path = os.path.join(self.folder, "signal-frame-%x" % trampoline)
        with open(path, "wb") as file:
            file.write(symbol_file(signal_frames([trampoline])))
        gdb.execute("add-symbol-file " + path, False, True)
        return path


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

    def add_hook(self, command):
        """Has `command` come here first, unless the user has a hook there already."""
        prefix, _, name = command.rpartition(" ")
        hook = (prefix + " hook-" + name).strip()
        try:
            gdb.execute("show user " + hook, False, True)
        except gdb.error:
            gdb.execute("define %s\n%s %s\nend" % (hook, self.NAME, command))


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
        refuse.add_hook(command)
    frames = SignalFrames()
    gdb.events.stop.connect(frames.follow)
    frames.follow()


def start():
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
