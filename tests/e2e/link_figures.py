"""What the link costs, counted: with the far helper beside this machine's own gdbserver, behind the slow link of scripts/bench."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/benchmarks"))
import matrix  # noqa: E402
import ways  # noqa: E402

LINK = "python print(gdb.execute('monitor rspbridge link', to_string=True))"


def session(world, program, commands, far="far", rtt=0, mbit=None):
    """GDB's output after each of the commands, once the program is at main."""
    with tempfile.TemporaryDirectory() as folder, ways.Host(folder).up() as host:
        remote, local = host.program(program)
        with ways.rspbridge(host, remote, rtt, mbit, world.rspbridge, *matrix.BRIDGED[far]) as (address, _, _):
            lines = ["set pagination off", "set confirm off", "set remotetimeout 60", "file " + local, "target remote " + address,
                     "break main", "continue"]
            for command in commands:
                lines += ["echo \\n[command]\\n", command]
            lines += ["echo \\n[command]\\n", "kill"]
            words = [word for line in lines for word in ("-ex", line)]
            done = subprocess.run(["gdb", "-q", "-nx", "-batch", *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=240, text=True,
                                  env=world.env(DEBUGINFOD_URLS=""))
            said = done.stdout.split("\n[command]\n")[1:-1]
            assert len(said) == len(commands), done.stdout + done.stderr
            return said


def number(pattern, text):
    found = re.search(pattern, text)
    assert found, "no %r in:\n%s" % (pattern, text)
    return float(found[1])


def sent_frames(report):
    return number(r"sent: \d+ messages in (\d+) frames", report)


def threads_200(world):
    """At the stop after one at which they were listed, 200 threads are listed without a question."""
    said = session(world, "host/many_threads", ["break ready", "continue", "info threads", "continue", LINK, "info threads", LINK])
    assert len(re.findall(r"Thread \d+\.\d+", said[5])) == 200, said[5]
    assert "ready ()" in said[5], said[5]
    before, after = said[4], said[6]
    assert sent_frames(before) == sent_frames(after), before + after


def stop_bundles(world):
    """80 steps of the standard session's kinds: what comes with a stop takes less than 2 KB on the wire."""
    said = session(world, "demo", ["break leaf", "continue", "bt", "info locals", LINK, *["next"] * 40, *["step"] * 40, LINK])

    def stops(report):
        count = number(r"unasked: (\d+)", report)
        return count, count * number(r"unasked: \d+, (\d+) bytes each", report), number(r"received: .* as (\d+)", report)
    count, bundles, received = (after - before for before, after in zip(stops(said[4]), stops(said[-1])))
    assert count >= 80, said[-1]
    assert 0 < bundles / count < 2048, said[4] + said[-1]
    assert received / count < 2048, said[4] + said[-1]  # even with all that GDB asked besides


def measured(far):
    def test(world):
        """The link's round trip time and bandwidth are found by what passes."""
        said = session(world, "heap", ["break ready", "continue", "dump binary memory /dev/null heap (char*)heap+0x200000", "stepi", LINK], far, 40, 20)
        report = said[-1]
        assert 40 <= number(r"round trip time: ([0-9.]+) ms", report) < 60, report
        assert 10 < number(r"bandwidth from the target: ([0-9.]+) Mbit/s", report) < 30, report
        assert 50000 < number(r"budget (\d+) bytes", report) < 250000, report
        assert number(r"vCont;: (\d+)", report) >= 3, report
    return test


def tests():
    yield "link/200 threads", threads_200
    yield "link/stop bundles", stop_bundles
    for far in ("far", "near"):
        yield "link/measured " + far, measured(far)
