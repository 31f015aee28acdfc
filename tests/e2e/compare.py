"""Plays each scenario twice and compares the transcripts."""
import concurrent.futures
import difflib
import functools
import os
import re

from gdb import Gdb
from normalise import normalise
from scenarios import SCENARIOS
from stubs import stub_for


def new_gdb(world, scenario, where, stub):
    """A GDB that has the program's symbols and is connected to the stub."""
    gdb = Gdb(world.gdb, stub.folder)
    try:
        gdb.ask("set sysroot " + (scenario.sysroot or world.sysroot))
        gdb.ask("set substitute-path /opt/tests %s/opt/tests" % world.sysroot)
        gdb.ask("file " + scenario.local_program(world))
        if scenario.no_addresses:
            gdb.ask("set print address off")
        for command in scenario.before:
            gdb.ask(command)
        gdb.do("target extended-remote " + stub.address)
    except BaseException:
        gdb.kill()
        raise
    return gdb


def play(world, scenario, where, way):
    """One session from start to end: (GDB's transcript, the program's output), normalised."""
    with stub_for(world, scenario, where, way) as stub:
        stub.folder = stub.temporary()
        dump = os.path.join(stub.folder, "dump")
        gdb, text = new_gdb(world, scenario, where, stub), ""
        try:
            for command in scenario.commands:
                if command == "@reconnect":
                    gdb.end()
                    text += gdb.text()
                    gdb = new_gdb(world, scenario, where, stub)
                elif command == "@attach":
                    gdb.do("attach " + stub.start_attachee())
                elif command.startswith("@quiet "):
                    gdb.ask(command[len("@quiet "):])
                else:
                    gdb.do(command.replace("@tmp", dump))
            gdb.ask("kill inferiors 1")
            text += gdb.text()
        finally:
            gdb.end()
    secrets = [(stub.address, "ADDRESS"), (dump, "DUMP")]
    return normalise(text, secrets), normalise(stub.output(), secrets)


def difference(direct, bridged):
    return "\n".join(difflib.unified_diff(direct.splitlines(), bridged.splitlines(), "direct", "through rspbridge",
                                          lineterm="", n=4))


def keep(world, name, texts):
    if world.transcripts:
        for way, text in texts.items():
            with open(os.path.join(world.transcripts, "%s.%s" % (name, way)), "w") as file:
                file.write(text)


def check(scenario, where, world):
    second = "direct" if world.self_test else "bridge"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        first_run = pool.submit(play, world, scenario, where, "direct")
        second_run = pool.submit(play, world, scenario, where, second)
        (direct, direct_output), (bridged, bridged_output) = first_run.result(), second_run.result()
    keep(world, "%s-%s" % (where, scenario.name), {"direct": direct, "bridge": bridged})
    for pattern in scenario.expect:
        assert re.search(pattern, direct), "the direct session lacks %r:\n%s" % (pattern, direct)
    assert direct == bridged, "the transcripts differ:\n" + difference(direct, bridged)
    assert direct_output == bridged_output, "the program's output differs:\n" + difference(direct_output, bridged_output)
    assert scenario.output in direct_output, "the program printed %r, without %r" % (direct_output, scenario.output)


def tests(_self_test):
    for scenario in SCENARIOS:
        for where in scenario.where:
            yield "%s/%s" % (where, scenario.name), functools.partial(check, scenario, where)
