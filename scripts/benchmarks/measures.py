"""What is measured: the standard session of scripts/rsp-session, and a dump of memory."""
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

from ways import SCRIPTS


HELPER = "source " + os.path.join(SCRIPTS, "gdb/rspbridge.py")


def session(address, target, helped=False):
    """The seconds that the standard session takes, and its transcript without what differs by itself. With GDB's helper, if `helped`."""
    with tempfile.TemporaryDirectory() as folder:
        result, transcript = os.path.join(folder, "session.json"), os.path.join(folder, "transcript")
        settings = [word for line in (*target.settings, "set remotetimeout 120", *([HELPER] if helped else [])) for word in ("--set", line)]
        subprocess.run([os.path.join(SCRIPTS, "rsp-session"), "--gdb", target.gdb, "--program", target.program("demo")[1], "--connect",
                        "target remote " + address, *settings, "--detach", "kill", "--json", result, "--transcript", transcript,
                        "--timeout", "3600"], check=True, stdout=subprocess.DEVNULL)
        with open(result) as file:
            found = json.load(file)
        with open(transcript, errors="replace") as file:
            said = normalised(file.read().replace(address, "ADDRESS").replace("(gdb) %s\n" % HELPER, ""))
    if found["suspicious"]:
        sys.exit("bench: the session went wrong: %s" % found["suspicious"][0])
    return found["total"], said


def normalised(transcript):
    """Without process numbers, and without the stack's addresses, also those in a string that isn't initialised yet: how long the environment is moves it."""
    for pattern, to in ((r"0x(7fff|ffff)ff[0-9a-f]{6}\b", "STACK"), (r"\bThread \d+\.\d+\b", "Thread PID.TID"), (r"\bprocess \d+\b", "process PID"), (r"\(LWP \d+\)", "(LWP N)"),
                        (r'(?m)^text = ".*"$', "text = (not initialised)"),
                        (r"\[Inferior 1 \(.*?\) (killed|detached)\]", r"[Inferior 1 \1]")):
        transcript = re.sub(pattern, to, transcript)
    return transcript


def dump(address, target, mib):
    """The seconds that GDB's `dump` of `mib` MiB takes; its bytes are checked."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "dump")
        lines = [*target.settings, "file " + target.program("heap")[1], "set remotetimeout 120", "set confirm off", "target remote " + address,
                 "break ready", "continue", "python import time; before = time.monotonic()",
                 "dump binary memory %s heap (char*)heap+%d" % (file, mib << 20), "python print('seconds', time.monotonic() - before)", "kill"]
        arguments = [word for line in lines for word in ("-ex", line)]
        out = subprocess.run([target.gdb, "-q", "-nx", "-batch", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
        with open(file, "rb") as got:
            words = memoryview(got.read()).cast("Q")
        if len(words) != mib << 17 or any(words[i] != i * 0x9e3779b97f4a7c15 % 2**64 for i in range(0, len(words), 997)):
            sys.exit("bench: the dump has wrong bytes")
        return float(re.search(r"seconds ([0-9.]+)", out)[1])


class Peak:
    """The highest value of `look()` while the block runs, which is looked at now and then."""

    def __init__(self, look):
        self.look, self.most, self.stop = look, 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.wait(0.2):
            self.most = max(self.most, self.look())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
