"""What is wrong, and the exit code and message that the user gets for it. Nothing may be left running on either side."""
import contextlib
import os
import re
import socket
import subprocess

from target import Child, wait_for

# Name, arguments, exit code, what standard error must match. Words in braces are filled in from `settings`.
EXEC = ["exec", "-F", "{config}"]
STEPS = ["--", "/opt/tests/steps"]
CASES = [
    ("unknown-host-key", [*EXEC, "-o", "UserKnownHostsFile={empty}", "-o", "GlobalKnownHostsFile={empty}", "arm64-guest", *STEPS], 255,
     r"(?s)isn't known.*SHA256:.*accept"),
    ("changed-host-key", [*EXEC, "-o", "UserKnownHostsFile={wrong_hosts}", "arm64-guest", *STEPS], 255, r"(?s)changed.*SHA256:.*ssh-keygen"),
    ("no-key", ["exec", "-F", "{keyless_config}", "arm64-guest", *STEPS], 255, r"(?i)key|authent"),
    ("wrong-key", ["exec", "-F", "{keyless_config}", "-i", "{other_key}", "arm64-guest", *STEPS], 255, r"(?i)key|authent"),
    ("missing-key-file", ["exec", "-F", "{keyless_config}", "-i", "{scratch}/none", "arm64-guest", *STEPS], 255, r"(?i)key|authent"),
    ("nobody-listens", ["exec", "-F", "none", "dev@127.0.0.1:{closed_port}", *STEPS], 255, r"(?i)refused|no SSH connection"),
    ("not-ssh", ["exec", "-F", "none", "-o", "ConnectTimeout=3", "dev@127.0.0.1:{noise_port}", *STEPS], 255, r"(?i)no SSH|banner|isn't SSH|not SSH"),
    ("unknown-host", ["exec", "-F", "none", "host.invalid", *STEPS], 255, r"(?i)host\.invalid"),
    ("missing-config", ["exec", "-F", "{scratch}/none", "arm64-guest", *STEPS], 2, r"{scratch}/none"),
    ("no-gdbserver", [*EXEC, "--gdbserver", "/nonexistent", "arm64-guest", *STEPS], 1, r"(?s)/nonexistent.*(Install|--gdbserver)"),
    ("gdbserver-is-a-folder", [*EXEC, "--gdbserver", "/opt", "arm64-guest", *STEPS], 1, r"/opt"),
    ("gdbserver-is-something-else", [*EXEC, "--gdbserver", "/bin/true", "arm64-guest", *STEPS], 1, r"/bin/true|gdbserver"),
    ("no-program", [*EXEC, "arm64-guest", "--", "/opt/tests/none"], 1, r"/opt/tests/none"),
    ("no-program-with-blank", [*EXEC, "arm64-guest", "--", "/opt/tests/none", "a b"], 1, r"/opt/tests/none"),
    ("program-is-a-folder", [*EXEC, "arm64-guest", "--", "/opt/tests"], 1, r"/opt/tests"),
    ("program-is-not-executable", [*EXEC, "arm64-guest", "--", "/etc/passwd"], 1, r"/etc/passwd"),
    ("no-process", ["attach", "-F", "{config}", "arm64-guest", "999999"], 1, r"999999"),
    ("process-of-another", ["attach", "-F", "{config}", "arm64-guest", "1"], 1, r"(?i)permit|own|ptrace"),
    ("port-in-use", [*EXEC, "--listen", "127.0.0.1:{noise_port}", "arm64-guest", *STEPS], 1, r"{noise_port}"),
    ("socket-path-in-use", [*EXEC, "--listen", "unix:{empty}", "arm64-guest", *STEPS], 1, r"{empty}"),
    ("listen-elsewhere", [*EXEC, "--listen", "0.0.0.0:0", "arm64-guest", *STEPS], 2, r"(?i)loopback"),
    ("listen-nonsense", [*EXEC, "--listen", "here", "arm64-guest", *STEPS], 2, r"here"),
    ("ready-file-nowhere", [*EXEC, "--listen", "127.0.0.1:0", "--ready-file", "{scratch}/no/ready", "arm64-guest", *STEPS], 1, r"{scratch}/no"),
    ("record-nowhere", [*EXEC, "--listen", "127.0.0.1:0", "--record", "{scratch}/no/record", "arm64-guest", *STEPS], 1, r"{scratch}/no"),
    ("connect-nobody", ["connect", "tcp://127.0.0.1:{closed_port}"], 255, r"{closed_port}"),
    ("connect-nobody-there", ["connect", "-F", "{config}", "arm64-guest", "--remote", "127.0.0.1:9"], 255, r"127\.0\.0\.1.*\b9\b"),
    ("connect-no-socket", ["connect", "unix:{scratch}/none"], 255, r"{scratch}/none"),
    ("stub-command-missing", ["connect", "exec:/nonexistent/stub"], 255, r"/nonexistent/stub"),
    ("stub-ends-at-once", ["connect", "exec:true"], 255, r"(?i)stub.*(ended|closed)|ended"),
    ("stub-sends-garbage", ["connect", "exec:head -c 100000 /dev/urandom; sleep 100"], 255, r"(?i)garbage|isn't|no valid|not (?:a stub|RSP)|answer"),
    ("stub-sends-text", ["connect", "exec:yes hello"], 255, r"(?i)garbage|isn't|no valid|not (?:a stub|RSP)|answer"),
    ("stub-is-silent", ["connect", "exec:sleep 1000"], 255, r"(?i)answer"),
    ("usage-nothing", [], 2, r"(?i)subcommand|exec"),
    ("usage-verb", ["dance"], 2, r"dance|subcommand"),
    ("usage-no-program", ["exec", "host"], 2, r"PROGRAM"),
    ("usage-no-target", ["exec"], 2, r"TARGET"),
    ("usage-bad-pid", ["attach", "host", "one"], 2, r"(?i)pid|one"),
    ("usage-pid-zero", ["attach", "host", "0"], 2, r"(?i)pid|positive"),
    ("usage-bad-policy", ["exec", "--on-exit", "dance", "host", "--", "x"], 2, r"dance|on-exit"),
    ("usage-unknown-option", ["exec", "--nonsense", "host", "--", "x"], 2, r"nonsense"),
    ("usage-connect-ssh", ["connect", "host"], 2, r"--remote"),
    ("usage-multi-tcp", ["multi", "tcp://127.0.0.1:1"], 2, r"SSH"),
    ("usage-remote-tcp", ["connect", "tcp://127.0.0.1:1", "--remote", "x:1"], 2, r"--remote"),
    ("usage-target", ["connect", "tcp://nowhere"], 2, r"nowhere|port"),
    ("usage-vscode-port", ["vscode", "--port", "99999", "host", "--", "x"], 2, r"'99999' is no port: it must be a number from 1 to 65535"),
    ("usage-program-for-attach", ["attach", "host", "1", "--", "x"], 2, r"exec"),
]


@contextlib.contextmanager
def surroundings(world):
    """What the cases are filled in with: wrong files, a port where nobody listens and one where somebody else does."""
    scratch = world.scratch
    settings = {"config": world.guest.config, "scratch": scratch, "empty": os.path.join(scratch, "empty"),
                "wrong_hosts": os.path.join(scratch, "wrong_hosts"), "other_key": os.path.join(scratch, "other_key"),
                "keyless_config": os.path.join(scratch, "keyless_config")}
    open(settings["empty"], "w").close()
    if not os.path.exists(settings["other_key"]):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", settings["other_key"]], check=True)
    with open(world.guest.config) as config, open(settings["keyless_config"], "w") as keyless:
        keyless.writelines(line for line in config if "IdentityFile" not in line and "IdentitiesOnly" not in line)
    with open(os.path.join(world.guest.directory, "known_hosts")) as known, open(settings["other_key"] + ".pub") as key, \
            open(settings["wrong_hosts"], "w") as wrong:
        wrong.write("%s %s\n" % (known.read().split()[0], " ".join(key.read().split()[:2])))
    with socket.create_server(("127.0.0.1", 0)) as noise, socket.create_server(("127.0.0.1", 0)) as closed:
        settings["noise_port"] = noise.getsockname()[1]
        settings["closed_port"] = closed.getsockname()[1]
        closed.close()
        yield settings


def case(arguments, code, pattern):
    def test(world):
        with surroundings(world) as settings:
            def filled(text, quote=str):
                return re.sub(r"\{([a-z_]+)\}", lambda found: quote(str(settings[found[1]])), text)
            env = dict(os.environ, HOME=world.scratch)
            env.pop("SSH_AUTH_SOCK", None)
            child = Child([world.rspbridge, *[filled(argument) for argument in arguments]], env=env)
            try:
                wait_for(lambda: child.process.poll() is not None, "rspbridge to give up; it said: %r" % child.err(), 40)
                said = child.err().decode("utf-8", "replace")
                assert child.process.returncode == code, "exit code %d instead of %d:\n%s" % (child.process.returncode, code, said[:2000])
                assert re.search(filled(pattern, re.escape), said), "the message lacks %r:\n%s" % (pattern, said[:2000])
                assert not re.search(r"terminate called|what\(\)|Sanitizer|core dumped", said), said
                assert len(said.splitlines()) <= 20, "%d lines said" % len(said.splitlines())
                assert not child.out(), "data on stdout: %r" % child.out()
                wait_for(lambda: not child.session_members(), "the end of what rspbridge started", 10)
            finally:
                child.end()
    return test


def tests():
    for name, arguments, code, pattern in CASES:
        yield "bad/" + name, case(arguments, code, pattern)
