"""The page at / in a real browser: what it shows is what the API tells."""
import contextlib
import json
import os
import sys
import tempfile
import time
import types
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/benchmarks"))
import ways  # noqa: E402
from browser import Browser
from gdb import Gdb
from over_http import debugged, get
from page_big import BigSession
from scenarios import Scenario
from stubs import wait_for_ready
from target import Child, free_port, wait_for

THREADS = Scenario("threads", "threads", [], [])
HEAP = Scenario("heap", "heap", [], [])
CRASH = Scenario("crash", "crash-O0", ["null"], [])
SPINNER = Scenario("spinner", "spinner", [], [])

SHOWN = "document.documentElement.dataset.shown === '%d'"
REGISTERS = "[...document.querySelectorAll('.register')].map((row) => [row.dataset.name, row.children[1].textContent])"


@contextlib.contextmanager
def shown(bridge, **options):
    """The page of a session, once all of the present stop is there."""
    with Browser(**options) as browser:
        browser.open(bridge.ready["http"] + "/")
        now_shown(browser, bridge)
        yield browser


def now_shown(browser, bridge):
    stop = get(bridge, "/healthz").stop_id
    browser.until(SHOWN % stop)


def equals_the_api(world):
    """Threads, registers, regions and instructions are those of the API; nothing is asked of another machine, nothing complained about."""
    with debugged(world, THREADS, "break worker", "continue") as (bridge, _), shown(bridge) as browser:
        threads = get(bridge, "/debug/threads").json["threads"]
        rows = browser.eval("[...document.querySelectorAll('#threads .row.thread .tid')].map((cell) => Number(cell.textContent))")
        assert rows == [thread["tid"] for thread in threads], (rows, threads)
        registers = get(bridge, "/debug/registers").json["registers"]
        expected = [[one["name"], one["value"] or "not available"] for one in sorted(registers, key=lambda one: one["bits"] > 64)]
        assert browser.eval(REGISTERS) == expected
        regions = get(bridge, "/debug/elf/memmap").json["entries"]
        assert browser.eval("document.querySelector('#map-sum').textContent").startswith("%d regions" % len(regions))
        browser.eval("document.querySelector('#map-picture').focus()")
        browser.press("Home")
        details = browser.eval("document.querySelector('#map-details').textContent")
        assert "0x%012x–0x%012x" % (regions[0]["Addr"], regions[0]["Addr"] + regions[0]["Size"]) in details, details
        browser.press("ArrowRight")
        assert "0x%012x–" % regions[1]["Addr"] in browser.eval("document.querySelector('#map-details').textContent")
        pc = next(one["value"] for one in registers if one["name"] == "pc")
        current = browser.eval("document.querySelector('#code .current .text').textContent")
        instruction = get(bridge, "/debug/disassemble?count=1&addr=" + pc).json["instructions"][0]
        assert current == instruction["text"].replace("\t", " "), (current, instruction)
        assert "worker" in browser.eval("document.querySelector('#threads .row.frame .function').textContent")
        others = [address for address in browser.requests() if not address.startswith(bridge.ready["http"])]
        assert not others, others
        # The guest's source isn't on this machine, which the browser logs and the page says.
        complaints = [one for one in browser.complaints() if "/debug/source?" not in one]
        assert not complaints, complaints


def follows_a_step(world):
    """After a step exactly the registers that GDB's step changed are marked, and pc is the new one."""
    with debugged(world, HEAP, "break main", "continue") as (bridge, gdb), shown(bridge) as browser:
        before = {one["name"]: one["value"] for one in get(bridge, "/debug/registers").json["registers"]}
        gdb.ask("stepi")
        now_shown(browser, bridge)
        after = {one["name"]: one["value"] for one in get(bridge, "/debug/registers").json["registers"]}
        changed = browser.eval("[...document.querySelectorAll('.register.changed')].map((row) => row.dataset.name)")
        assert sorted(changed) == sorted(name for name in after if after[name] != before[name]) and "pc" in changed, changed
        assert dict(browser.eval(REGISTERS))["pc"] == after["pc"]


def follows_pointers(world):
    """A pointer in a register leads to its memory, and back."""
    with debugged(world, HEAP, "break main", "continue") as (bridge, _), shown(bridge) as browser:
        field = "document.querySelector('#memory-address').value"
        sp, pc = (dict(browser.eval(REGISTERS))[name] for name in ("sp", "pc"))
        assert int(browser.until(field), 16) == int(sp, 16)
        browser.eval("document.querySelector('.register[data-name=pc] button').click()")
        browser.until("%s === '0x%x'" % (field, int(pc, 16)))
        wanted = get(bridge, "/debug/memory?length=8&addr=%d" % (int(pc, 16) & ~15)).body.hex()
        browser.until("document.querySelector('#memory .word')?.textContent === '%s'" % wanted)
        browser.eval("document.querySelector('#memory-back').click()")
        browser.until("%s === '0x%x'" % (field, int(sp, 16)))


def shows_a_crash(world):
    """The crash report's title, address and instruction; none before the crash."""
    with debugged(world, CRASH, "break main", "continue") as (bridge, gdb), shown(bridge, height=1330) as browser:
        assert browser.eval("document.querySelector('#crash').hidden")
        # GDB's own stops are by SIGTRAP, too.
        for command in ("stepi", "next", "tbreak shop::Order::total", "continue"):
            gdb.ask(command)
            report = get(bridge, "/debug/crash").json
            assert (report["outcome"], report["crash_info"]) == ("stop", None), report["crash_info"]
        assert report["program"]["arguments"] == ["/opt/tests/crash-O0"] and report["session"]["target"] == "arm64-guest", report["session"]
        gdb.ask("continue")
        now_shown(browser, bridge)
        report = get(bridge, "/debug/crash").json
        text = browser.eval("document.querySelector('#crash').innerText")
        info = report["crash_info"]
        assert info["title"] in text and info["address"] in text and info["instruction"].split()[0] in text, (info, text)
        assert browser.eval("document.querySelector('#state').dataset.state") == "crash"
        browser.until("!document.querySelector('#link figcaption span').textContent.includes('nothing')")
        for dark, ground in ((False, "rgb(243, 245, 248)"), (True, "rgb(18, 21, 27)")):
            browser.dark(dark)
            browser.until("getComputedStyle(document.body).backgroundColor === '%s'" % ground)
            folder = os.environ.get("PAGE_SCREENSHOTS")
            if folder:
                time.sleep(1.2)  # some more samples of the link
                browser.screenshot(os.path.join(folder, "page-%s.png" % ("dark" if dark else "light")))


def post(bridge, path, **headers):
    request = urllib.request.Request(bridge.ready["http"] + path, method="POST", data=b"", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def read_only(world):
    """Without --http-control there are no buttons, and a POST is refused; a foreign origin gets nothing, not even the page."""
    with debugged(world, HEAP, "break main", "continue") as (bridge, _), shown(bridge) as browser:
        assert browser.eval("document.querySelector('#controls').hidden")
        assert post(bridge, "/debug/continue")[0] == 403
        assert get(bridge, "/", Origin="http://evil.example").status == 403
        browser.open("about:blank")
        answered = browser.eval("fetch('%s/healthz').then(() => 'answered', () => 'refused')" % bridge.ready["http"])
        assert answered == "refused", answered


def control(world):
    """With a token the page shows the session; it interrupts a target that GDB lets run, and continues it once GDB has left."""
    token = os.path.join(world.scratch, "page-token")
    with open(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write("open-sesame-of-the-tests\n")
    with debugged(world, SPINNER, arguments=("--http-control", "--http-token-file", token)) as (bridge, gdb), Browser() as browser:
        bearer = {"Authorization": "Bearer open-sesame-of-the-tests"}
        assert post(bridge, "/debug/interrupt")[0] == 401
        assert post(bridge, "/debug/continue", Origin="http://evil.example", **bearer)[0] == 403
        browser.open(bridge.ready["http"] + "/")
        browser.until("document.querySelector('#token').hidden === false")
        browser.eval("document.querySelector('#token-text').value = 'open-sesame-of-the-tests'; document.querySelector('#token button').click()")
        browser.until("document.querySelector('#state').dataset.state === 'stopped' && !document.querySelector('#controls').hidden")
        browser.eval("document.querySelector('#continue').click()")
        said = browser.until("document.querySelector('#said').textContent")
        assert "a GDB is connected" in said, said
        gdb.ask("disconnect")

        def free():
            return post(bridge, "/debug/continue", **bearer)[0] == 200
        wait_for(free, "GDB to be gone")
        browser.until("document.querySelector('#state').dataset.state === 'running'")
        browser.eval("document.querySelector('#interrupt').click()")
        browser.until("document.querySelector('#state').dataset.state === 'stopped'")
        assert "SIGINT" in browser.eval("document.querySelector('#state').textContent")


def forgets(world):
    """When the session ends the page says so; with the next one at the same address it shows that, and nothing of the former."""
    address = "127.0.0.1:%d" % free_port()
    with debugged(world, THREADS, "break worker", "continue", arguments=("--http", address)) as (bridge, _), shown(bridge) as browser:
        bridge.child.end()
        browser.until("document.querySelector('#state').dataset.state === 'lost' && !document.querySelector('#notice').hidden")
        with debugged(world, HEAP, "break main", "continue", arguments=("--http", address)) as (second, _):
            browser.until("document.querySelector('#session').textContent.includes('%s')" % second.ready["session"])
            now_shown(browser, second)
            tids = browser.eval("[...document.querySelectorAll('#threads .row.thread .tid')].map((cell) => Number(cell.textContent))")
            assert tids == [thread["tid"] for thread in get(second, "/debug/threads").json["threads"]], tids
            assert browser.eval("document.querySelector('#registers-sum').textContent") == ""


def big(world):
    """5,000 regions and 200 threads: all counted, few of them in the document; figures are told, not judged."""
    with BigSession(regions=5000, threads=200) as session, Browser() as browser:
        browser.open(session.address + "/")
        updates = []
        for stop in range(1, 8):
            session.stop(stop)
            browser.until(SHOWN % stop)
            browser.until("performance.getEntriesByName('paint').some((one) => one.detail === %d)" % stop)
            updates.append(browser.eval("(() => { const last = (name) => performance.getEntriesByName(name).at(-1).duration;"
                                        " return [last('paint'), last('update')]; })()"))
        assert browser.eval("document.querySelector('#map-sum').textContent").startswith("5,000 regions")
        assert browser.eval("document.querySelector('#threads-sum').textContent") == "200"
        assert browser.eval("document.querySelectorAll('.row').length") < 200
        first = browser.eval("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        paint, update = (sorted(one[i] for one in updates[1:]) for i in (0, 1))
        world.told.append("page, 5,000 regions and 200 threads: first paint after %.0f ms; map answered to painted %.0f ms (%.0f at most), "
                          "stop to painted %.0f ms (%.0f at most)" % (first, paint[len(paint) // 2], paint[-1], update[len(update) // 2], update[-1]))


def big_process(world):
    """The same of a real process, this machine's own: the picture is of the stop that GDB shows, and at each has all regions of /proc/PID/maps."""
    with tempfile.TemporaryDirectory() as folder, ways.Host(folder).up() as host:
        program, ready = host.program("vast")[0], os.path.join(folder, "ready")
        command = [world.rspbridge, "exec", *host.ssh_options(host.port), "--on-exit", "kill", "--http", "127.0.0.1:0", "--listen", "127.0.0.1:0",
                   "--ready-file", ready, host.host, "--", program, "5000", "200"]
        child = Child(command, env=world.env())
        try:
            wait_for_ready(child, ready)
            with open(ready) as file:
                session = types.SimpleNamespace(ready=json.load(file))
            gdb = Gdb("gdb", folder)
            for setting in ("file " + program, "target extended-remote " + session.ready["rsp"][0], "break tick", "continue"):
                gdb.ask(setting)
            with Browser() as browser:
                browser.open(session.ready["http"] + "/")
                browser.until("performance.getEntriesByName('paint').length")
                first = browser.eval("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                updates, before = {True: [], False: []}, 0
                for command in ("continue", "next") * 8:
                    time.sleep(0.3)
                    gdb.ask(command)
                    stop = get(session, "/healthz").stop_id
                    browser.until("performance.getEntriesByName('paint').some((one) => one.detail === %d)" % stop)
                    with open("/proc/%d/maps" % get(session, "/healthz").json["pid"]) as maps:
                        regions = sum(1 for _ in maps)
                    assert regions > 5000, regions
                    assert browser.eval("document.querySelector('#map-sum').textContent").startswith("{:,} regions".format(regions))
                    updates[regions != before].append(browser.eval("performance.getEntriesByName('update').at(-1).duration"))
                    before = regions
                assert updates[False] and len(updates[True]) > 1, updates
                browser.until("document.querySelector('#threads-sum').textContent === '201'")
            same, changed = (sorted(updates[one]) for one in (False, True))
            world.told.append("page, a process of %d regions and 201 threads: first paint after %.0f ms; stop told to map shown %.0f ms (%.0f at most), "
                              "where it has changed %.0f ms (%.0f at most)" % (regions, first, same[len(same) // 2], same[-1], changed[len(changed) // 2], changed[-1]))
            gdb.ask("kill")
            gdb.end()
        finally:
            child.end()


def hidden(world):
    """A page that nobody sees asks nothing and has no stream open; seen again, it shows what is then."""
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true}), document.dispatchEvent(new Event('visibilitychange')), true"
    with BigSession(50, 2) as session, Browser() as browser:
        session.stop(1)
        browser.open(session.address + "/")
        browser.until(SHOWN % 1)
        browser.eval(hide % "true")
        time.sleep(0.5)
        asked = len(browser.requests())
        for number in (2, 3, 4):
            session.stop(number)
            time.sleep(0.8)
            browser.eval("1")
        assert len(browser.requests()) == asked, browser.requests()[asked:]
        browser.eval(hide % "false")
        browser.until(SHOWN % 4)


def hundred_sessions(world):
    """A page that is left open shows each session that comes, and doesn't grow."""
    with BigSession(200, 20) as session, Browser() as browser:
        session.stop(1)
        browser.open(session.address + "/")
        browser.until(SHOWN % 1)
        sizes = []
        for number in range(100):
            session.begin("session %d" % number)
            session.stop(number + 2)
            browser.until(SHOWN % (number + 2))
            if number in (9, 99):
                browser.do("HeapProfiler.collectGarbage")
                counters = browser.do("Memory.getDOMCounters")
                sizes.append({"nodes": counters["nodes"], "listeners": counters["jsEventListeners"], "bytes": browser.do("Runtime.getHeapUsage")["usedSize"]})
        for what, most in (("nodes", 1.1), ("listeners", 1.1), ("bytes", 1.5)):
            assert sizes[1][what] <= sizes[0][what] * most, "after 10 and 100 sessions: %s" % sizes
        complaints = [one for one in browser.complaints() if "(Not Found)" not in one]  # that session has no lines, sources and link
        assert not complaints, complaints


def tests():
    return [("page/equals-the-api", equals_the_api), ("page/step", follows_a_step), ("page/pointers", follows_pointers),
            ("page/crash", shows_a_crash), ("page/read-only", read_only), ("page/control", control), ("page/next-session", forgets),
            ("page/big", big), ("page/big process", big_process), ("page/hidden", hidden), ("page/hundred sessions", hundred_sessions)]
