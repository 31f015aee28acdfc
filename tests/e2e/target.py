"""Where the debugged programs run: the ARM64 guest over ssh, or qemu-user here."""
import os
import re
import socket
import subprocess
import tempfile
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


class Guest:
    """The ARM64 guest, with one multiplexed ssh connection a user."""

    def __init__(self, directory):
        self.directory = directory
        self.config = os.path.join(directory, "ssh_config")
        self.sysroot = os.path.join(directory, "sysroot")
        self.sockets = tempfile.mkdtemp(prefix="e2e-ssh-")
        self.masters = {}

    def _ssh(self, host):
        return ["ssh", "-F", self.config, "-o", "BatchMode=yes", "-o", "ControlPath=%s/%s" % (self.sockets, host)]

    def master(self, host):
        """The arguments of an ssh that goes through the shared connection to `host`."""
        if host not in self.masters:
            self.masters[host] = Child(self._ssh(host) + ["-o", "ControlMaster=yes", "-N", host])
            path = "%s/%s" % (self.sockets, host)
            wait_for(lambda: os.path.exists(path), "ssh to " + host)
        return self._ssh(host)

    def run(self, command, host="arm64-guest", check=True):
        """Runs a shell command in the guest; its standard output."""
        done = subprocess.run(self.master(host) + [host, command], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60)
        if check and done.returncode != 0:
            raise RuntimeError("%r in the guest: exit code %d: %s" % (command, done.returncode, done.stderr.decode()))
        return done.stdout.decode()

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
        """{pid: command line} of what runs in the guest besides the system, sshd and this question."""
        found = {}
        for line in self.run("ps -ww -eo pid=,ppid=,args=", "arm64-guest-root").splitlines():
            pid, parent, command = line.split(None, 2)
            if parent in ("2", "0") or command.startswith(("sshd:", "init", "/sbin/init", "ps -ww", "bash -c ps -ww")):
                continue
            if "sftp-server" in command or "/usr/sbin/sshd" in command:
                continue
            found[int(pid)] = command
        return found

    def settled(self, before, seconds=15):
        """What is left in the guest that wasn't there `before`, after it had some time to go away."""
        def left():
            return {pid: command for pid, command in self.processes().items() if pid not in before}
        end = time.monotonic() + seconds
        while left() and time.monotonic() < end:
            time.sleep(0.2)
        return left()

    def kill(self, pids):
        if pids:
            self.run("kill -9 %s 2>/dev/null; true" % " ".join(map(str, pids)), "arm64-guest-root")

    def close(self):
        for child in self.masters.values():
            child.end()
        for name in os.listdir(self.sockets):
            os.unlink(os.path.join(self.sockets, name))
        os.rmdir(self.sockets)
