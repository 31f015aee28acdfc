"""Takes out of a GDB transcript what differs from run to run: pids, ports, places on the stack, times."""
import re

# How the stub's end looks depends on whether bytes of ours were still on their way to it.
STUB_ENDED = re.compile(r"Remote communication error\.  Target disconnected(?:\.|: error while \w+): (?:Connection reset by peer|Broken pipe)\.")

# Replaced in order. The stack's top depends on the length of the environment, which holds the client's port.
FIXED = [
    (re.compile(r"Remote debugging using \S+"), "Remote debugging using ADDRESS"),
    (re.compile(r"\b0x0*fffffff[0-9a-f]{5}\b"), "STACK"),
    (re.compile(r"\b28147497[56]\d{6}\b"), "STACK"),
    # A program that was interrupted in its one-line loop may be anywhere in that line.
    (re.compile(r"(?:0x[0-9a-f]{16} in )?(spin) \(\)"), r"\1 ()"),
    (re.compile(r"^(#\d+ +)0x[0-9a-f]{16} in ", re.M), r"\1"),
    # A register may hold the process's random stack guard, whole or by halves.
    (re.compile(r"^([xw]\d+ +)0x(?:[0-9a-f]{7,8}|[0-9a-f]{13,16}) +-?\d+$", re.M), r"\1RANDOM"),
    # Where GDB believes that a longjmp leads to: glibc mangles pointers with a random number.
    (re.compile(r"^warning: Breakpoint address adjusted from .*\n", re.M), ""),  # not where its top byte fits
    (re.compile(r"(Cannot access memory at address )0x[0-9a-f]{9,16}"), r"\1RANDOM"),
    (STUB_ENDED, "Remote connection closed"),
    (re.compile(r"p[0-9a-f]+\.[0-9a-f]+\b"), "pPID.TID"),
    # Columns are as wide as the longest number.
    (re.compile(r"(\bprocess P\d+)  +"), r"\1  "),
    (re.compile(r"(\bTarget Id) +(?=Frame)"), r"\1 "),
    (re.compile(r"(\bThread P\d+\.P\d+ \"[^\"\n]*\") +"), r"\1 "),
]
PROCESS = re.compile(r"(\b(?:[Pp]rocess|Thread(?= \d+\.\d)|LWP|PID|pid|attach) )(\d+)(?:\.(\d+))?")
PATHS = re.compile(r"/proc/(\d+)/")


class ProcessNames:
    """Names processes and threads P1, P2... in the order in which a transcript shows them."""

    def __init__(self):
        self.names = {}

    def name(self, number):
        return self.names.setdefault(number, "P%d" % (len(self.names) + 1))

    def process(self, found):
        thread = "." + self.name(found[3]) if found[3] else ""
        return found[1] + self.name(found[2]) + thread

    def apply(self, text):
        text = PROCESS.sub(self.process, text)
        return PATHS.sub(lambda found: "/proc/%s/" % self.name(found[1]), text)


def normalise(text, secrets=()):
    """`secrets` are (string, replacement) pairs of this one run, such as a socket's path."""
    for secret, replacement in secrets:
        text = text.replace(secret, replacement)
    text = ProcessNames().apply(text)
    for pattern, replacement in FIXED:
        text = pattern.sub(replacement, text)
    return text
