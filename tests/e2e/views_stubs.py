"""Where the programs of views run, and rspbridge before them.

A stub is a context manager with `address` (for `target extended-remote`) and `remote` (how rspbridge is told of it).
"""
import os
import subprocess

from stubs import Stub, wait_for_ready
from target import Child, wait_for

# A program's stack lies where its environment leaves it, so both sessions have this one.
ENVIRONMENT = "PATH=/usr/bin:/bin LC_ALL=C"


class GuestStub(Stub):
    """gdbserver in the guest."""

    def start(self):
        guest, case = self.world.guest, self.scenario
        how = "--multi 127.0.0.1:0" if case.script.verb == "multi" else \
            "--no-startup-with-shell 127.0.0.1:0 " + case.remote_program
        self.child = guest.spawn("echo gdbserver $$ >&2; cd /tmp; exec env -i %s gdbserver %s" % (ENVIRONMENT, how))
        pid = int(self.child.said(rb"gdbserver (\d+)")[1])
        self.cleanups.append(self.child.end)
        self.cleanups.append(lambda: guest.kill([pid]))
        port = int(self.child.said(rb"Listening on port (\d+)")[1])
        self.remote = ["-F", guest.config, "arm64-guest", "--remote", "127.0.0.1:%d" % port]
        local, cancel = guest.forward(port)
        self.cleanups.append(cancel)
        self.address = "127.0.0.1:%d" % local


class QemuStub(Stub):
    """qemu-user's own stub on a unix socket."""

    cpu = "cortex-a72"

    def start(self):
        self.address = os.path.join(self.temporary(), "socket")
        env = dict(word.split("=") for word in ENVIRONMENT.split())
        env.update(QEMU_LD_PREFIX=self.world.sysroot)
        self.child = Child(["qemu-aarch64", "-cpu", self.cpu, "-g", self.address, self.world.sysroot + self.scenario.remote_program], env=env)
        self.cleanups.append(self.child.end)
        wait_for(lambda: os.path.exists(self.address), "qemu's socket")
        self.remote = ["unix:" + self.address]


class QemuMaxStub(QemuStub):
    """qemu-user with a CPU that signs return addresses, of which its stub says nothing to GDB."""

    cpu = "max,pauth-impdef=on"


class View(Stub):
    """rspbridge before a stub that already runs; `view` is for --view, or None for no such option."""

    def __init__(self, world, case, stub, view):
        super().__init__(world, case)
        self.stub, self.view = stub, view

    def start(self):
        ready = os.path.join(self.temporary(), "ready.json")
        self.address = os.path.join(self.temporary(), "rsp")
        options = ["--view", self.view] if self.view else []
        self.child = Child([self.world.rspbridge, "connect", "--ready-file", ready, "--listen", "unix:" + self.address,
                            *options, *self.stub.remote])
        self.cleanups.append(self.child.end)
        wait_for_ready(self.child, ready)


class Translated:
    """The guest's files as a GDB that knows no ARM64 reads them: a tree like the sysroot, made by `rspbridge translate`."""

    def __init__(self, world):
        self.world, self.root = world, os.path.join(world.scratch, "translated")

    def translate(self, path):
        target = self.root + path
        if os.path.exists(target):
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        done = subprocess.run([self.world.rspbridge, "translate", self.world.sysroot + path, "-o", target],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, text=True, check=False)
        assert done.returncode == 0, "rspbridge translate %s: exit code %d: %s" % (path, done.returncode, done.stderr)

    def with_program(self, program):
        """The root of the tree, which has the libraries and this program."""
        self.translate(program)
        for folder, _, names in os.walk(self.world.sysroot + "/usr/lib"):
            for name in names:
                self.translate(os.path.join(folder, name)[len(self.world.sysroot):])
        if not os.path.lexists(self.root + "/lib"):
            os.symlink("usr/lib", self.root + "/lib")
        return self.root
