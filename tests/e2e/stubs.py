"""The two ways to the same program: a stub that GDB reaches by itself (`direct`), and rspbridge in between.

Each stub is a context manager with `address` (for `target extended-remote`), `output()` (what the program printed) and
`secrets` (strings of this one run, for the normaliser). The output is whole once the context is left.
"""
import json
import os
import shlex
import subprocess
import tempfile

from target import Child, wait_for


class Stub:
    def __init__(self, world, scenario):
        self.world, self.scenario = world, scenario
        self.secrets = []
        self.cleanups = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.cleanups:
            self.cleanups.pop()()

    def temporary(self):
        folder = tempfile.TemporaryDirectory(prefix="e2e-")
        self.cleanups.append(folder.cleanup)
        return folder.name

    def output(self):
        return self.child.out().decode("utf-8", "replace")

    def start_attachee(self):
        """The program that is already running, for `attach`: its pid in the guest."""
        guest, scenario = self.world.guest, self.scenario
        self.attachee = guest.spawn("exec %s" % shlex.join([scenario.remote_program, *scenario.args]))
        pid = wait_for(lambda: self.attachee.out().split()[1:2], "the program's pid")[0].decode()

        def end():
            guest.kill([pid])
            self.attachee.end()
        self.cleanups.append(end)
        wait_for(lambda: self._has_begun(pid), "the program to be at its work")
        return pid

    def _has_begun(self, pid):
        """It sleeps, or has computed for some ticks: it isn't busy with its first line any more."""
        fields = self.world.guest.run("cat /proc/%s/stat" % pid).rpartition(")")[2].split()
        state, utime = fields[0], int(fields[11])
        return state == "S" or utime >= 5


class DirectGuest(Stub):
    """gdbserver in the guest behind `ssh -L`."""

    def start(self):
        guest, scenario = self.world.guest, self.scenario
        command = {
            "exec": lambda: "--no-startup-with-shell 127.0.0.1:0 " + shlex.join([scenario.remote_program, *scenario.args]),
            "attach": lambda: "127.0.0.1:0 --attach " + self.start_attachee(),
            "multi": lambda: "--multi 127.0.0.1:0",
        }[scenario.verb]()
        self.child = guest.spawn("echo gdbserver $$ >&2; exec gdbserver %s" % command)
        pid = int(self.child.said(rb"gdbserver (\d+)")[1])
        self.cleanups.append(self.child.end)

        def kill():
            guest.kill([pid])
            wait_for(lambda: self.child.process.poll() is not None, "the rest of gdbserver's output")
        self.cleanups.append(kill)
        port = int(self.child.said(rb"Listening on port (\d+)")[1])
        local, cancel = guest.forward(port)
        self.cleanups.append(cancel)
        self.address = "127.0.0.1:%d" % local


class DirectQemu(Stub):
    """qemu-user's own stub on a unix socket."""

    def start(self):
        self.address = os.path.join(self.temporary(), "socket")
        self.child = Child(["qemu-aarch64", "-g", self.address, self.scenario.local_program(self.world),
                            *self.scenario.args], env=self.world.qemu_env())
        self.cleanups.append(self.child.end)
        wait_for(lambda: os.path.exists(self.address), "qemu's socket")


def wait_for_ready(child, ready):
    """Waits until rspbridge has written its ready file, which tells where it listens."""
    def look():
        if child.process.poll() is not None:
            raise AssertionError("rspbridge ended with %d before GDB could connect; it said:\n%s" % (
                child.process.returncode, child.err().decode("utf-8", "replace")))
        return os.path.exists(ready)
    wait_for(look, "rspbridge's ready file")


class Bridge(Stub):
    """rspbridge before either of them. `arguments` are more options for it, `stdin` is its standard input."""

    def __init__(self, world, scenario, where="guest", arguments=(), host="arm64-guest", listen=("127.0.0.1:0",),
                 stdin=subprocess.DEVNULL):
        super().__init__(world, scenario)
        self.where, self.arguments, self.host, self.listen, self.stdin = where, list(arguments), host, listen, stdin

    def command_line(self, ready):
        scenario, world = self.scenario, self.world
        target = [self.host] if self.where == "guest" else ["qemu:"]
        options = ["--ready-file", ready, *self.arguments]
        for address in self.listen:
            options += ["--listen", address]
        no_ssh = scenario.verb == "connect" and scenario.args and scenario.args[-1].startswith(("tcp:", "unix:", "exec:"))
        if self.where == "guest" and not no_ssh:
            options += ["-F", world.guest.config]
        what = {
            "exec": lambda: ["--", scenario.program_for(self.where, world), *scenario.args],
            "attach": lambda: [self.start_attachee()],
            "multi": lambda: [],
            "connect": lambda: list(scenario.args),
        }[scenario.verb]()
        if scenario.verb == "connect" and scenario.args:
            target = []
        return [world.rspbridge, scenario.verb, *options, *target, *what]

    def start(self):
        ready = os.path.join(self.temporary(), "ready.json")
        self.child = Child(self.command_line(ready), env=self.world.qemu_env(), stdin=self.stdin)
        self.cleanups.append(self.child.end)
        wait_for_ready(self.child, ready)
        with open(ready) as file:
            self.ready = json.load(file)
        self.ready_mode = os.stat(ready).st_mode & 0o777
        self.address = self.ready["rsp"][0]

    def ended(self, seconds=30):
        """Waits until rspbridge ends by itself; its exit code. Nothing that it started may be left here."""
        wait_for(lambda: self.child.process.poll() is not None, "the end of rspbridge; it said: %r" % self.child.err(), seconds)
        wait_for(lambda: not self.child.session_members(), "the end of what rspbridge started", 10)
        return self.child.process.returncode

    def said(self):
        return self.child.err().decode("utf-8", "replace")


def stub_for(world, scenario, where, way):
    if way == "bridge":
        return Bridge(world, scenario, where)
    return DirectGuest(world, scenario) if where == "guest" else DirectQemu(world, scenario)
