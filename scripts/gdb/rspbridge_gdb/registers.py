"""ARM64's registers in the x86_64 view, and whether an inferior has that view."""
import gdb

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
