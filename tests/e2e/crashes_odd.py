"""Triage of what is no crash, or a strange one; batches; and the examples beside a live session. Each gives a valid report or a clear error."""
import base64
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import urllib.request

import corpus
sys.path.insert(0, os.path.join(corpus.TREE, "scripts/benchmarks"))
import ways  # noqa: E402
from crashes import BUILT, CLUSTER, fresh, placed, program, triage, valid
from gdb import Gdb
from scenarios import Scenario
from stubs import Bridge
from target import wait_for

INPUTS, INPUTS_OF_ALL = 15, 100
RTT = 100  # ms
MOST_TRIPS = 7  # of a report, after the crash


def no_symbols(world):
    """Without symbols there are modules and offsets, and the class is the same."""
    folder = fresh(world, "no-symbols")
    done = triage(world, folder, "report", *program(world, "near_null-stripped-O2"))
    report = valid(done)
    assert done.code == 3 and report["crash_info"]["kind"] == "near-null", report["crash_info"]
    top = report["threads"][0]["frames"][0]
    assert (top["function"], top["file"], top["line"]) == (None, None, None), top
    assert re.fullmatch(r"near_null-stripped-O2\+0x[0-9a-f]+|.*/near_null-stripped-O2\+0x[0-9a-f]+", report["crash_line"]), report["crash_line"]
    built = corpus.build_id(placed(world).local("near_null-stripped-O2"))
    assert all(frame.startswith(built + "+0x") for frame in report["hash"]["frames"]), report["hash"]


def corrupt_stack(world):
    """What there is of the stack is told, and that it is cut short."""
    done = triage(world, fresh(world, "corrupt"), "report", *program(world, "corrupt_stack-gcc-O2"))
    report = valid(done)
    thread = report["threads"][0]
    assert done.code == 3 and thread["frames"][0]["function"] == "smash" and thread["frames"][0]["trust"] == "context", thread
    assert thread["truncated"], thread
    assert report["crash_line"].endswith("corrupt_stack.c:11"), report["crash_line"]


def ends_by_itself(world):
    folder = fresh(world, "ends")
    for name, code in (("zero", 0), ("seven", 7)):
        done = triage(world, folder, name, *program(world, "ends-gcc-O0", str(code)))
        report = valid(done)
        assert done.code == 0 and report["outcome"] == "exit", (done.code, report["outcome"], done.said)
        assert report["program"]["exit_code"] == code and report["hash"] is None, report["program"]


def frames_of(report):
    return [frame["function"] for frame in report["threads"][0]["frames"]]


def ends_in_a_panic(world):
    """What ends a program without a signal is a crash with its stack, though a runtime unwinds it, or handles signals elsewhere."""
    folder = fresh(world, "panics")
    for name, arguments, code, kind, top, meaningful in (
            ("go_exit-go", [], 2, "go-panic", "runtime.fatalpanic", ["main.pick", "main.total", "main.main.func1"]),
            ("rust_exit-rust-unwinding-O2", ["3"], 101, "rust-panic", "std::panicking::rust_panic", ["rust_exit::pick", "rust_exit::total", "rust_exit::main", "main"]),
            ("asan_exit-asan-O1", [], 1, "asan", "__sanitizer::Die", ["sum_of", "main"])):
        done = triage(world, folder, name, *program(world, name, *arguments), options=["--symbols", os.path.join(BUILT, "symbols")])
        report = valid(done)
        assert done.code == 3 and report["program"]["exit_code"] == code and report["signal"] is None, (name, done.code, report["program"], report["signal"])
        assert report["crash_info"]["kind"] == kind and frames_of(report)[0] == top, (name, report["crash_info"], frames_of(report))
        assert report["hash"]["frames"] == meaningful, (name, report["hash"])


def panics_are_caught(world):
    """A program that catches its panics and ends well hasn't crashed, however many there were; nor is one of them why it failed otherwise."""
    folder = fresh(world, "caught")
    well = triage(world, folder, "well", *program(world, "rust_exit-rust-unwinding-O2", "20", "and exit"))
    report = valid(well)
    assert well.code == 0 and report["outcome"] == "exit" and report["hash"] is None, (well.code, report["outcome"], report["hash"])
    assert report["program"]["output_tail"].count("panicked at") == 20, report["program"]


def deep_stacks(world):
    """Of a stack of large frames there are as many frames as of any other, in few round trips."""
    folder = fresh(world, "deep")
    nested = os.path.join(folder, "nested")
    with open(nested, "w", encoding="ascii") as file:
        file.write("((\n")
    report = valid(triage(world, folder, "report", *program(world, "parser-gcc-O0"), options=["--stdin", nested]))
    thread = report["threads"][0]
    assert len(thread["frames"]) == 256 and thread["truncated"] == "there are more than 256 frames", (len(thread["frames"]), thread["truncated"])
    assert report["session"]["round_trips"] < 15, report["session"]


def behind_another_program(world):
    """What env or a script becomes is looked at as if it had been started."""
    folder = fresh(world, "exec")
    remote = placed(world).remote("rust_exit-rust-unwinding-O2")
    done = triage(world, folder, "panic", "--", "/usr/bin/env", "X=1", remote, options=["--symbols", os.path.join(BUILT, "symbols")])
    report = valid(done)
    assert done.code == 3 and report["program"]["exit_code"] == 101, (done.code, report["program"])
    assert report["hash"]["frames"] == ["rust_exit::pick", "rust_exit::total", "rust_exit::main", "main"], report["hash"]
    done = triage(world, folder, "signal", "--", "/bin/sh", "-c", "kill -TRAP $$")
    report = valid(done)
    assert done.code == 3 and report["crash_info"]["kind"] == "trap" and report["signal"]["sender_pid"] == report["pid"], (done.code, report["signal"])


def debug_files_of_the_target(world):
    """Debug files that the target has are found by their build-ids, once."""
    folder, name = fresh(world, "debug"), "assertion-stripped-O2"
    build_id = corpus.build_id(placed(world).local(name))
    place = "/usr/lib/debug/.build-id/" + build_id[:2]
    with open(os.path.join(BUILT, "symbols/.build-id", build_id[:2], build_id[2:] + ".debug"), "rb") as file:
        debug = base64.b64encode(file.read()).decode()
    world.guest.run("mkdir -p %s && base64 -d >%s/%s.debug <<'END'\n%s\nEND" % (place, place, build_id[2:], "\n".join(textwrap.wrap(debug, 76))), "arm64-guest-root")
    try:
        report = valid(triage(world, folder, "first", *program(world, name)))
    finally:
        world.guest.run("rm -r " + place, "arm64-guest-root")
    later = valid(triage(world, folder, "later", *program(world, name)))
    for one in (report, later):
        assert one["crash_line"].endswith("assertion.c:10") and one["hash"]["frames"] == ["push", "enqueue", "main"], (one["crash_line"], one["hash"])


def files_are_there_before_the_crash(world):
    """Of a target that nothing is known of, what a report costs after the crash is what it costs later: a few round trips."""
    folder, trips = fresh(world, "link"), []
    guest = ways.Guest(world.guest.directory)
    with ways.link(guest.port, RTT) as link:
        for name in ("cold", "warm"):
            report_file = os.path.join(folder, name + ".json")
            done = subprocess.run([world.rspbridge, "triage", "--json", report_file, *guest.ssh_options(link.port), guest.host,
                                   *program(world, "terminate-gcc-O0")], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  env=world.env(XDG_CACHE_HOME=os.path.join(folder, "cache")), timeout=120)
            assert done.returncode == 3, (done.returncode, done.stderr)
            with open(report_file, encoding="utf-8") as file:
                report = json.load(file)
            assert len(report["modules"]) > 4 and all(module["loaded_symbols"] for module in report["modules"]), report["modules"]
            trips.append(report["session"]["round_trips"])
    world.told.append("a report behind a slow link: %d round trips, %d once the target's files are known" % tuple(trips))
    assert trips[0] == trips[1] and trips[0] <= MOST_TRIPS, trips


def forks(world):
    """A child's crash is the parent's affair, which lives on."""
    done = triage(world, fresh(world, "forks"), "report", *program(world, "ends-gcc-O0", "fork"))
    report = valid(done)
    assert done.code == 0 and report["outcome"] == "exit" and report["program"]["exit_code"] == 0, (done.code, report["outcome"], done.said)
    assert "child: killed" in report["program"]["output_tail"], report["program"]


def never_stops(world):
    done = triage(world, fresh(world, "hang"), "report", *program(world, "hang-gcc-O2"), options=["--timeout", "2"])
    report = valid(done)
    assert done.code == 4 and report["outcome"] == "hang" and report["crash_info"]["kind"] == "hang", (done.code, done.said)
    assert [frame["function"] for frame in report["threads"][0]["frames"][:2]] == ["spin", "main"], report["threads"]
    assert report["program"]["output_tail"] == "waiting\n", report["program"]


def serves_http_if_asked(world):
    """With --http the process can be looked at while triage waits for it; without, nothing is served."""
    folder = fresh(world, "http")
    for asked in (["--http", "127.0.0.1:0"], []):
        with open(os.path.join(folder, "said"), "w+", encoding="utf-8") as said:
            process = subprocess.Popen([world.rspbridge, "triage", "--timeout", "5", *asked, "-F", world.guest.config, "arm64-guest", *program(world, "hang-gcc-O2")],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, env=world.env())
            try:
                if asked:
                    url = wait_for(lambda: re.search(r"http://\S+", pathlib.Path(said.name).read_text(encoding="utf-8")), "HTTP")[0]
                    def running():
                        with urllib.request.urlopen(url + "/healthz", timeout=10) as answer:
                            told = json.load(answer)
                        assert told["session"] == "triage", told
                        return told["target"] == "running" and told["pid"]
                    wait_for(running, "the program")
                assert process.wait(60) == 4
            finally:
                process.kill()
                process.wait()
            if not asked:
                assert "http://" not in pathlib.Path(said.name).read_text(encoding="utf-8")


def nowhere_to_write(world):
    """Said before anything is started."""
    done = triage(world, os.path.join(world.scratch, "no/where"), "report", *program(world, "hang-gcc-O2"))
    assert done.code == 1 and "no/where" in done.said, (done.code, done.said)


def batch(world, count):
    """Many inputs of one program: a report for each that crashed, three groups, and nothing left on the target."""
    folder = fresh(world, "batch")
    remote = world.guest.run("mktemp -d").strip()
    inputs = os.path.join(folder, "inputs")
    try:
        lines = ["l5 1", "l7 2 3", "b500", "((", "fine"]
        world.guest.run("cd %s && for i in $(seq 0 %d); do case $((i %% 5)) in %s esac; done" % (remote, count - 1, " ".join(
            "%d) echo '%s' >$i;;" % pair for pair in enumerate(lines))))
        with open(inputs, "w", encoding="utf-8") as file:
            file.write("".join("%s/%d\n" % (remote, i) for i in range(count)))
        reports = os.path.join(folder, "reports")
        done = subprocess.run([world.rspbridge, "triage", "--batch", inputs, "--jobs", "4", "--json", reports, "-F", world.guest.config, "arm64-guest",
                               *program(world, "parser-gcc-O0", "@@")], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=world.env(), timeout=300)
        assert done.returncode == 3, (done.returncode, done.stderr)
        told = done.stdout.splitlines()
        assert len(told) == count + 1 and {line.split()[0] for line in told[:-1]} == {"%s/%d" % (remote, i) for i in range(count)}, done.stdout
        assert told[-1].startswith("%d inputs: %d crashed, 0 timed out, %d without a crash, 0 failed" % (count, count * 4 // 5, count // 5)), told[-1]
        groups = json.loads(subprocess.run([CLUSTER, reports, "--json"], capture_output=True, text=True, check=True).stdout)
        assert [(group["count"], group["kind"]) for group in groups] == [(count * 2 // 5, "null-dereference"), (count // 5, "abort"), (count // 5, "stack-overflow")], groups
    finally:
        world.guest.run("rm -r " + remote)


def examples(world):
    """Both example scripts tell of a live session what its own report says."""
    scenario = Scenario("crash", os.path.relpath(placed(world).remote("null_read-gcc-O0"), "/opt/tests"), [], [])
    with Bridge(world, scenario, arguments=["--http", "127.0.0.1:0"]) as bridge:
        gdb = Gdb(world.gdb, bridge.temporary())
        try:
            gdb.ask("set sysroot " + world.sysroot)
            gdb.ask("target extended-remote " + bridge.address)
            assert "SIGSEGV" in gdb.ask("continue")
            for script in ("http_example.py", "http_example.sh"):
                done = subprocess.run([os.path.join(corpus.TREE, "scripts/triage", script), bridge.ready["http"]], capture_output=True, text=True, timeout=60)
                assert done.returncode == 3, (script, done)
                assert re.search(r"line +\S*null_read\.c:15\n", done.stdout) and re.search(r"#2 +main at ", done.stdout), done.stdout
        finally:
            gdb.end()


def tests(every):
    many = functools.partial(batch, count=INPUTS_OF_ALL if every else INPUTS)
    yield "crashes/batch", many
    for test in (no_symbols, corrupt_stack, ends_by_itself, ends_in_a_panic, panics_are_caught, deep_stacks, behind_another_program, debug_files_of_the_target, files_are_there_before_the_crash, forks, never_stops, serves_http_if_asked, nowhere_to_write, examples):
        yield "crashes/" + test.__name__.replace("_", "-"), test
