"""What gdb-multiarch sees in core files, and which of its frames mean something."""
import json
import os
import re
import shlex
import subprocess
import tempfile

import corpus

MOST_FRAMES = 64  # as many as gdb_frames.py tells
SKIPPED = os.path.join(corpus.TREE, "proxy/triage/skipped_frames.txt")


def of_cores(gdb, sysroot, built, cores):
    """{name: what gdb_frames.py tells} of {name: (program, core)}. `built` is where the programs were built."""
    with tempfile.TemporaryDirectory(prefix="backtraces-") as folder:
        asked, answer = os.path.join(folder, "asked"), os.path.join(folder, "answer")
        with open(asked, "w", encoding="utf-8") as file:
            json.dump({"sysroot": sysroot, "symbols": os.path.join(built, "symbols"), "libraries": os.path.join(built, "target"),
                       "answer": answer, "cores": {name: {"program": program, "core": core} for name, (program, core) in cores.items()}}, file)
        environment = dict(os.environ, FRAMES_OF=asked, DEBUGINFOD_URLS="", LC_ALL="C", HOME=folder, TERM="dumb")
        done = subprocess.run([*shlex.split(gdb), "-q", "-nx", "-batch", "-x", os.path.join(corpus.HERE, "gdb_frames.py")], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if not os.path.exists(answer):
            raise RuntimeError("%s said nothing of the core files: %s" % (gdb, (done.stderr or done.stdout)[-2000:]))
        with open(answer, encoding="utf-8") as file:
            return json.load(file)


def plain(function):
    """A function's name without its parameters, and without what a compiler appended to it."""
    if not function:
        return None
    name = re.sub(r"^(?:static|virtual) ", "", function)
    name = re.sub(r"\b(\d+)u?l*\b", r"\1", name)  # GDB tells the types of template arguments
    name = re.sub(r", , [^<>]*>", ">", name)  # GDB tells an empty parameter pack, and defaults behind it, where DW_AT_name doesn't
    depth = 0
    for at, character in enumerate(name):
        depth += (character == "<") - (character == ">" and name[at - 1] != "-")
        if character == "(" and depth == 0 and not name.startswith(("(anonymous", "operator()"), at) and not name[:at].endswith("operator"):
            name = name[:at]
            break
    name = re.sub(r"(?:\.(?:constprop|part|isra|cold|lto_priv|llvm)(?:\.\d+)*|\.\d+)+$", "", name)
    return re.sub(r"::h[0-9a-f]{16}$", "", name)


def _glob(pattern):
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))


class Skipped:
    """proxy/triage/skipped_frames.txt."""

    def __init__(self):
        with open(SKIPPED, encoding="utf-8") as file:
            patterns = [line.strip() for line in file if line.strip() and not line.startswith("#")]
        self.modules = [_glob(pattern) for pattern in patterns if pattern.startswith("/")]
        self.functions = [_glob(pattern.lstrip("^")) for pattern in patterns if not pattern.startswith("/")]
        self.handling = [_glob(pattern[1:]) for pattern in patterns if pattern.startswith("^")]

    def skips(self, function, module):
        return any(pattern.fullmatch(module or "") for pattern in self.modules) or any(
            pattern.fullmatch(function or "") for pattern in self.functions)

    def meaningful(self, frames):
        """Of GDB's frames those that aren't skipped, innermost first, as (function, file name, line)."""
        found, names = [], [plain(frame["function"]) or "" for frame in frames]
        handling = [at for at, name in enumerate(names) if any(pattern.fullmatch(name) for pattern in self.handling)]
        for frame in frames[max(handling, default=-1) + 1:]:
            if frame["signal"] or self.skips(plain(frame["function"]), frame["module"]):
                continue
            name = frame["file"] and os.path.basename(frame["file"])
            found.append((plain(frame["function"]), name, frame["line"]))
        return found
