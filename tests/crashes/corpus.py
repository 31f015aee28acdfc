"""The crashing programs: what corpus.toml says of them, and their builds for ARM64."""
import concurrent.futures
import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.realpath(os.path.join(HERE, "../.."))
SOURCES = os.path.join(HERE, "programs")
# Where the debug information says that the sources are.
MAPPED = "/opt/crashes"

COMPILERS = {
    "gcc": {".c": ["aarch64-linux-gnu-gcc", "-std=gnu11"], ".cpp": ["aarch64-linux-gnu-g++", "-std=gnu++17"]},
    "clang": {".c": ["clang", "--target=aarch64-linux-gnu", "-std=gnu11"],
              ".cpp": ["clang++", "--target=aarch64-linux-gnu", "-std=gnu++17"]},
}
RUST = os.path.join(TREE, ".cache/rust-arm64/root/usr")


class Build:
    """One program, built in one way."""

    def __init__(self, program, way, how):
        self.program, self.way, self.how = program, way, how
        self.source = program["source"]
        self.stem, self.extension = os.path.splitext(self.source)
        self.name = "%s-%s" % (self.stem, way)
        self.quick, self.left_out = way in program.get("quick", []), program.get("left_out")
        self.stripped = how.get("strip", False)
        self.needs = program.get("needs")  # a feature of the processor, as /proc/cpuinfo names it

    def commands(self, out):
        """The commands that make `out`; each is (arguments, environment)."""
        source = os.path.join(SOURCES, self.source)
        flags = shlex.split(self.how["flags"])
        if self.how["compiler"] == "go":
            flags = " ".join([*flags, "-trimpath=%s=>%s" % (SOURCES, MAPPED)])
            environment = {"CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": "arm64", "GO111MODULE": "off", "GOFLAGS": ""}
            return [(["go", "build", "-gcflags=" + flags, "-o", out, source], environment)]
        if self.how["compiler"] == "rust":
            # By its full name: another rustc couldn't read Debian's library.
            return [(["/usr/bin/rustc", "--edition=2021", "--target=aarch64-unknown-linux-gnu", "--sysroot", RUST, "-g",
                      "-C", "linker=aarch64-linux-gnu-gcc", "--remap-path-prefix", "%s=%s" % (SOURCES, MAPPED), *flags,
                      "-o", out, source], {})]
        common = ["-g", "-pthread", "-Wall", "-ffile-prefix-map=%s=%s" % (SOURCES, MAPPED)]
        compiler = COMPILERS[self.how["compiler"]][self.extension]
        commands, library = [], []
        if "library" in self.program:
            shared = os.path.join(os.path.dirname(out), "lib%s.so" % self.name)
            commands.append(([*compiler, *common, *flags, "-fPIC", "-shared", "-Wl,-soname," + os.path.basename(shared), "-o", shared, os.path.join(SOURCES, self.program["library"])], {}))
            library = [shared, "-Wl,-rpath,$ORIGIN"]
        commands.append(([*compiler, *common, *flags, "-o", out, source, *library], {}))
        return commands

    def files(self):
        """The sources that it is made of."""
        return [os.path.join(SOURCES, name) for name in (self.source, self.program.get("library")) if name]


class Run:
    """One run of a build: how it is started, and what a report must say of it."""

    def __init__(self, build, number, run):
        expected = {**build.program, **run}
        self.build = build
        self.name = build.name if number == 0 else "%s-%d" % (build.name, number + 1)
        self.args = expected.get("args", [])
        self.stdin = expected.get("stdin")
        self.signal, self.kind, self.severity = expected["signal"], expected["kind"], expected.get("severity")
        self.exception = expected.get("exception")
        self.group = expected.get("group", build.source)
        self.frames = expected.get("frames", [])
        self.ends_differ = bool(expected.get("ends_differ"))
        self.told_frames = expected.get("told_frames")
        self.told, self.beyond_gdb = expected.get("told", False), expected.get("beyond_gdb", False)
        self.line = "%s:%d" % (expected.get("file", build.source), expected["line"]) if expected["line"] else None


def read():
    with open(os.path.join(HERE, "corpus.toml"), "rb") as file:
        return tomllib.load(file)


def builds():
    data = read()
    return [Build(program, way, data["ways"][way]) for program in data["program"] for way in program["ways"]]


def runs(of=None):
    """All runs, or those of the builds `of`."""
    found = []
    for build in builds() if of is None else of:
        for number, run in enumerate(build.program.get("runs", [{}])):
            if build.way in run.get("ways", [build.way]):
                found.append(Run(build, number, run))
    return found


def _stamp(build, commands):
    """What a build depends on. The compilers' own versions are Debian's, and change with it."""
    digest = hashlib.sha256(repr((commands, build.stripped)).encode())
    for name in build.files():
        with open(name, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def _run(command, environment, out):
    temporary = {"HOME": out, "GOPATH": os.path.join(out, "go"), "GOCACHE": os.environ.get("GOCACHE") or os.path.join(out, "go-cache")}
    done = subprocess.run(command, env=dict(os.environ, **temporary, **environment), cwd=SOURCES, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError("%s: exit code %d:\n%s" % (shlex.join(command), done.returncode, done.stdout))


def build_id(path):
    said = subprocess.run(["aarch64-linux-gnu-readelf", "-n", path], capture_output=True, text=True, check=True).stdout
    return said.partition("Build ID: ")[2].split()[0]


def _strip(built, program, out):
    """The program without symbols, and its symbols by build-id where GDB looks for them."""
    symbols = os.path.join(out, "symbols/.build-id", build_id(built)[:2], build_id(built)[2:] + ".debug")
    os.makedirs(os.path.dirname(symbols), exist_ok=True)
    _run(["aarch64-linux-gnu-objcopy", "--only-keep-debug", built, symbols], {}, out)
    _run(["aarch64-linux-gnu-strip", "--strip-all", "-o", program, built], {}, out)


def _make(build, out):
    program = os.path.join(out, "target", build.name)
    stamp = os.path.join(out, "stamps", build.name)
    commands = build.commands(program)
    wanted = _stamp(build, commands)
    if os.path.exists(stamp) and os.path.exists(program):
        with open(stamp, encoding="ascii") as file:
            if file.read() == wanted:
                return 0
    for command, environment in commands:
        _run(command, environment, out)
    if build.stripped:
        whole = os.path.join(out, build.name + ".whole")
        shutil.move(program, whole)
        _strip(whole, program, out)
        os.unlink(whole)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(wanted)
    return 1


def make(out):
    """Builds what has changed: OUT/target is what belongs on the target, OUT/symbols what doesn't. How many were built."""
    out = os.path.abspath(out)
    for folder in ("target", "symbols", "stamps"):
        os.makedirs(os.path.join(out, folder), exist_ok=True)
    with open(os.path.join(out, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return sum(pool.map(lambda build: _make(build, out), builds()))


class OnTarget:
    """All programs in a folder on the target, until remove()."""

    def __init__(self, guest, out):
        self.guest, self.out = guest, os.path.abspath(out)
        self.folder = guest.run("mktemp -d /tmp/rspbridge-crashes-XXXXXX").strip()
        packed = subprocess.run(["tar", "-czf", "-", "--owner=0", "--group=0", "-C", os.path.join(self.out, "target"), "."],
                                stdout=subprocess.PIPE, check=True).stdout
        subprocess.run([*guest.master("arm64-guest"), "arm64-guest", "tar -xzf - -C " + self.folder], input=packed, check=True)
        self.features = guest.run("sed -n 's/^Features[^:]*://p;T;q' /proc/cpuinfo").split()

    def runs(self, of=None):
        """Those of the builds `of` (without: of all) that the target's processor is made for."""
        return runs([build for build in (builds() if of is None else of) if not build.needs or build.needs in self.features])

    def remote(self, name):
        """The path on the target of the build of that name."""
        return self.folder + "/" + name

    def local(self, name):
        return os.path.join(self.out, "target", name)

    def remove(self):
        self.guest.run("rm -rf " + self.folder)
