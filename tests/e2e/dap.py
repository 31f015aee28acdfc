"""A client of the Debug Adapter Protocol, which does what VS Code does."""
import collections
import json
import os
import subprocess
import tempfile
import time

from target import readable


class Refused(Exception):
    """The adapter answered a request with success: false."""


class Dap:
    """A debug adapter on its stdin and stdout."""

    def __init__(self, command, env, timeout=60):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        env=dict(env, DEBUGINFOD_URLS=""), start_new_session=True)
        self.timeout, self.pending, self.seq = timeout, b"", 0
        self.answers, self.events, self.log = {}, collections.deque(), []
        self.output = ""

    def send(self, command, **arguments):
        """Sends a request; its number, for answer()."""
        self.seq += 1
        body = json.dumps({"seq": self.seq, "type": "request", "command": command, "arguments": arguments}).encode()
        self.log.append("-> " + body.decode()[:300])
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()
        return self.seq

    def _message(self, end):
        """The adapter's next message is put where it belongs."""
        while True:
            head, separator, rest = self.pending.partition(b"\r\n\r\n")
            if separator:
                length = int(head.rpartition(b"Content-Length: ")[2])
                if len(rest) >= length:
                    break
            ready = readable(self.process.stdout, end - time.monotonic())
            data = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            assert data, "the adapter %s:\n%s\n%s" % ("ended" if ready else "kept silent", "\n".join(self.log[-30:]), self.complaints())
            self.pending += data
        message, self.pending = json.loads(rest[:length]), rest[length:]
        self.log.append("<- " + json.dumps(message)[:600])
        if message["type"] == "response":
            self.answers[message["request_seq"]] = message
        elif message["type"] == "event" and message["event"] == "output":
            self.output += message["body"]["output"]
        elif message["type"] == "event":
            self.events.append(message)

    def complaints(self):
        return os.pread(self.errors.fileno(), 1 << 20, 0)[-2000:].decode("utf-8", "replace")

    def answer(self, number):
        end = time.monotonic() + self.timeout
        while number not in self.answers:
            self._message(end)
        answer = self.answers.pop(number)
        if not answer["success"]:
            raise Refused("%s: %s" % (answer["command"], answer.get("message") or answer.get("body")))
        return answer.get("body") or {}

    def ask(self, command, **arguments):
        return self.answer(self.send(command, **arguments))

    def event(self, name):
        """The next event of that name; others before it are dropped."""
        end = time.monotonic() + self.timeout
        while True:
            while self.events:
                message = self.events.popleft()
                if message["event"] == name:
                    return message.get("body") or {}
            self._message(end)

    def begin(self, entry, breakpoints):
        """Starts the entry's session with breakpoints {source: lines}; the breakpoints' answers."""
        self.capabilities = self.ask("initialize", clientID="vscode", adapterID=entry["type"], linesStartAt1=True, columnsStartAt1=True,
                                     pathFormat="path", supportsRunInTerminalRequest=False)
        own = {key: value for key, value in entry.items() if key not in ("preLaunchTask", "postDebugTask")}
        started = self.send(entry["request"], **own)
        self.event("initialized")
        answers = [self.ask("setBreakpoints", source={"path": path, "name": os.path.basename(path)}, breakpoints=[{"line": line} for line in lines])
                   for path, lines in breakpoints.items()]
        self.ask("configurationDone")
        self.answer(started)
        return [one for answer in answers for one in answer["breakpoints"]]

    def frames(self, thread):
        return self.ask("stackTrace", threadId=thread, startFrame=0, levels=20)["stackFrames"]

    def variables(self, frame):
        """{scope's name: {variable's name: its value}}."""
        found = {}
        for scope in self.ask("scopes", frameId=frame)["scopes"]:
            listed = self.ask("variables", variablesReference=scope["variablesReference"])["variables"]
            found[scope["name"]] = {one["name"]: one["value"] for one in listed}
        return found

    def end(self, **arguments):
        """Disconnects, and waits for the adapter's end."""
        self.ask("disconnect", **arguments)
        self.process.stdin.close()
        self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()
