"""What HTTP answers about a process that GDB debugs, against what GDB and the target's own /proc say."""
import contextlib
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from over_http import HEAP, SPINNER, THREADS, debugged, get, plain, stands
from stubs import Bridge
from target import wait_for


def delve_rules(smaps):
    """What Delve's memory map makes of the text of /proc/PID/smaps."""
    entries = []
    for block in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", smaps)[1:]:
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) (\S+) \d+ *(.*)", block)
        flags = re.search(r"(?m)^VmFlags:(.*)$", block)[1].split()
        if {"pf", "dd", "io"} & set(flags):
            continue
        file_backed = head[5].split(":")[0].strip("0") != ""
        begin, end = int(head[1], 16), int(head[2], 16)
        entries.append({"Addr": begin, "Size": end - begin, "Read": head[3][0] == "r", "Write": head[3][1] == "w", "Exec": head[3][2] == "x",
                        "Filename": head[6] if file_backed else "", "Offset": int(head[4], 16) if file_backed else 0})
    return entries


def memory_map(world):
    """The map is that of the target's /proc/PID/smaps, entry by entry, also by Delve's rules."""
    with debugged(world, HEAP, "break main", "continue") as (bridge, _):
        smaps = world.guest.run("cat /proc/%d/smaps" % bridge.ready["target_pid"], "arm64-guest-root")
        answer = get(bridge, "/debug/elf/memmap")
        document = answer.json
        assert document["source"] == "smaps" and document["arch"] == "aarch64" and document["page_size"] == 4096, document
        assert document["pid"] == bridge.ready["target_pid"] and document["stop_id"] == answer.stop_id
        theirs = [(int(a, 16), int(b, 16) - int(a, 16), rights, int(offset, 16), path)
                  for a, b, rights, offset, path in re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) \S+ \d+ *(.*)$", smaps)]
        ours = [(entry["Addr"], entry["Size"],
                 "r-"[not entry["Read"]] + "w-"[not entry["Write"]] + "x-"[not entry["Exec"]] + "sp"[entry["Private"]], entry["Offset"],
                 entry["Filename"]) for entry in document["entries"]]
        assert ours == theirs, (ours, theirs)
        flags = [line.split() for line in re.findall(r"(?m)^VmFlags:(.*)$", smaps)]
        assert [entry["VmFlags"] for entry in document["entries"]] == flags
        program = next(entry for entry in document["entries"] if entry["Filename"] == "/opt/tests/heap")
        notes = subprocess.run(["readelf", "-n", HEAP.local_program(world)], capture_output=True, text=True, check=True).stdout
        assert program["BuildID"] == re.search(r"Build ID: (\w+)", notes)[1], program
        assert {"[stack]", "[vdso]"} <= {entry["Label"] for entry in document["entries"]}
        expected = delve_rules(smaps)
        delves = get(bridge, "/debug/elf/memmap?format=delve")
        assert delves.json == expected
        assert delves.body.decode() == json.dumps(expected, separators=(",", ":"))
        executable = get(bridge, "/debug/elf/memmap?perm=x").json["entries"]
        assert executable and all(entry["Exec"] for entry in executable)
        one = get(bridge, "/debug/elf/memmap?addr=%d" % (program["Addr"] + 5)).json["entries"]
        assert [entry["Addr"] for entry in one] == [program["Addr"]]
        modules = get(bridge, "/debug/elf/modules").json
        assert any("libc.so.6" in json.dumps(module) for module in modules["modules"]), modules


def threads_and_registers(world):
    """Threads, registers, memory and instructions are those that GDB shows, and GDB notices nothing."""
    with debugged(world, THREADS, "break worker", "continue") as (bridge, gdb):
        for number in (1, 2):
            gdb.ask("thread %d" % number)
            before = gdb.ask("info registers")
            listed = get(bridge, "/debug/threads").json["threads"]
            theirs = re.findall(r"Thread (\d+)\.(\d+)", gdb.ask("info threads"))
            assert sorted("p%x.%x" % (int(pid), int(tid)) for pid, tid in theirs) == sorted(thread["id"] for thread in listed), (theirs, listed)
            ptid = re.search(r"Thread (\d+)\.(\d+)", gdb.ask("thread"))
            ours = get(bridge, "/debug/registers?thread=p%x.%x" % (int(ptid[1]), int(ptid[2]))).json
            values = {register["name"]: register["value"] for register in ours["registers"]}
            for name, value in re.findall(r"(?m)^(\w+) +(0x[0-9a-f]+)", before):
                assert int(values[name], 16) == int(value, 16), (name, value, values[name])
            assert len(re.findall(r"(?m)^x\d+ ", before)) == 31
            pc, sp = int(values["pc"], 16), int(values["sp"], 16)
            shown = bytes(int(byte, 16) for byte in re.findall(r"\b0x([0-9a-f]{2})\b(?!:)", gdb.ask("x/64xb $sp")))
            assert get(bridge, "/debug/memory?addr=0x%x&length=64" % sp).body == shown
            code = get(bridge, "/debug/disassemble?addr=0x%x&count=3" % pc).json["instructions"]
            mnemonics = re.findall(r"(?m):\t(\S+)", gdb.ask("x/3i $pc"))
            assert [one["address"] for one in code] == ["0x%x" % (pc + 4 * i) for i in range(3)], code
            assert [one["text"].split()[0] for one in code] == mnemonics, (code, mnemonics)
            gdb.ask("maint flush register-cache")
            assert gdb.ask("info registers") == before, "GDB's registers changed"


def while_it_runs(world):
    """Without a stop there is a map, and all else says so; events tell of each change."""
    with debugged(world, SPINNER, "break spin", "continue", "delete") as (bridge, gdb):
        events, stopped = [], get(bridge, "/healthz")

        def listen():
            with urllib.request.urlopen(bridge.ready["http"] + "/debug/events", timeout=60) as stream:
                for line in stream:
                    if line.startswith(b"event: "):
                        events.append(line[7:].strip().decode())

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        wait_for(lambda: events == ["state"], "the first event")
        gdb.send("continue")
        stands(bridge, "running")
        running = get(bridge, "/debug/elf/memmap")
        assert running.status == 200 and running.json["running"] and running.json["entries"]
        for target in ("/debug/threads", "/debug/registers", "/debug/elf/modules", "/debug/memory?addr=4096&length=1", "/debug/disassemble?addr=0",
                       "/debug/core"):
            refused = get(bridge, target)
            assert refused.status == 409 and refused.json["error"]["code"] == "running" and refused.json["error"]["sentence"], refused.body
        os.kill(gdb.process.pid, signal.SIGINT)
        gdb.answer()
        stands(bridge, "stopped")
        again = get(bridge, "/debug/threads")
        assert again.status == 200 and again.stop_id > stopped.stop_id
        gdb.ask("kill")
        wait_for(lambda: "exit" in events, "the event of the end; came: %r" % events)
        assert [event for event in events if event != "state"][:3] == ["resume", "stop", "exit"], events


def memory_of_this_stop(world):
    """What GDB writes is seen; nothing of an earlier stop is; an ETag names both."""
    with debugged(world, HEAP, "break main", "continue") as (bridge, gdb):
        sp = int(gdb.ask("output/d (long)$sp"))
        target = "/debug/memory?addr=%d&length=8" % (sp + 16)
        first = get(bridge, target)
        assert get(bridge, target, If_None_Match=first.headers["ETag"]).status == 304
        gdb.ask("set var *(long*)($sp+16) = 0x1122334455667788")
        second = get(bridge, target, If_None_Match=first.headers["ETag"])
        assert second.status == 200 and second.body == bytes.fromhex("8877665544332211"), second.body
        gdb.ask("next")
        third = get(bridge, target)
        assert third.stop_id > first.stop_id and third.headers["ETag"] not in (first.headers["ETag"], second.headers["ETag"])
        part = get(bridge, "/debug/memory?addr=%d&length=32" % sp, Range="bytes=8-15")
        assert part.status == 206 and part.body == get(bridge, "/debug/memory?addr=%d&length=8" % (sp + 8)).body
        for bad, status in (("addr=0&length=16", 404), ("addr=0xfffffffffffffff0&length=32", 400), ("addr=-1&length=1", 400),
                            ("addr=0&length=0", 400), ("addr=0&length=1000000000000", 413)):
            refused = get(bridge, "/debug/memory?" + bad)
            assert refused.status == status and refused.json["error"]["sentence"], (bad, refused.status, refused.body)


def any_view(world):
    """With a GDB that knows no ARM64, HTTP still tells ARM64's registers."""
    stock = Bridge(world, HEAP, arguments=["--view", "x86_64"])
    stock.folder = None
    with stock:
        commands = ["target extended-remote " + stock.address, "break main", "continue", "output/x (unsigned long)$a64_pc"]
        said = subprocess.run(["gdb", "-nx", "-q", "-batch", *[word for one in commands for word in ("-ex", one)],
                               "-ex", "shell %s -c 'import urllib.request as u; print(u.urlopen(\"%s/debug/registers\").read().decode())'" % (
                                   sys.executable, stock.ready["http"])], capture_output=True, text=True, timeout=120).stdout
        pc = re.search(r"(0x[0-9a-f]+)\{", said)
        assert pc, said
        registers = {one["name"]: one["value"] for one in json.loads(said[pc.end() - 1:said.rindex("}") + 1])["registers"]}
        assert "x30" in registers and "rip" not in registers and int(registers["pc"], 16) == int(pc[1], 16), said


def who_may_ask(world):
    """A foreign name, a page's origin and a missing token are refused; `off` is off."""
    with plain(world, "--http", "off") as bridge:
        assert bridge.ready["http"] is None and bridge.ready["view"]
    token = "correct-horse"
    with plain(world) as bridge:
        assert get(bridge, "/healthz", Host="evil.example:40000").status == 403
        assert get(bridge, "/healthz", Origin="http://evil.example").status == 403
        file = os.path.join(bridge.temporary(), "token")
        with open(file, "w") as out:
            out.write(token + "\n")
        with plain(world, "--http", "127.0.0.1:0", "--http-token-file", file) as guarded:
            assert get(guarded, "/healthz").status == 401
            assert get(guarded, "/healthz", Authorization="Bearer wrong").status == 401
            assert get(guarded, "/healthz", Authorization="Bearer " + token).status == 200


OTHER_USER = """
import encodings.idna, os, socket, sys
os.setgid({gid}); os.setuid({uid})
for kind, where in (("tcp", sys.argv[1]), ("tcp", sys.argv[2]), ("unix", sys.argv[3])):
    try:
        if kind == "tcp":
            peer = socket.create_connection(("127.0.0.1", int(where)), 10)
            peer.sendall(b"+$qSupported#37" if where == sys.argv[1] else b"GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
        else:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            peer.settimeout(10)
            peer.connect(where)
        print("answered" if peer.recv(100) else "cut off")
    except OSError as error:
        print("refused" if isinstance(error, (PermissionError, ConnectionResetError)) else error)
"""


def another_user(world):
    """Another user of this machine gets nothing from the ports and the view, and the log tells. Needs root, to become one."""
    if os.getuid() != 0:
        raise AssertionError("this test becomes another user, so it must be run by root")
    nobody = pwd.getpwnam("nobody")
    with plain(world, "--http", "127.0.0.1:0") as bridge:
        rsp = bridge.address.rsplit(":", 1)[1]
        http = bridge.ready["http"].rsplit(":", 1)[1]
        said = subprocess.run([sys.executable, "-c", OTHER_USER.format(gid=nobody.pw_gid, uid=nobody.pw_uid), rsp, http, bridge.ready["view"]],
                              capture_output=True, text=True, timeout=60)
        lines = said.stdout.split("\n")[:3]
        assert len(lines) == 3 and set(lines) <= {"refused", "cut off"}, said
        wait_for(lambda: bridge.said().count("refused") >= 2, "the log of the refusals; it says: " + bridge.said(), 5)
        assert get(bridge, "/healthz").status == 200


def port_taken(world):
    """An unasked port that is taken becomes another, which is said; one that was asked for is an error."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bridge = Bridge(world, HEAP, arguments=["--http", str(taken.getsockname()[1])])
        bridge.folder = None
        try:
            with bridge:
                raise AssertionError("it started")
        except AssertionError as error:
            assert "--http" in str(error) and "rspbridge ended with 1" in str(error), error
    with plain(world) as first, plain(world) as second:
        assert first.ready["http"] != second.ready["http"]
        for bridge in (first, second):
            has_it = bridge.ready["http"].endswith(":40000")
            assert has_it != ("HTTP: port 40000 is taken" in bridge.said()), (bridge.ready, bridge.said())


def many_streams(world):
    """A thousand streams of events are served at once, and GDB steps meanwhile."""
    with debugged(world, HEAP, "break main", "continue") as (bridge, gdb):
        host, port = bridge.ready["http"][7:].split(":")
        streams = []
        with contextlib.ExitStack() as stack:
            for _ in range(1000):
                stream = stack.enter_context(socket.create_connection((host, int(port)), 10))
                stream.sendall(("GET /debug/events HTTP/1.1\r\nHost: %s:%s\r\n\r\n" % (host, port)).encode())
                streams.append(stream)
            deadline = time.monotonic() + 60
            for stream in streams:
                stream.settimeout(max(1, deadline - time.monotonic()))
                text = b""
                while b"event: state" not in text:
                    piece = stream.recv(4096)
                    assert piece, text
                    text += piece
            gdb.ask("next")
            for stream in streams:
                text = b""
                while b"event: stop" not in text:
                    piece = stream.recv(4096)
                    assert piece, text
                    text += piece


def tests():
    for test in (memory_map, threads_and_registers, while_it_runs, memory_of_this_stop, any_view, who_may_ask, another_user, port_taken,
                 many_streams):
        yield "http/" + test.__name__.replace("_", "-"), test
