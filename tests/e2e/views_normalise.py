"""Takes out of a view's transcript what differs from run to run, and names registers alike. Addresses stay."""
import os
import re

from normalise import STUB_ENDED, ProcessNames

ROLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../rsp/x86_64_roles.hpp")

# A program that was interrupted in its one-line loop may be anywhere in that line.
SPINNING = re.compile(r"(?:0x[0-9a-f]{16} in )?(spin \(\) at )")
SPINNING_FRAME = re.compile(r"^(#0 +)(?:0x[0-9a-f]{16} in )?(?=spin \()", re.M)
# A refused value takes no number in the value history; those after it are one lower then.
# What GDB reads for itself isn't what it says of the program.
READING = re.compile(r"Reading \S+ from remote target\.\.\.")
HISTORY = re.compile(r"\$\d+ = ")


def amd64_names():
    """{amd64 register: the ARM64 register that it shows}, from the table that rspbridge itself goes by."""
    with open(ROLES) as file:
        rows = re.findall(r'\{"(\w+)", "(\w+)", \d+, \d+, \d+\}', file.read())
    assert len(rows) > 30, "no table of roles in " + ROLES
    return dict(rows, rip="pc")


def registers_alike(text, names):
    """`info frame` of an amd64 GDB in the words of an aarch64 one."""
    def saved(found):
        pairs = [(names.get(register, register), where) for register, where in re.findall(r"(\w+) at (0x[0-9a-f]+)", found[2])]
        # amd64's return address is a register of its own; ARM64's is x30, which has a slot already.
        pairs = [pair for pair in pairs if pair[0] != "pc"]
        return found[1] + ", ".join("%s at %s" % pair for pair in sorted(pairs))

    text = re.sub(r"^( rip = )(?=0x)", " pc = ", text, flags=re.M)
    text = text.replace("; saved rip = ", "; saved pc = ")
    return re.sub(r"^( Saved registers:\n  )(.*)$", saved, text, flags=re.M)


def locations_alike(text, names):
    """Where variables are, of `info scope` and `info address`: registers by ARM64's names."""
    text = re.sub(r"\$(\w+)", lambda found: "$" + names.get(found[1], found[1]), text)
    return re.sub(r"\bDW_OP_(b?reg)\d+ \[", r"DW_OP_\1 [", text)


def normalise(transcript, secrets):
    """[[command, output]…] as [(command, [line…])…]; `secrets` are (string, replacement) pairs of this one run."""
    names, processes, result = amd64_names(), ProcessNames(), []
    for command, output in transcript:
        for secret, replacement in secrets:
            command, output = command.replace(secret, replacement), output.replace(secret, replacement)
        output = processes.apply(output)
        output = STUB_ENDED.sub("Remote connection closed", output)
        output = HISTORY.sub("$N = ", output)
        output = SPINNING_FRAME.sub(r"\1", SPINNING.sub(r"\1", output))
        if "info frame" in command:
            output = registers_alike(output, names)
        if command.startswith(("info scope", "info address")):
            output = locations_alike(output, names)
        if command in ("info inferiors", "info threads"):
            # A column is as wide as what stands in it, such as a process's number.
            output = re.sub(r"  +", "  ", output)
        result.append((command, [line.rstrip() for line in output.splitlines() if line.strip() and not READING.fullmatch(line)]))
    return result
