"""A process behind rspbridge that is asked over HTTP, with a GDB that debugs it or without."""
import contextlib
import json
import urllib.error
import urllib.request

from compare import new_gdb
from scenarios import Scenario
from stubs import Bridge
from target import wait_for

HEAP = Scenario("heap", "heap", [], [])
THREADS = Scenario("threads", "threads", [], [])
SPINNER = Scenario("spinner", "spinner", [], [])


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.stop_id = int(headers["Stop-Id"]) if headers["Stop-Id"] else None

    @property
    def json(self):
        return json.loads(self.body)


def get(bridge, target, **headers):
    request = urllib.request.Request(bridge.ready["http"] + target, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return Answer(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def stands(bridge, how):
    wait_for(lambda: get(bridge, "/healthz").json["target"] == how, "the target to be " + how)


@contextlib.contextmanager
def debugged(world, scenario, *commands, arguments=()):
    """A bridge, and a GDB that has done the commands."""
    bridge = Bridge(world, scenario, arguments=arguments)
    bridge.folder = None
    with bridge:
        bridge.folder = bridge.temporary()
        gdb = new_gdb(world, scenario, "guest", bridge)
        try:
            for command in commands:
                gdb.ask(command)
            yield bridge, gdb
        finally:
            gdb.end()


@contextlib.contextmanager
def plain(world, *arguments):
    bridge = Bridge(world, HEAP, arguments=arguments)
    bridge.folder = None
    with bridge:
        yield bridge
