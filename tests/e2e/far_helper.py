"""The far helper on the guest: put there whatever the login shell, and told of in a sentence where it can't be."""
import contextlib
import os
import re
import subprocess

from compare import new_gdb
from scenarios import Scenario
from stubs import Bridge
from target import LISTENING, wait_for

SHELLS = {"bash": "arm64-guest", "csh": "arm64-guest-csh", "ash": "arm64-guest-ash", "root": "arm64-guest-root"}
ROOT = "arm64-guest-root"


class Probe:
    """What tests/e2e/far_probe says about one host."""

    def __init__(self, world, host="arm64-guest"):
        build = os.path.join(os.path.dirname(world.rspbridge), "..")
        self.command = [os.path.join(build, "tests/far_probe"), world.guest.config, host, os.path.join(build, "helpers")]
        self.world, self.host = world, host

    def _run(self, *words):
        done = subprocess.run(self.command + list(words), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.log = done.stderr.decode()
        assert done.returncode == 0, self.log
        return done.stdout.decode().rstrip("\n")

    def start(self, stub="127.0.0.1:1"):
        return self._run("start", stub)

    def remove(self):
        return self._run("remove")

    def files(self):
        return self.world.guest.run("ls -A .cache/rspbridge", self.host, check=False).split()

    def uploads(self):
        return self.log.count("putting the far helper")


@contextlib.contextmanager
def clean(world, host="arm64-guest"):
    """A probe of a user who has no helper, before and after."""
    probe = Probe(world, host)
    probe.remove()
    try:
        yield probe
    finally:
        probe.remove()


@contextlib.contextmanager
def mounted(world, options):
    """A file system of its own at ~dev/.cache."""
    cache = world.guest.run("echo $HOME").strip() + "/.cache"
    world.guest.run("mkdir -p " + cache)
    world.guest.run("mount -t tmpfs -o uid=$(id -u dev),mode=700,%s tmpfs %s" % (options, cache), ROOT)
    try:
        yield cache
    finally:
        world.guest.run("umount " + cache, ROOT)


@contextlib.contextmanager
def gdbserver(world, host):
    child = world.guest.spawn("gdbserver --once 127.0.0.1:0 /bin/true", host)
    try:
        yield "127.0.0.1:" + child.said(LISTENING)[1].decode()
    finally:
        child.end()


def reaches_gdbserver(host):
    def test(world):
        with clean(world, host) as probe, gdbserver(world, "arm64-guest") as stub:
            assert probe.start(stub) == "helper: a stub", probe.log
            assert probe.uploads() == 1, probe.log
            assert len(probe.files()) == 1 and re.fullmatch("[0-9a-f]{64}", probe.files()[0]), probe.files()
            assert "Connection refused" in probe.start() and probe.uploads() == 0, probe.log
            assert probe.remove() == "removed 1"
            assert not probe.files()
    return test


def refused(prepare, undo, expected, left=""):
    """Where the folder isn't as it must be: a sentence, and nothing is written."""
    def test(world):
        with clean(world) as probe:
            world.guest.run(prepare, ROOT)
            try:
                said = probe.start()
                assert re.fullmatch("none: " + expected, said), "%s\n%s" % (said, probe.log)
                found = world.guest.run("ls -A ~dev/.cache/rspbridge/", ROOT, check=False).strip()
                assert found == left, found
            finally:
                world.guest.run(undo, ROOT)
            assert "Connection refused" in probe.start()
    return test


def file_system(options, expected, then=""):
    def test(world):
        with mounted(world, options) as cache:
            if then:
                world.guest.run(then.format(cache=cache), ROOT)
            probe = Probe(world)
            said = probe.start()
            assert re.fullmatch("none: " + expected, said), "%s\n%s" % (said, probe.log)
            assert not [name for name in probe.files() if name.startswith("upload")], probe.files()
    return test


def cut_while_storing(world):
    with clean(world) as probe:
        with subprocess.Popen(probe.command + ["start", "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            wait_for(lambda: probe.files(), "an upload", 20)
            child.kill()
        wait_for(lambda: not any(name.startswith("upload") for name in probe.files()), "the end of what was begun")
        assert "Connection refused" in probe.start()


FOLDER = r"/home/dev/\.cache/rspbridge"


def dump_is_read_ahead(far):
    """GDB waits for few of its reads, wherever far is; the bytes are right."""
    def test(world):
        with Bridge(world, Scenario("dump", "heap-O0", [], []), arguments=["--far", far]) as bridge:
            bridge.folder = bridge.temporary()
            gdb = new_gdb(world, bridge.scenario, bridge.where, bridge)

            def asked():
                return int(re.search(r"(\d+) by asking the stub", gdb.ask("monitor rspbridge link"))[1])
            try:
                gdb.do("break ready")
                gdb.do("continue")
                file, mib, before = os.path.join(bridge.folder, "dump"), 4, asked()
                gdb.do("dump binary memory %s heap (char*)heap+%d" % (file, mib << 20))
                waited = asked() - before
                gdb.do("kill")
            finally:
                gdb.end()
            with open(file, "rb") as got:
                words = memoryview(got.read()).cast("Q")
            assert len(words) == mib << 17, len(words)
            assert all(words[i] == i * 0x9e3779b97f4a7c15 % 2**64 for i in range(0, len(words), 997)), "the dump has wrong bytes"
            # GDB makes more than 400 reads of it.
            assert waited < 12, "GDB waited %d times for the stub" % waited
    return test


def tests():
    for name, host in SHELLS.items():
        yield "far/login shell " + name, reaches_gdbserver(host)
    yield "far/noexec", file_system("noexec", r"the helper in %s can not be run on the target: .*Permission denied.*" % FOLDER)
    yield "far/read-only", file_system("size=10m", r"no folder for the helper on the target: .*Read-only file system.*",
                                       "mount -o remount,ro {cache}")
    yield "far/no space", file_system("size=500k", r"the helper can not be stored in %s on the target: .*No space left.*" % FOLDER)
    yield "far/another's folder", refused(
        "mkdir -m 755 ~dev/.cache/rspbridge", "rmdir ~dev/.cache/rspbridge", FOLDER + r" on the target belongs to another user \(0\)")
    yield "far/a folder that can't be entered", refused(
        "mkdir -m 700 ~dev/.cache/rspbridge", "rmdir ~dev/.cache/rspbridge", FOLDER + r" on the target can not be entered: .+")
    yield "far/a folder open to others", refused(
        "mkdir -m 777 ~dev/.cache/rspbridge; chown dev ~dev/.cache/rspbridge", "rmdir ~dev/.cache/rspbridge",
        FOLDER + r" on the target is open to others \(drwxrwxrwx\): chmod 700 it")
    yield "far/a symbolic link", refused(
        "mkdir -m 700 ~dev/elsewhere; chown dev ~dev/elsewhere; ln -s ../elsewhere ~dev/.cache/rspbridge",
        "rm ~dev/.cache/rspbridge; rmdir ~dev/elsewhere", "there is a symbolic link on the way to %s on the target" % FOLDER)
    yield "far/cut while it is stored", cut_while_storing
    for far in ("require", "never"):
        yield "far/dump " + far, dump_is_read_ahead(far)
