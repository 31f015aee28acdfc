"""What VS Code does with launch.json and tasks.json, as far as rspbridge's entries need it."""
import json
import os
import re
import subprocess
import tempfile
import threading

from target import wait_for

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts")
GDB16 = [os.path.join(SCRIPTS, "gdb16"), "--multiarch"]
SOURCE = "/opt/tests/src/steps.cpp"


def line_of(text):
    """The line of steps.cpp that holds `text`."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs/steps.cpp"), encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if text in line)


CALL = line_of("int squared = distance_squared(line);")
NEXT = line_of("int looped = loop(20);")
INNER = line_of("int dy = line.to.y")


class Task:
    """A task in a terminal of its own, as VS Code runs it. One in the background is ready with its matcher's endsPattern."""

    def __init__(self, task, world):
        self.name, self.text = task["label"], ""
        self.master, slave = os.openpty()
        # A terminal that it controls; the child is no leader of its group, so setsid becomes the command.
        self.process = subprocess.Popen(["setsid", "-c", task["command"], *task["args"]], stdin=slave, stdout=slave, stderr=slave, env=world.env())
        os.close(slave)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        if task.get("isBackground"):
            self.ready = re.compile(task["problemMatcher"]["background"]["endsPattern"])

    def _read(self):
        while True:
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:  # nobody has the terminal open any more
                return
            self.text += data.decode("utf-8", "replace")

    def wait_ready(self):
        """Until the matcher finds its line; false if the task ended before, of which VS Code tells."""
        def look():
            over = self.process.poll() is not None
            if over:
                self.reader.join()
            return "ready" if any(self.ready.search(line) for line in self.text.splitlines()) else "ended" if over else None
        return wait_for(look, self.name, 60) == "ready"

    def ended(self, seconds=30):
        """Waits for its end; the exit code."""
        code = self.process.wait(seconds)
        self.reader.join()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.reader.join()
        os.close(self.master)


class Workspace:
    """A folder for which `rspbridge vscode` has written its entries."""

    def __init__(self, world, program, adapters=(), options=(), target=None, file=None):
        self.world = world
        self.folder = tempfile.TemporaryDirectory(prefix="e2e-")
        self.running = []
        remote = os.path.join("/opt/tests", program)
        file = file or world.sysroot + remote
        names = [word for name in adapters for word in ("--adapter", name)]
        where = target or ["-F", world.guest.config, "arm64-guest"]
        self.command = [world.rspbridge, "vscode", "--folder", self.folder.name, "--program-file", file, *names, *options, *where,
                        "--", remote]
        self.said = self.generate()

    def generate(self):
        done = subprocess.run(self.command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=self.world.env())
        assert done.returncode == 0, done.stderr
        return done.stderr

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for task in self.running:
            task.close()
        self.folder.cleanup()

    def read(self, name):
        """What one of the two files holds, with VS Code's variable in place."""
        with open(os.path.join(self.folder.name, ".vscode", name), encoding="utf-8") as file:
            return json.loads(file.read().replace("${workspaceFolder}", self.folder.name))

    def entry(self, adapter):
        """The adapter's entry of launch.json."""
        found = [one for one in self.read("launch.json")["configurations"] if one["name"].endswith("(%s)" % adapter)]
        assert len(found) == 1, found
        return found[0]

    def task(self, label, *options):
        """The task of that label, begun; with more options for rspbridge."""
        found = [one for one in self.read("tasks.json")["tasks"] if one["label"] == label]
        assert len(found) == 1, (label, found)
        task = found[0]
        return Task(dict(task, args=[*task["args"][:1], *options, *task["args"][1:]]), self.world)

    def before(self, entry, *options):
        """What F5 does before the adapter: the background task, until it is ready. With more options for rspbridge."""
        task = self.task(entry["preLaunchTask"], *options)
        self.running.append(task)
        assert task.wait_ready(), task.text
        return task

    def after(self, entry):
        """What follows when the session is over."""
        task = self.task(entry["postDebugTask"])
        self.running.append(task)
        assert task.ended() == 0, task.text
        return task
