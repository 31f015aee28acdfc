"""A GDB that is driven by script: one command at a time, each answered up to the next prompt."""
import os
import re
import shlex
import signal
import subprocess
import time

from target import readable

PROMPT = "@prompt@"


class GdbError(Exception):
    """GDB ended, or kept silent for too long."""


class Gdb:
    """One GDB process: `executable` may have arguments. `transcript` is a list of [command, output]."""

    def __init__(self, executable, home, timeout=90):
        env = dict(os.environ, DEBUGINFOD_URLS="", LC_ALL="C", HOME=home, TERM="dumb")
        # A session of its own: a ^C that we send reaches this GDB alone.
        self.process = subprocess.Popen(
            [*shlex.split(executable), "-q", "-nx"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=env, start_new_session=True)
        self.timeout = timeout
        self.pending = b""
        self.transcript = []
        self.send("set prompt %s\\n" % PROMPT)
        self.answer()
        for setting in ("pagination off", "confirm off", "width 0", "height 0",
                        "print thread-events off", "breakpoint pending off"):
            self.ask("set " + setting)

    def send(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, command):
        """Does a command without leaving a trace in the transcript."""
        self.send(command)
        return self.answer()

    def do(self, command):
        """Does a command or directive, and records it.

        `CMD @^C` interrupts CMD once it runs; `@wait REGEX` waits for asynchronous output.
        """
        if command.startswith("@wait "):
            output = self._until(command[len("@wait "):])
        elif command.endswith(" @^C"):
            output = self._interrupted(command[:-len(" @^C")])
        else:
            output = self.ask(command)
        self.transcript.append([command, output])
        return output

    def end(self):
        """Lets GDB go; kills it when it won't."""
        if self.process.poll() is None:
            try:
                self.send("quit")
                self.process.wait(20)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self.kill()
        self._close()

    def kill(self):
        """Takes GDB away without a word to anybody."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self):
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # what was still to be said has no reader

    def _interrupted(self, command):
        self.send(command)
        before = self._until(r"Continuing(?: with .*)?\.\n|Starting program.*\n")
        # GDB says so just before it resumes: give the resume time to be under way.
        time.sleep(0.5)
        self.interrupt()
        return before + self.answer()

    def interrupt(self):
        """^C."""
        os.kill(self.process.pid, signal.SIGINT)

    def answer(self):
        """What a command that was sent has said, once the prompt is there."""
        return self._until(re.escape(PROMPT) + "\n", keep=False)

    def _until(self, pattern, keep=True):
        wanted = re.compile(pattern.encode())
        end = time.monotonic() + self.timeout
        while True:
            found = wanted.search(self.pending)
            if found:
                output = self.pending[:found.end() if keep else found.start()]
                self.pending = self.pending[found.end():]
                return output.decode("utf-8", "replace").replace(PROMPT + "\n", "")
            self._read(end, pattern)

    def _read(self, end, pattern):
        ready = readable(self.process.stdout, end - time.monotonic())
        data = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
        if not data:
            why = "GDB ended" if ready else "GDB said nothing like %r in %d s" % (pattern, self.timeout)
            raise GdbError("%s; the last it said:\n%s\nbefore that:\n%s" % (
                why, self.pending.decode("utf-8", "replace")[-1500:], self.text()[-1500:]))
        self.pending += data

    def text(self):
        return "".join("(gdb) %s\n%s" % (command, output) for command, output in self.transcript)
