"""The standard session over every way and several links, as a table, JSON and a plot."""
import difflib
import json
import os
import platform
import subprocess
import sys

import measures
import ways

# By name: rspbridge's options. With "hints" GDB has its helper.
BRIDGED = {"near": ["--far", "never"], "far": ["--far", "require"], "hints": ["--far", "require"]}
NEVER_MIND = ("Reading ", "warning: File transfers")  # GDB says this once or twice, by how long a file takes


def links(rtts, mbits):
    """Every round trip time without a limit, and the longest with each."""
    return [(rtt, None) for rtt in rtts] + [(max(rtts), mbit) for mbit in mbits if max(rtts)]


def lines(transcript):
    return [line for line in transcript.splitlines() if not line.startswith(NEVER_MIND)]


def one(target, way, rtt, mbit, executable):
    """One session: seconds, turns and bytes on the link, transcript, peak memory in KiB."""
    program, peak = target.program("demo")[0], 0
    if way in BRIDGED:
        with ways.rspbridge(target, program, rtt, mbit, executable, *BRIDGED[way]) as (address, relay, memory):
            with measures.Peak(memory) as watch:
                seconds, transcript = measures.session(address, target, way == "hints")
            stats, peak = relay.ended(), watch.most
    else:
        with {"tcp": ways.plain_tcp, "ssh -L": ways.ssh_forward}[way](target, program, rtt, mbit) as (address, relay):
            seconds, transcript = measures.session(address, target)
            stats = relay.ended()
    return {"way": way, "rtt_ms": rtt, "mbit": mbit, "seconds": round(seconds, 3), "turns": stats["turns"],
            "bytes": stats["bytes_to_server"] + stats["bytes_to_client"], "peak_kib": peak, "transcript": transcript}


def run(target, executable, only, rtts, mbits):
    """A list of rows; prints them as they come. Ends the program if a transcript differs from that of `ssh -L`."""
    rows = []
    print("%-8s %7s %8s | %9s %7s %7s %11s" % ("way", "rtt ms", "Mbit/s", "seconds", "faster", "turns", "bytes"), flush=True)
    for rtt, mbit in links(rtts, mbits):
        base = None
        for way in (*(("tcp",) if target.name == "host" else ()), "ssh -L", *only):
            row = one(target, way, rtt, mbit, executable)
            if way == "ssh -L":
                base = row
            row["faster"] = round(base["seconds"] / row["seconds"], 2) if base else None
            print("%-8s %7g %8s | %9.2f %6sx %7d %11d" % (way, rtt, mbit or "-", row["seconds"], row["faster"] or "-", row["turns"], row["bytes"]),
                  flush=True)
            rows.append(row)
            if base and lines(row["transcript"]) != lines(base["transcript"]):
                print("\n".join(difflib.unified_diff(lines(base["transcript"]), lines(row["transcript"]), "ssh -L", way, lineterm="")))
                sys.exit("bench: the transcripts differ")
    print("all transcripts are equal")
    return rows


def write_json(path, rows, target):
    with open(path, "w") as file:
        json.dump({"version": 1, "target": target.name, "machine": machine(), "rows": [{k: v for k, v in row.items() if k != "transcript"} for row in rows]},
                  file, indent=1)
        file.write("\n")


def machine():
    model = subprocess.run("sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1", shell=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return "%d x %s, Linux %s" % (os.cpu_count(), model, platform.release())


COLOURS = {"tcp": "#999999", "ssh -L": "#d55e00", "near": "#56b4e9", "far": "#0072b2", "hints": "#009e73"}


def write_svg(path, rows):
    """Seconds of each way, a group of bars a link, on a logarithmic scale."""
    import math
    groups = list(dict.fromkeys((row["rtt_ms"], row["mbit"]) for row in rows))
    names = list(dict.fromkeys(row["way"] for row in rows))
    bar, gap, height, left = 26, 30, 260, 60
    width = left + len(groups) * (bar * len(names) + gap) + 20
    top = max(row["seconds"] for row in rows)
    low, high = -1, math.ceil(math.log10(top))

    def y(seconds):
        return 30 + height * (1 - (math.log10(max(seconds, 0.1)) - low) / (high - low))
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">' % (width, height + 90),
           '<rect width="100%" height="100%" fill="#ffffff"/>', '<text x="%d" y="18">seconds that the standard session takes</text>' % left]
    for power in range(low, high + 1):
        out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#dddddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>' % (
            left, width - 10, y(10**power), y(10**power), left - 6, y(10**power) + 4, 10**power))
    for g, group in enumerate(groups):
        x = left + gap / 2 + g * (bar * len(names) + gap)
        for n, name in enumerate(names):
            for row in rows:
                if (row["rtt_ms"], row["mbit"]) == group and row["way"] == name:
                    out.append('<rect x="%.1f" y="%.1f" width="%d" height="%.1f" fill="%s"><title>%s: %.2f s</title></rect>' % (
                        x + n * bar, y(row["seconds"]), bar - 3, 30 + height - y(row["seconds"]), COLOURS[name], name, row["seconds"]))
                    out.append('<text x="%.1f" y="%.1f" text-anchor="middle" font-size="9">%.3g</text>' % (x + n * bar + bar / 2 - 1, y(row["seconds"]) - 3, row["seconds"]))
        label = "%g ms" % group[0] + (", %g Mbit/s" % group[1] if group[1] else "")
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (x + bar * len(names) / 2, height + 48, label))
    for n, name in enumerate(names):
        out.append('<rect x="%d" y="%d" width="10" height="10" fill="%s"/><text x="%d" y="%d">%s</text>' % (
            left + n * 80, height + 64, COLOURS[name], left + n * 80 + 14, height + 73, name))
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n</svg>\n")
