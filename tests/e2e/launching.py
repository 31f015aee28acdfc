"""How rspbridge starts things: arguments byte for byte, input and output, listening, and each kind of target."""
import json
import os
import pty
import re
import shlex
import socket
import stat
import subprocess

from compare import new_gdb
from scenarios import Scenario
from stubs import Bridge
from target import Child, wait_for

# gdbserver takes these without its shell.
PLAIN = ["plain", "-n", "--", "--once", "$HOME", "$(id)", "`id`", "*", "~", "'", '"', "''", '"x"', "a\\b", "\\", "!", "!!", "#x", ";", "&", "|",
         "<x>", "(x)", "{a,b}", "[a-z]", "%s", "%d%n", "=", "x=y", "\u00fc\u00df\u20ac", b"\x80\xfe\xff", b"\x01\x7f\x1b", "x" * 5000]
# These make it start with its shell.
BLANK = ["two words", " leading", "trailing ", "\t", "new\nline", "\n", "", "it's \"quoted\" $HOME `id` * \\ !x", "", *PLAIN]
SHELLS = {"bash": "arm64-guest", "csh": "arm64-guest-csh", "ash": "arm64-guest-ash", "root": "arm64-guest-root"}
LISTS = {"plain": PLAIN, "blank": BLANK, "none": []}


def as_bytes(argument):
    return argument if isinstance(argument, bytes) else argument.encode()


def run_through(world, bridge, *commands):
    """Connects a GDB and does the commands; what GDB said."""
    with bridge:
        bridge.folder = bridge.temporary()
        gdb = new_gdb(world, bridge.scenario, bridge.where, bridge)
        try:
            for command in commands:
                gdb.do(command)
        finally:
            gdb.end()
        if "exited" in gdb.text():
            code = bridge.ended()
            assert code == 0, "exit code %d; rspbridge said:\n%s" % (code, bridge.said())
        return gdb.text()


def arguments_arrive(shell, kind):
    def test(world):
        wanted = LISTS[kind]
        scenario = Scenario("args", "args", [], [], args=[as_bytes(argument) for argument in wanted])
        bridge = Bridge(world, scenario, host=SHELLS[shell])
        text = run_through(world, bridge, "continue")
        assert "exited normally" in text, text
        expected = "".join("arg %d:%s\n" % (n, as_bytes(a).hex()) for n, a in enumerate(wanted, 1)) + "args end\n"
        assert bridge.output() == expected, "the program got\n%s\ninstead of\n%s" % (bridge.output(), expected)
    return test


def qemu_arguments(world):
    scenario = Scenario("args", "args", [], [], args=[as_bytes(argument) for argument in BLANK])
    bridge = Bridge(world, scenario, where="qemu")
    run_through(world, bridge, "continue")
    assert "arg 1:74776f20776f726473\n" in bridge.output() and bridge.output().endswith("args end\n"), bridge.output()


def input_and_outputs(where):
    def test(world):
        with subprocess.Popen(["printf", "one\\ntwo"], stdout=subprocess.PIPE) as source:
            bridge = Bridge(world, Scenario("echo", "echo", [], [], args=["to stderr", "3"]), where=where, stdin=source.stdout)
            text = run_through(world, bridge, "continue")
        assert "exited with code 03" in text, text
        assert bridge.output() == "terminals: 0 0 0\ngot: one\ngot: twoend of input\n", bridge.output()
        assert "error output: to stderr\n" in bridge.said(), bridge.said()
    return test


def no_input(world):
    bridge = Bridge(world, Scenario("echo", "echo", [], [], args=["x"]))
    run_through(world, bridge, "continue")
    assert bridge.output() == "terminals: 0 0 0\nend of input\n", bridge.output()


def terminal(world):
    """With a terminal on both sides the program gets one too."""
    master, slave = pty.openpty()
    ready = os.path.join(world.scratch, "ready-pty.json")
    scenario = Scenario("echo", "echo", [], [], args=["x"])
    bridge = Bridge(world, scenario)
    process = subprocess.Popen(bridge.command_line(ready), stdin=slave, stdout=slave, stderr=subprocess.PIPE, start_new_session=True)
    os.close(slave)
    try:
        wait_for(lambda: os.path.exists(ready), "the ready file")
        bridge.folder = world.scratch
        with open(ready) as file:
            bridge.address = json.load(file)["rsp"][0]
        gdb = new_gdb(world, scenario, "guest", bridge)
        gdb.send("continue")
        os.write(master, b"typed\n\x04")
        said = b""
        while b"end of input" not in said:
            said += os.read(master, 1000)
        gdb.end()
        process.wait(30)
        assert b"terminals: 1 1 1" in said and b"got: typed" in said, said
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        os.close(master)
    assert not os.path.exists(ready), "the ready file is left behind"


def ready_file(world):
    bridge = Bridge(world, Scenario("steps", "steps", [], []), listen=("127.0.0.1:0", "unix:" + world.scratch + "/gdb.socket"))
    with bridge:
        ready = bridge.ready
        assert bridge.ready_mode == 0o600, oct(bridge.ready_mode)
        assert ready["version"] == 1 and ready["pid"] == bridge.child.process.pid, ready
        assert set(ready) == {"version", "pid", "session", "verb", "target", "program", "rsp", "http", "http_token_file", "view", "target_pid"}, ready
        assert len(ready["rsp"]) == 2 and ready["rsp"][0].startswith("127.0.0.1:"), ready
        args = world.guest.run("cat /proc/%d/cmdline" % ready["target_pid"])
        assert "/opt/tests/steps" in args, args
        socket_file = os.stat(world.scratch + "/gdb.socket")
        assert stat.S_ISSOCK(socket_file.st_mode), oct(socket_file.st_mode)
        bridge.folder, bridge.address = bridge.temporary(), world.scratch + "/gdb.socket"
        gdb = new_gdb(world, bridge.scenario, "guest", bridge)
        gdb.do("tbreak add")
        gdb.do("continue")
        gdb.end()
        assert "add (a=9, b=16)" in gdb.text(), gdb.text()
    assert not os.path.exists(world.scratch + "/gdb.socket"), "the socket is left behind"


def another_user(world):
    """Who isn't this user or root gets no answer. (Only root can try that.)"""
    with Bridge(world, Scenario("steps", "steps", [], [])) as bridge:
        port = int(bridge.address.rpartition(":")[2])
        probe = ("import os, socket; os.setgid(65534); os.setuid(65534); s = socket.create_connection(('127.0.0.1', %d));"
                 "s.settimeout(10); s.sendall(b'$qSupported#37'); print(s.recv(100))") % port
        done = subprocess.run(["python3", "-c", probe], capture_output=True, timeout=30)
        assert b"$" not in done.stdout and b"+" not in done.stdout, "served a stranger: %r" % done.stdout
        with socket.create_connection(("127.0.0.1", port)) as mine:
            mine.settimeout(10)
            mine.sendall(b"+$qSupported:multiprocess+#c6")
            answer = mine.recv(4096)
        assert b"PacketSize=" in answer or answer == b"+", answer


def default_port_taken(world):
    """The default port, unasked and taken, becomes a free one, and one line says so."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("127.0.0.1", 2345))
        taken.listen()
    except OSError:
        taken.close()  # somebody else has it, which serves as well
    with taken, Bridge(world, Scenario("steps", "steps", [], []), listen=()) as bridge:
        assert bridge.address != "127.0.0.1:2345", bridge.ready
        lines = [line for line in bridge.said().splitlines() if "2345" in line]
        assert len(lines) == 1, bridge.said()


def gdb_in_front(world):
    """--gdb starts GDB, connected, and ends with it."""
    wrapper = os.path.join(world.scratch, "my-gdb")
    with open(wrapper, "w") as file:
        file.write("#!/bin/sh\nexec %s -nx -q -batch -iex 'set sysroot %s' \"$@\" -ex 'break add' -ex continue -ex bt\n" %
                   (shlex.quote(world.gdb), world.sysroot))
    os.chmod(wrapper, 0o755)
    done = subprocess.run([world.rspbridge, "exec", "-F", world.guest.config, "--listen", "127.0.0.1:0", "--gdb=" + wrapper, "arm64-guest", "--", "/opt/tests/steps"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=90)
    out = done.stdout.decode()
    assert done.returncode == 0, (done.returncode, out, done.stderr)
    assert "#1 " in out and "distance_squared" in out, (out, done.stderr.decode())


def recording(world):
    path = os.path.join(world.scratch, "record")
    run_through(world, Bridge(world, Scenario("steps", "steps", [], []), arguments=["--record", path]), "tbreak main", "continue", "kill")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for line in (r"gdb  -> .*\$qSupported", r"gdb  <- .*PacketSize=", r"stub -> .*\$qSupported", r"stub <- .*PacketSize="):
        assert re.search(r"^\d+\.\d+ " + line, text, re.M), "no line like %r" % line


def connect_case(how):
    """`connect` reaches a stub that already runs, in each way there is."""
    def test(world):
        guest = world.guest
        program = "/opt/tests/steps"
        children, cleanups = [], []
        try:
            if how in ("remote", "tcp"):
                stub = guest.spawn("exec gdbserver --once --no-startup-with-shell 127.0.0.1:0 " + program)
                children.append(stub)
                port = int(stub.said(rb"Listening on port (\d+)")[1])
            if how == "remote":
                arguments = ["arm64-guest", "--remote", "127.0.0.1:%d" % port]
            elif how == "tcp":
                local, cancel = guest.forward(port)
                cleanups.append(cancel)
                arguments = ["tcp://127.0.0.1:%d" % local]
            elif how == "unix":
                path = os.path.join(world.scratch, "qemu.socket")
                children.append(Child(["qemu-aarch64", "-g", path, world.sysroot + program], env=world.qemu_env()))
                wait_for(lambda: os.path.exists(path), "qemu's socket")
                arguments = ["unix:" + path]
            else:
                ssh = shlex.join(guest.master("arm64-guest") + ["arm64-guest", "exec gdbserver --once - " + program])
                arguments = ["exec:" + ssh]
            scenario = Scenario("connect", "steps", [], [], verb="connect", args=arguments)
            text = run_through(world, Bridge(world, scenario), "break square", "continue", "bt", "delete", "kill")
            assert "square (a=3)" in text and "distance_squared" in text, text
        finally:
            for cleanup in cleanups:
                cleanup()
            for child in children:
                child.end()
    return test


def another_architecture(world):
    """An x86-64 stub is served as it is, and rspbridge says that this isn't ARM64."""
    scenario = Scenario("another architecture", "steps", [], [], verb="connect", args=["exec:gdbserver --once - /bin/true"])
    bridge = Bridge(world, scenario)
    text = run_through(world, bridge, "info registers rip", "stepi", "kill")
    assert re.search(r"rip +0x[0-9a-f]+", text) and "killed" in text, text
    assert "i386:x86-64, not aarch64" in bridge.said(), bridge.said()


def another_architecture_later(world):
    """A view that was picked before the stub had a process gives way to an x86-64 one."""
    scenario = Scenario("another architecture", "steps", [], [], verb="connect", args=["exec:gdbserver --multi -"])
    with Bridge(world, scenario) as bridge:
        commands = ["target extended-remote " + bridge.address, "set remote exec-file /bin/true", "starti", "info registers rip", "stepi",
                    "x/2i $pc", "monitor rspbridge view", "kill"]
        done = subprocess.run(["gdb", "-q", "-nx", "-batch", *(word for command in commands for word in ("-ex", command))],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              encoding="utf-8", errors="replace", env=dict(os.environ, LC_ALL="C"))
        text = done.stdout + done.stderr
        assert re.search(r"rip +0x[0-9a-f]+", text) and re.search(r"=> 0x.*\n +0x", text), text
        assert "native: the target is i386:x86-64" in text and "killed" in text, text
        assert "view native: the target is i386:x86-64" in bridge.said(), bridge.said()


def informative(arguments, pattern):
    def test(world):
        done = subprocess.run([world.rspbridge, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr)
        assert pattern in done.stdout, done.stdout
    return test


def doctor(world):
    done = subprocess.run([world.rspbridge, "doctor", "-F", world.guest.config, "arm64-guest"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60)
    text = done.stdout.decode()
    assert done.returncode == 0, (done.returncode, text, done.stderr)
    for word in ("host key", "gdbserver", "ptrace_scope", "aarch64", "gdb-multiarch"):
        assert word in text, "no word of %r:\n%s" % (word, text)


def tests():
    for shell in SHELLS:
        for kind in LISTS:
            yield "launch/arguments-%s-%s" % (shell, kind), arguments_arrive(shell, kind)
    yield "launch/arguments-qemu", qemu_arguments
    yield "launch/input-and-outputs", input_and_outputs("guest")
    yield "launch/input-and-outputs-qemu", input_and_outputs("qemu")
    yield "launch/no-input", no_input
    yield "launch/terminal", terminal
    yield "launch/ready-file", ready_file
    if os.geteuid() == 0:
        yield "launch/another-user", another_user
    yield "launch/default-port-taken", default_port_taken
    yield "launch/gdb-in-front", gdb_in_front
    yield "launch/record", recording
    for how in ("remote", "tcp", "unix", "stdio"):
        yield "launch/connect-" + how, connect_case(how)
    yield "launch/another-architecture", another_architecture
    yield "launch/another-architecture-later", another_architecture_later
    yield "launch/version", informative(["--version"], b"rspbridge 0.")
    yield "launch/help", informative(["--help"], b"TARGET")
    yield "launch/packets", informative(["packets"], b"vCont")
    yield "launch/doctor", doctor
