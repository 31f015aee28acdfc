"""ARM64 instructions in the x86_64 view: rspbridge disassembles them."""
import re

import gdb

try:
    import gdb.disassembler
except ImportError:
    raise gdb.GdbError("rspbridge.py needs GDB 13 or later") from None

from .registers import in_view

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
