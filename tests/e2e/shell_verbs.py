"""What the verbs that look at a session print, against HTTP's own answers and what GDB shows."""
import contextlib
import http.server
import json
import os
import pty
import re
import signal
import subprocess
import threading

from over_http import HEAP, SPINNER, THREADS, debugged, get
from stubs import Bridge
from target import wait_for


@contextlib.contextmanager
def own_sessions(world):
    """Sessions that are started meanwhile are the only ones."""
    folder = os.path.join(world.scratch, "runtime-%d" % len(os.listdir(world.scratch)))
    os.mkdir(folder, 0o700)
    world.runtime = folder
    try:
        yield os.path.join(folder, "rspbridge")
    finally:
        world.runtime = None


def ask(world, *words, code=0, **environment):
    done = subprocess.run([world.rspbridge, *words], capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
                          env=dict(world.env(), LC_ALL="C.UTF-8", **environment))
    assert done.returncode == code, (words, done)
    return done.stdout if code == 0 else done.stderr.decode()


def on_terminal(world, columns, *words):
    """What a terminal of that width gets, and the exit code."""
    pid, terminal = pty.fork()
    if pid == 0:
        environment = dict(world.env(), LC_ALL="C.UTF-8", TERM="xterm", COLUMNS=str(columns))
        environment.pop("NO_COLOR", None)
        os.execve(world.rspbridge, [world.rspbridge, *words], environment)
    text = b""
    with contextlib.suppress(OSError):  # Linux tells the end of a pty so
        while piece := os.read(terminal, 65536):
            text += piece
    os.close(terminal)
    return text.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def tables_and_json(world):
    """Tables tell what HTTP's JSON tells; --json is that JSON."""
    with own_sessions(world), debugged(world, THREADS, "break worker", "continue") as (bridge, gdb):
        for verb, path in (("memmap", "/debug/elf/memmap"), ("threads", "/debug/threads"), ("registers", "/debug/registers")):
            assert ask(world, verb, "--json") == get(bridge, path).body, verb
        assert ask(world, "memmap", "--delve", "--perm", "x").strip() == get(bridge, "/debug/elf/memmap?format=delve&perm=x").body
        entries = get(bridge, "/debug/elf/memmap").json["entries"]
        lines = ask(world, "memmap").decode().splitlines()
        assert [line.split()[0] for line in lines[1:-1]] == ["%012x-%012x" % (one["Addr"], one["Addr"] + one["Size"]) for one in entries], lines
        assert lines[-1].startswith("%d mappings: " % len(entries)), lines[-1]
        some = ask(world, "memmap", "--addr", hex(entries[0]["Addr"] + 7), "--path", "threads").decode().splitlines()
        assert len(some) == 3 and some[1].split() == lines[1].split(), some
        threads = get(bridge, "/debug/threads").json
        lines = ask(world, "threads").decode().splitlines()
        marked = [line for line in lines if line.startswith("*")]
        assert len(lines) == len(threads["threads"]) + 2 and len(marked) == 1 and threads["stopped"] in marked[0], lines
        for thread in threads["threads"]:
            lines = ask(world, "registers", "--thread", thread["id"]).decode().splitlines()
            shown = dict(line.split() for line in lines[:-1])
            assert shown["pc"] == thread["pc"] and shown["sp"] == thread["sp"] and thread["id"] in lines[-1], lines
        sp = int(gdb.ask("output/d (long)$sp"))
        shown = bytes(int(byte, 16) for byte in re.findall(r"\b0x([0-9a-f]{2})\b(?!:)", gdb.ask("x/64xb $sp")))
        assert ask(world, "memory", hex(sp), "64", "--raw") == shown
        assert bytes.fromhex(json.loads(ask(world, "memory", str(sp), "64", "--json"))["bytes"]) == shown
        dump = ask(world, "memory", hex(sp), "16").decode()
        assert dump.startswith("%012x  %s  " % (sp, shown[:16].hex(" "))), dump


def on_a_terminal(world):
    """A terminal gets colours and lines that fit, and no bytes."""
    with own_sessions(world), debugged(world, HEAP, "break main", "continue"):
        for columns in (80, 140):
            for verb in ("memmap", "threads", "registers", "sessions"):
                text, code = on_terminal(world, columns, verb)
                plain = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")
                assert code == 0 and all(len(line) <= columns for line in plain.split("\n")), (verb, plain)
                assert verb == "registers" or "\x1b[1m" in text, text
        text, code = on_terminal(world, 80, "core")
        assert code == 2 and "aren't for a terminal" in text, text


def which_session(world):
    """The only session is found; of several one must be chosen; none, a dead one and one without HTTP are told of."""
    with own_sessions(world) as folder:
        assert "rspbridge exec TARGET -- PROGRAM" in ask(world, "threads", code=255)
        assert json.loads(ask(world, "sessions", "--json")) == []
        with Bridge(world, HEAP) as first, Bridge(world, SPINNER, arguments=["--http", "off"]) as second:
            names = [bridge.ready["session"] for bridge in (first, second)]
            assert [one["session"] for one in json.loads(ask(world, "sessions", "--json"))] == sorted(names)
            several = ask(world, "threads", code=2)
            assert all(name in several for name in names) and "/opt/tests/heap" in several, several
            assert "--http off" in ask(world, "threads", "--session", names[1], code=1)
            assert ask(world, "threads", "--session", names[0][:-1]) == ask(world, "threads", "--session", first.ready["http"])
            second.child.process.send_signal(signal.SIGKILL)
            second.child.process.wait()
            assert os.path.exists(os.path.join(folder, names[1] + ".json"))
            assert len(ask(world, "threads").splitlines()) == 3  # it isn't asked which
            assert os.listdir(folder) and not any(name.startswith(names[1]) for name in os.listdir(folder)), os.listdir(folder)
        assert os.listdir(folder) == []


def refusals(world):
    """What HTTP refuses is told in its words."""
    token = os.path.join(world.scratch, "token")
    with open(token, "w") as file:
        file.write("correct-horse\n")
    with own_sessions(world), debugged(world, SPINNER, "break spin", "continue", "delete",
                                       arguments=["--http", "127.0.0.1:0", "--http-token-file", token]) as (bridge, gdb):
        assert "--http-token-file FILE" in ask(world, "threads", "--session", bridge.ready["http"], code=1)
        assert ask(world, "threads") == ask(world, "threads", "--session", bridge.ready["http"], "--http-token-file", token)
        assert ask(world, "threads", "--http-token-file", token)
        assert "can't read 0x0" in ask(world, "memory", "0", "16", "--http-token-file", token, code=1)
        output = os.path.join(world.scratch, "refused")
        gdb.send("continue")
        wait_for(lambda: get(bridge, "/healthz", Authorization="Bearer correct-horse").json["target"] == "running", "the target to run")
        assert "running" in ask(world, "memory", "4096", "16", "-o", output, "--http-token-file", token, code=1)
        assert not os.path.exists(output) and b"running" in ask(world, "memmap", "--http-token-file", token).splitlines()[-1]
        os.kill(gdb.process.pid, signal.SIGINT)
        gdb.answer()


class SlowCore(http.server.BaseHTTPRequestHandler):
    """A core of 8 MiB, the second half of which waits."""
    released = threading.Event()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(8 << 20))
        self.end_headers()
        self.wfile.write(b"c" * (4 << 20))
        self.released.wait(60)
        with contextlib.suppress(OSError):  # who was interrupted is gone
            self.wfile.write(b"c" * (4 << 20))

    def log_message(self, *_):
        pass


def interrupted_core(world):
    """Of a core that is interrupted nothing stays; one that isn't is there as a whole, and only then."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowCore)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = os.path.join(world.scratch, "cores")
    os.mkdir(folder)
    try:
        command = [world.rspbridge, "core", "-o", os.path.join(folder, "core"), "--session", "http://127.0.0.1:%d" % server.server_port]

        def partial():
            return [name for name in os.listdir(folder) if os.path.getsize(os.path.join(folder, name)) == 4 << 20]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as first:
            wait_for(partial, "half a core")
            first.send_signal(signal.SIGINT)
            assert first.wait(10) == -signal.SIGINT and first.stderr.read() == b""
        assert os.listdir(folder) == []
        with subprocess.Popen(command, stderr=subprocess.PIPE) as second:
            wait_for(partial, "half a core")
            assert not os.path.exists(command[3])
            SlowCore.released.set()
            assert second.wait(10) == 0, second.stderr.read()
        assert os.listdir(folder) == ["core"] and os.path.getsize(command[3]) == 8 << 20
    finally:
        SlowCore.released.set()
        server.shutdown()
        server.server_close()


def tests():
    for test in (tables_and_json, on_a_terminal, which_session, refusals, interrupted_core):
        yield "shell/" + test.__name__.replace("_", "-"), test
