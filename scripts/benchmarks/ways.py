"""The ways from a GDB to a gdbserver: plain TCP, `ssh -L`, and rspbridge, each over a link of some round trip time."""
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TREE = os.path.dirname(SCRIPTS)
GUEST = os.environ.get("ARM64_GUEST_DIR") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "arm64-guest")


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            sys.exit("bench: waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.02)


@contextlib.contextmanager
def running(arguments, **how):
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, **how)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Link:
    """The relay between the two ends; `port` is this end of it. `turns()` ends it: how often the ends took turns, and bytes."""

    def __init__(self, process, stats, port):
        self.process, self.stats, self.port = process, stats, port

    def ended(self):
        self.process.terminate()
        self.process.wait(10)
        with open(self.stats) as file:
            return json.load(file)


@contextlib.contextmanager
def link(to, rtt, mbit=None):
    """A link to 127.0.0.1:`to` with a round trip time of `rtt` ms and a bandwidth of `mbit` Mbit/s."""
    with tempfile.TemporaryDirectory() as folder:
        stats = os.path.join(folder, "stats")
        arguments = [os.path.join(SCRIPTS, "delay-relay"), "--listen", "127.0.0.1:0", "--to", "127.0.0.1:%d" % to, "--rtt-ms", str(rtt),
                     "--stats", stats, *(["--mbit", str(mbit)] if mbit else [])]
        with running(arguments, stdout=subprocess.PIPE, text=True) as process:
            yield Link(process, stats, int(process.stdout.readline().rsplit(":", 1)[1]))


class Guest:
    """The ARM64 guest of scripts/arm64-guest."""
    name, gdb = "guest", "gdb-multiarch"

    def __init__(self, folder=GUEST):
        self.config = os.path.join(folder, "ssh_config")
        if not os.path.exists(self.config):
            sys.exit("bench: no guest in %s; make one with scripts/arm64-guest build, start" % folder)
        with open(self.config) as file:
            self.port = int(re.search(r"Port (\d+)", file.read())[1])
        self.sysroot = os.path.join(folder, "sysroot")
        self.settings = ["set sysroot " + self.sysroot]
        self.host = "arm64-guest"

    def ssh_options(self, port):
        return ["-F", self.config, "-o", "Port=%d" % port, "-o", "HostKeyAlias=[127.0.0.1]:%d" % self.port]

    def program(self, name):
        """The program on the target, and its copy here."""
        return "/opt/tests/%s-O0" % name, os.path.join(self.sysroot, "opt/tests/%s-O0" % name)


class Host:
    """This machine, by an sshd of our own: its gdbserver isn't emulated, and so doesn't hide what the link costs."""
    name, gdb, settings = "host", "gdb", []

    def __init__(self, folder):
        self.folder = folder
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(folder, key)], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        with open(os.path.join(folder, "sshd_config"), "w") as file:
            file.write("Port %d\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/user.pub\nStrictModes no\nUsePAM no\nPidFile none\n"
                       % (self.port, folder, folder))
        with open(os.path.join(folder, "host.pub")) as file:
            with open(os.path.join(folder, "known_hosts"), "w") as known:
                known.write("rspbridge-bench " + " ".join(file.read().split()[:2]) + "\n")
        self.host = "127.0.0.1"

    @contextlib.contextmanager
    def up(self):
        os.makedirs("/run/sshd", exist_ok=True)  # where Debian's sshd separates its privileges
        with running(["/usr/sbin/sshd", "-D", "-f", os.path.join(self.folder, "sshd_config")], stderr=subprocess.DEVNULL):
            def answers():
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", self.port)) == 0
            wait_for(answers, "sshd")
            yield self

    def ssh_options(self, port):
        return ["-F", "none", "-o", "Port=%d" % port, "-o", "HostKeyAlias=rspbridge-bench", "-o", "StrictHostKeyChecking=yes",
                "-o", "UserKnownHostsFile=%s/known_hosts" % self.folder, "-o", "IdentitiesOnly=yes", "-i", os.path.join(self.folder, "user")]

    def program(self, name):
        built = os.path.join(self.folder, os.path.basename(name))
        if not os.path.exists(built):
            subprocess.run(["g++", "-g", "-O0", "-pthread", os.path.join(TREE, "tests/e2e/programs/%s.cpp" % name), "-o", built], check=True)
        return built, built


def listening_port(file):
    return int(wait_for(lambda: re.search(rb"Listening on port (\d+)", os.pread(file.fileno(), 4096, 0)), "gdbserver")[1])


@contextlib.contextmanager
def plain_tcp(target, program, rtt, mbit):
    """gdbserver itself across the link. Only for Host. Gives where GDB connects, and the link."""
    with tempfile.TemporaryFile() as said:
        with running(["gdbserver", "--once", "--no-startup-with-shell", "127.0.0.1:0", program], stdout=said, stderr=said):
            with link(listening_port(said), rtt, mbit) as relay:
                yield "127.0.0.1:%d" % relay.port, relay


@contextlib.contextmanager
def ssh_forward(target, program, rtt, mbit):
    """gdbserver behind `ssh -L`."""
    with link(target.port, rtt, mbit) as relay, tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory() as folder:
        options = ["ssh", *target.ssh_options(relay.port)]
        with running([*options, target.host, "exec gdbserver --once --no-startup-with-shell 127.0.0.1:0 " + program], stdout=said, stderr=said):
            # ssh picks no port for -L, but a socket in a folder of ours is as good, and as fast.
            path = os.path.join(folder, "stub")
            with running([*options, "-N", "-L", "%s:127.0.0.1:%d" % (path, listening_port(said)), target.host]):
                wait_for(lambda: os.path.exists(path), "ssh -L")
                yield path, relay


@contextlib.contextmanager
def rspbridge(target, program, rtt, mbit, executable, *arguments):
    """Through rspbridge. The third value gives its peak memory in KiB."""
    with link(target.port, rtt, mbit) as relay, tempfile.TemporaryDirectory() as folder:
        ready, path = os.path.join(folder, "ready"), os.path.join(folder, "rsp")
        command = [executable, "exec", *target.ssh_options(relay.port), *arguments, "--listen", "unix:" + path, "--ready-file", ready,
                   "--http", "off", target.host, "--", program]
        with open(os.path.join(folder, "log"), "wb+") as log, running(command, stdout=subprocess.DEVNULL, stderr=log) as process:
            def is_ready():
                if process.poll() is not None:
                    log.seek(0)
                    sys.exit("bench: rspbridge ended: " + log.read().decode())
                return os.path.exists(ready)
            wait_for(is_ready, "rspbridge")

            def peak():
                try:
                    with open("/proc/%d/status" % process.pid) as status:
                        found = re.search(r"VmHWM:\s+(\d+)", status.read())
                except FileNotFoundError:
                    found = None  # it has ended
                return int(found[1]) if found else 0
            yield path, relay, peak
