"""Triage of core files: the same report as of the live process; of one that is cut short, or none at all, a valid report or a clear error."""
import os
import re
import struct

from crashes import BUILT, fresh, program, triage, valid


def refused(done, folder, code, pattern):
    """An error that says why, and not a byte of a report."""
    assert done.code == code, (done.code, done.said)
    assert re.search(pattern, done.said), done.said
    assert os.listdir(folder) == [], os.listdir(folder)


def core_of_a_crash(world, folder):
    path = os.path.join(folder, "core")
    done = triage(world, folder, "live", *program(world, "null_read-gcc-O0"), options=["--core-out", path])
    assert done.code == 3, done.said
    return path, done.report


def of_core(world, folder, core):
    return triage(world, folder, "dead", "--core", core, options=["--sysroot", world.sysroot, "--symbols", os.path.join(BUILT, "target")], target=False)


def same_from_a_core(world):
    """A core file and its sysroot give the frames, the class and the hash of the live process."""
    folder = fresh(world, "core")
    core, live = core_of_a_crash(world, folder)
    done = of_core(world, folder, core)
    dead = valid(done)
    assert done.code == 3, done.said
    for name in ("crash_info", "signal", "hash", "crash_line", "severity"):
        assert dead[name] == live[name], (name, dead[name], live[name])
    for register in ["sp", "pc", "cpsr", *("x%d" % number for number in range(31))]:
        assert dead["registers"][register] == live["registers"][register], register
    assert [frame["offset"] for frame in dead["threads"][0]["frames"]] == [frame["offset"] for frame in live["threads"][0]["frames"]]


def headers_first(core):
    """The core file as a kernel writes it: its program headers, which stand at the end, before everything else. Cut short, it has them still."""
    offset, count = struct.unpack_from("<Q", core, 32)[0], struct.unpack_from("<H", core, 56)[0]
    moved = -(-(64 + 56 * count) // 4096) * 4096
    begin = bytearray(core[:64])
    struct.pack_into("<Q", begin, 32, 64)
    table = bytearray(core[offset:offset + 56 * count])
    for at in range(8, len(table), 56):
        struct.pack_into("<Q", table, at, struct.unpack_from("<Q", table, at)[0] + moved)
    return bytes(begin + table).ljust(moved, b"\0") + core[:offset]


def truncated_core(world):
    """Whatever is missing, there is a valid report or an error."""
    folder = fresh(world, "truncated")
    core, live = core_of_a_crash(world, folder)
    with open(core, "rb") as file:
        whole = headers_first(file.read())
    reports = 0
    for share in (0, 40, 64, 3000, len(whole) // 4, len(whole) // 2, len(whole) - 4096, len(whole) - 10):
        cut = os.path.join(fresh(world, "cut-%d" % share), "core")
        with open(cut, "wb") as file:
            file.write(whole[:share])
        done = of_core(world, os.path.dirname(cut), cut)
        if done.report is None:
            assert done.code == 1 and re.search(r"(?i)core|truncated|ELF", done.said), (share, done.code, done.said)
            assert os.listdir(os.path.dirname(cut)) == ["core"]
        else:
            reports += 1
            assert valid(done)["session"]["core_truncated"], (share, done.report["session"])
    assert reports > 0, "no cut of the core file made a report"


def header(machine, kind):
    """An ELF header of 64 bits, and nothing behind it."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0, 0, 0, 0, 64, 56, 0, 0, 0, 0)


def strange_cores(world):
    """A core of another architecture, a program, text, nothing at all: an error that says so."""
    cases = {"x86-64": (header(62, 4), r"(?i)x86|architecture|aarch64|arm64"), "program": (header(183, 2), r"(?i)core"), "text": (b"hello\n" * 100, r"(?i)core|ELF"),
             "empty": (b"", r"(?i)core|ELF|empty")}
    for name, (content, pattern) in cases.items():
        folder, core = fresh(world, "strange-" + name), os.path.join(world.scratch, name + ".core")
        with open(core, "wb") as file:
            file.write(content)
        refused(of_core(world, folder, core), folder, 1, pattern)
    folder = fresh(world, "strange-none")
    refused(of_core(world, folder, "/nonexistent/core"), folder, 1, "/nonexistent/core")


def tests():
    for test in (same_from_a_core, truncated_core, strange_cores):
        yield "crashes/" + test.__name__.replace("_", "-"), test
