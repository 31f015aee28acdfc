"""GDB's machine interface as cppdbg, the C++ extension's debugger, uses it."""
import os
import re
import subprocess
import time

from target import readable

# What is sent once GDB runs, before the entry's own setupCommands and after them.
BEFORE_SETUP = ("-gdb-set mi-async on",)
PREPARE = ('-interpreter-exec console "set pagination off"', "-gdb-set auto-solib-add on", "-environment-cd {cwd}", "-file-exec-and-symbols {program}",
           '-interpreter-exec console "show architecture"')
CONNECT = "-target-select {remote} {miDebuggerServerAddress}"
COMPLETE = {"exec-continue": "-exec-continue", "exec-run": "-exec-run"}
# What is asked to show a stop: the threads, the stack with its arguments, the names of the top frame's variables.
SHOW_STACK = ("-thread-info", "-stack-list-frames 0 1000", "-stack-list-arguments 2 0 19", "-thread-info", "-stack-list-variables 0")
SHOW_VARIABLE = '-var-create - * "%s"'
SHOW_REGISTERS = "-data-list-register-values x"


class Mi:
    """A GDB with its machine interface."""

    def __init__(self, command, env, timeout=60):
        self.process = subprocess.Popen([*command, "-q", "-nx", "--interpreter=mi"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env=dict(env, DEBUGINFOD_URLS=""), start_new_session=True)
        self.timeout, self.pending, self.lines = timeout, b"", []
        self.variables = []

    def _line(self, end):
        while b"\n" not in self.pending:
            ready = readable(self.process.stdout, end - time.monotonic())
            data = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            assert data, "GDB %s; the last it said:\n%s" % ("ended" if ready else "kept silent", "\n".join(self.lines[-40:]))
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        self.lines.append(line.decode("utf-8", "replace"))
        return self.lines[-1]

    def ask(self, command, fails=False):
        """The result record of a command, and what it wrote to the console before that."""
        self.process.stdin.write(b"7" + command.encode() + b"\n" if command.startswith("-") else command.encode() + b"\n")
        self.process.stdin.flush()
        end, said = time.monotonic() + self.timeout, ""
        while True:
            line = self._line(end)
            if re.match(r"7?\^", line):
                assert fails or "^error" not in line, "%s: %s" % (command, line)
                return line + said
            if line.startswith("~"):
                said += "\n" + line

    def wait_stop(self):
        """The next *stopped record that tells of a frame of the program or of its end."""
        end = time.monotonic() + self.timeout
        while True:
            line = self._line(end)
            if line.startswith("*stopped"):
                return line

    def connect(self, entry, remote=True):
        """All that comes before the program is let go; without a connection if it isn't `remote`."""
        values = dict(entry, remote="extended-remote" if entry["useExtendedRemote"] else "remote")
        for command in BEFORE_SETUP:
            self.ask(command)
        for command in entry["setupCommands"]:
            self.ask('-interpreter-exec console "%s"' % command["text"], command["ignoreFailures"])
        for command in (*PREPARE, *([CONNECT] if remote else [])):
            self.ask(command.format(**values))

    def go(self, entry):
        """Lets the program run as the entry says, to the next stop."""
        self.ask(COMPLETE[entry["launchCompleteCommand"]])
        return self.wait_stop()

    def show(self):
        """What a person sees after a stop; {what: the record}."""
        for variable in self.variables:
            self.ask("-var-delete " + variable)
        shown = {command: self.ask(command) for command in SHOW_STACK}
        self.variables = []
        for name in re.findall(r'name="(\w+)"', shown[SHOW_STACK[-1]]):
            record = self.ask(SHOW_VARIABLE % name)
            self.variables.append(re.search(r'\^done,name="(\w+)"', record)[1])
            shown[name] = record
        shown[SHOW_REGISTERS] = self.ask(SHOW_REGISTERS)
        return shown

    def next(self):
        self.ask("-exec-next")
        return self.wait_stop()

    def stop(self):
        """The stop button."""
        self.ask("kill", fails=True)
        self.close()

    def disconnect(self):
        """Leaves the process behind."""
        self.ask("-target-disconnect")
        self.close()

    def detach(self):
        self.ask("-target-detach")
        self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.write(b"-gdb-exit\n")
            self.process.stdin.flush()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.process.stdin.closed:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
