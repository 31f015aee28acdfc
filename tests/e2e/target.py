"""Where the debugged programs run: the ARM64 guest over ssh, or qemu-user here."""
import os
import re
import select
import socket
import subprocess
import tempfile
import threading
import time

LISTENING = re.compile(rb"Listening on port (\d+)")


def wait_for(condition, what, seconds=30):
    """Polls until `condition()` is true; its value is returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError("waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.02)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def readable(stream, seconds):
    """Waits until `stream` can be read. Unlike select(), it takes descriptors above 1023, which a test beside may have opened."""
    waiting = select.poll()
    waiting.register(stream, select.POLLIN)
    return waiting.poll(max(0, seconds) * 1000)


class Child:
    """A process of ours with its output in files, in a session of its own."""

    def __init__(self, arguments, stdin=subprocess.DEVNULL, env=None):
        self.out_file = tempfile.TemporaryFile()
        self.err_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(arguments, stdin=stdin, stdout=self.out_file, stderr=self.err_file,
                                        env=env, start_new_session=True)

    @staticmethod
    def _text(file):
        return os.pread(file.fileno(), 1 << 24, 0)

    def out(self):
        return self._text(self.out_file)

    def err(self):
        return self._text(self.err_file)

    def said(self, pattern, seconds=30):
        """Waits until the error output matches; the match is returned."""
        def look():
            found = re.search(pattern, self.err())
            if not found and self.process.poll() is not None:
                # What it said with its last breath counts.
                found = re.search(pattern, self.err())
                if not found:
                    raise AssertionError("ended with %d without saying %r; it said:\n%s" % (
                        self.process.returncode, pattern, self.err().decode("utf-8", "replace")))
            return found
        return wait_for(look, "%r in: %r" % (pattern, self.process.args), seconds)

    def session_members(self):
        """Pids that are still alive in the session that this process leads."""
        members = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except OSError:
                continue  # it ended while we looked
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                members.append(int(pid))
        return members

    def end(self, seconds=20):
        """SIGTERM, then SIGKILL; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


# Told apart from what tests start in the guest.
SHELL_NAME = "e2e-shell"
# A process a line: pid and command line. Kernel threads and zombies have none. Only what bash does by itself: starting
# `ps` under emulation costs ten times as much.
LIST_PROCESSES = """for folder in /proc/[0-9]*; do
  mapfile -d '' -t words <$folder/cmdline || continue
  if [ ${#words[@]} != 0 ]; then printf '%s %s\\n' ${folder#/proc/} "${words[*]//$'\\n'/ }"; fi
done 2>/dev/null; true"""


class Shell:
    """A bash in the guest that does one command after another: an ssh and a login for each would cost more than most of them."""

    def __init__(self, ssh):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(ssh + ["exec bash -s " + SHELL_NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, start_new_session=True)
        self.lock = threading.Lock()

    def run(self, command, seconds=60):
        """Standard output and the exit code of a command, which sees no input."""
        end = "@end of %d@" % time.monotonic_ns()
        with self.lock:
            self.process.stdin.write(("(\n%s\n) </dev/null; printf '%%s%%d\\n' '%s' $?\n" % (command, end)).encode())
            self.process.stdin.flush()
            return self._answer(re.compile(re.escape(end).encode() + rb"(\d+)\n"), time.monotonic() + seconds, command)

    def _answer(self, end, deadline, command):
        said = b""
        while True:
            found = end.search(said)
            if found:
                return said[:found.start()].decode(), int(found[1])
            ready = readable(self.process.stdout, deadline - time.monotonic())
            data = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not data:
                raise RuntimeError("%r in the guest: %s; it said %r, and %r" % (
                    command, "the shell ended" if ready else "no end in sight", said, self.complaints()))
            said += data

    def complaints(self):
        """The last of what commands wrote to standard error."""
        return os.pread(self.errors.fileno(), 1 << 24, 0)[-1000:].decode("utf-8", "replace")

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.errors.close()


class Guest:
    """The ARM64 guest, with one multiplexed ssh connection and one shell a user."""

    def __init__(self, directory):
        self.directory = directory
        self.config = os.path.join(directory, "ssh_config")
        self.sysroot = os.path.realpath(os.path.join(directory, "sysroot"))  # as GDB names its files
        self.sockets = tempfile.mkdtemp(prefix="e2e-ssh-")
        self.masters = {}
        self.shells = {}
        self.lock = threading.Lock()

    def _ssh(self, host):
        return ["ssh", "-F", self.config, "-o", "BatchMode=yes", "-o", "ControlPath=%s/%s" % (self.sockets, host)]

    def master(self, host):
        """The arguments of an ssh that goes through the shared connection to `host`."""
        with self.lock:
            if host not in self.masters:
                self.masters[host] = Child(self._ssh(host) + ["-o", "ControlMaster=yes", "-N", host])
                path = "%s/%s" % (self.sockets, host)
                wait_for(lambda: os.path.exists(path), "ssh to " + host)
        return self._ssh(host)

    def _shell(self, host):
        ssh = self.master(host) + [host]
        with self.lock:
            if host not in self.shells:
                self.shells[host] = Shell(ssh)
            return self.shells[host]

    def run(self, command, host="arm64-guest", check=True):
        """Runs a shell command in the guest; its standard output."""
        shell = self._shell(host)
        output, code = shell.run(command)
        if check and code != 0:
            raise RuntimeError("%r in the guest: exit code %d: %s" % (command, code, shell.complaints()))
        return output

    def spawn(self, command, host="arm64-guest"):
        return Child(self.master(host) + [host, command])

    def forward(self, port, host="arm64-guest"):
        """Forwards a free local port to the guest's loopback; (local port, function that ends it)."""
        local = free_port()
        spec = ["-L", "127.0.0.1:%d:127.0.0.1:%d" % (local, port)]
        subprocess.run(self.master(host) + ["-O", "forward"] + spec + [host], check=True, capture_output=True)
        return local, lambda: subprocess.run(self.master(host) + ["-O", "cancel"] + spec + [host], check=True,
                                             capture_output=True)

    def processes(self):
        """{pid: command line} of what runs in the guest besides the system, sshd and our shells."""
        found = {}
        for line in self.run(LIST_PROCESSES, "arm64-guest-root").splitlines():
            pid, command = line.split(" ", 1)
            if not command.startswith(("sshd:", "init", "/sbin/init", "bash -s " + SHELL_NAME)) and not re.search(
                    "sftp-server|/usr/sbin/sshd", command):
                found[int(pid)] = command
        return found

    def settled(self, before, seconds=15):
        """What is left in the guest that wasn't there `before`, after it had some time to go away."""
        def left():
            return {pid: command for pid, command in self.processes().items() if pid not in before}
        end, those = time.monotonic() + seconds, left()
        while those and time.monotonic() < end:
            time.sleep(0.1)
            those = left()
        return those

    def kill(self, pids):
        if pids:
            self.run("kill -9 %s 2>/dev/null; true" % " ".join(map(str, pids)), "arm64-guest-root")

    def close(self):
        for shell in self.shells.values():
            shell.end()
        for child in self.masters.values():
            child.end()
        for name in os.listdir(self.sockets):
            os.unlink(os.path.join(self.sockets, name))
        os.rmdir(self.sockets)
