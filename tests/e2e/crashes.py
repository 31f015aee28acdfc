"""Reports of the crashing programs of tests/crashes: what they say beside what was written down, and beside what gdb-multiarch sees in the core
file of the same stop."""
import collections
import concurrent.futures
import functools
import json
import os
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../crashes"), os.path.join(HERE, "../support")]

import backtraces
import corpus
import json_schema

BUILT = os.path.join(corpus.TREE, "build/crashes")
CLUSTER = os.path.join(corpus.TREE, "scripts/triage/cluster.py")
AT_ONCE = 2
QUICK_PARTS, ALL_PARTS = 3, 8  # so that several guests can share the corpus


def schema():
    with open(os.path.join(corpus.TREE, "docs/crash-report.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def placed(world):
    """All programs on the world's guest: copied once, removed when the world ends."""
    if not hasattr(world, "crashes"):
        corpus.make(BUILT)
        world.crashes = corpus.OnTarget(world.guest, BUILT)
        world.at_close.append(world.crashes.remove)
    return world.crashes


class Done:
    """What a triage came to."""

    def __init__(self, process, report):
        self.code, self.out, self.said = process.returncode, process.stdout, process.stderr
        self.report = None
        if os.path.exists(report):
            with open(report, encoding="utf-8") as file:
                self.report = json.load(file)


def triage(world, folder, name, *what, options=(), target=True):
    """Runs `rspbridge triage`; the report is FOLDER/NAME.json."""
    report = os.path.join(folder, name + ".json")
    reached = ["-F", world.guest.config, "arm64-guest"] if target else []
    command = [world.rspbridge, "triage", "--json", report, *options, *reached, *what]
    return Done(subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", env=world.env(), timeout=120,
                               start_new_session=True), report)


def program(world, name, *arguments):
    return ["--", placed(world).remote(name), *arguments]


def fresh(world, name):
    path = os.path.join(world.scratch, name)
    os.makedirs(path)
    return path


def valid(done):
    """The report, once it is known to be one."""
    assert done.report is not None, done.said
    problems = json_schema.problems(done.report, schema())
    assert not problems, "\n".join(problems[:10])
    return done.report


# ---- the corpus ----

def triage_run(world, folder, run):
    options = ["--core-out", os.path.join(folder, run.name + ".core"), "--symbols", os.path.join(BUILT, "symbols")]
    if run.stdin is not None:
        path = os.path.join(folder, run.name + ".stdin")
        with open(path, "w", encoding="utf-8") as file:
            file.write(run.stdin)
        options += ["--stdin", path]
    return triage(world, folder, run.name, *program(world, run.build.name, *run.args), options=options)


def file_and_line(place):
    """Without the folders of the file."""
    return place and place.rpartition("/")[2]


def as_written(run, report):
    """What of a report isn't as corpus.toml says."""
    crash, severity = report["crash_info"] or {}, report["severity"] or {}
    told = {"signal": (report["signal"] or {}).get("name"), "kind": crash.get("kind"), "severity": severity.get("short_description"),
            "line": file_and_line(report["crash_line"]), "frames": (report["hash"] or {}).get("frames")}
    wanted = {"signal": run.signal, "kind": run.kind, "severity": run.severity, "line": run.line, "frames": run.told_frames or run.frames}
    if run.exception:
        told["exception"], wanted["exception"] = crash.get("exception_type"), run.exception
    for name, value in wanted.items():
        if value and told[name] != value:
            yield "%s: %s, not %s" % (name, told[name], value)


def of_report(frame):
    return (frame.get("offset") and int(frame["offset"], 16), backtraces.plain(frame.get("function")), bool(frame.get("inline")),
            bool(frame.get("signal_frame")), frame.get("line"))


def of_gdb(frame):
    name = "<signal handler called>" if frame["signal"] else backtraces.plain(frame["function"])
    return frame["pc"], name, frame["inline"], frame["signal"], frame["line"]


def against_gdb(report, seen, ends_differ):
    """(frames compared, those that differ, each with both sides) of all threads. The first frame of each is always compared."""
    if "error" in seen:
        return 0, ["gdb: " + seen["error"]]
    ours = {thread["thread_id"]: [of_report(frame) for frame in thread["frames"]] for thread in report["threads"]}
    compared, different = 0, []
    for thread in seen["threads"]:
        theirs = [of_gdb(frame) for frame in thread["frames"]]
        mine = ours.get(thread["lwp"], [])[:backtraces.MOST_FRAMES]
        count = max(1, min(len(theirs), len(mine))) if ends_differ else max(len(theirs), len(mine))
        compared += count
        for at in range(count):
            one, other = mine[at] if at < len(mine) else None, theirs[at] if at < len(theirs) else None
            if one != other:
                different.append("thread %d, #%d: %s, gdb: %s" % (thread["lwp"], at, one, other))
    return compared, different


class Hashes:
    """The hash of each group, over all parts of the corpus and all guests."""

    def __init__(self):
        self.lock, self.pairs = threading.Lock(), set()

    def add(self, runs, reports):
        """All (group, hash) known so far, these among them."""
        with self.lock:
            self.pairs |= {(run.group, (reports[run.name]["hash"] or {}).get("exact")) for run in runs}
            return set(self.pairs)


def split_and_collided(pairs):
    """Groups that have several hashes, and hashes that several groups have."""
    hashes, groups = collections.defaultdict(set), collections.defaultdict(set)
    for group, exact in pairs:
        hashes[group].add(exact)
        groups[exact].add(group)
    return {group: len(those) for group, those in hashes.items() if len(those) > 1}, [sorted(those) for those in groups.values() if len(those) > 1]


def reports_of_all(world, folder, runs):
    """{run's name: report}, and what is wrong with those that are none."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        done = dict(zip([run.name for run in runs], pool.map(lambda run: triage_run(world, folder, run), runs)))
    wrong = ["%s: exit code %d: %s" % (name, one.code, one.said[-500:]) for name, one in done.items() if one.code != 3 or one.report is None]
    return {name: one.report for name, one in done.items() if one.report is not None}, wrong


def corpus_is_as_written(world, part, builds, hashes):
    """Class, line, frames and hash of each; and GDB sees the same frames."""
    folder, rules = fresh(world, part), schema()
    runs = placed(world).runs(builds)
    reports, wrong = reports_of_all(world, folder, runs)
    runs = [run for run in runs if run.name in reports]
    cores = {run.name: (placed(world).local(run.build.name), os.path.join(folder, run.name + ".core")) for run in runs}
    seen = backtraces.of_cores(world.gdb, world.sysroot, BUILT, cores)
    frames = differing = same = beside_gdb = 0
    for run in runs:
        report = reports[run.name]
        compared, different = (0, []) if run.beyond_gdb else against_gdb(report, seen[run.name], run.ends_differ)
        frames, differing = frames + compared, differing + len(different)
        beside_gdb, same = beside_gdb + (not run.beyond_gdb), same + (not run.beyond_gdb and not different)
        problems = [*json_schema.problems(report, rules), *as_written(run, report), *different]
        wrong += ["%s: %s" % (run.name, problem) for problem in problems[:6]]
    split, collided = split_and_collided(hashes.add(runs, reports))
    wrong += ["%s has %d hashes" % pair for pair in split.items()] + ["one hash for %s" % ", ".join(those) for those in collided]
    world.told.append(part + ": %d runs of %d programs: %d backtraces of %d and %d frames of %d as in GDB; %d groups, %d split, %d collisions" % (
        len(runs), len({run.build.source for run in runs}), same, beside_gdb, frames - differing, frames, len({run.group for run in runs}), len(split), len(collided)))
    clustered = subprocess.run([CLUSTER, folder, "--json"], capture_output=True, text=True)
    if clustered.returncode != 0 or len(json.loads(clustered.stdout)) != len({run.group for run in runs}):
        wrong.append("cluster.py: %s%s" % (clustered.stderr, clustered.stdout[:300]))
    assert not wrong, "\n".join([*world.told[-1:], *wrong])


def tests(every):
    """The corpus in parts: its quick builds, or every build."""
    builds = [build for build in corpus.builds() if not build.left_out and (every or build.quick)]
    parts, hashes = ALL_PARTS if every else QUICK_PARTS, Hashes()
    for at in range(parts):
        part = "corpus-%d" % (at + 1)
        yield "crashes/" + part, functools.partial(corpus_is_as_written, part=part, builds=builds[at::parts], hashes=hashes)
