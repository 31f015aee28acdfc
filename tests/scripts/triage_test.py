#!/usr/bin/env python3
"""scripts/triage: how reports are grouped, what the page is made of, and what the examples print of an answer."""
import html.parser
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "../../scripts/triage")
sys.path.insert(0, os.path.join(HERE, "../support"))

import json_schema

TITLE = "null <pointer> & \"more\""


def report(name="find", hash_value="0123456789abcdef", **more):
    """A small report of a crash, valid by the schema."""
    frames = [
        {"frame": 0, "trust": "context", "offset": "0xffff80001000", "sp": "0xfffffff0", "module": "/lib/aarch64-linux-gnu/libc.so.6", "module_offset": "0x1000",
         "function": "strlen", "inline": False},
        {"frame": 1, "trust": "cfi", "offset": "0xaaaa00000800", "sp": "0xfffffff0", "function": name, "file": "/src/find.c", "line": 12, "inline": True,
         "module": "/opt/app", "module_offset": "0x800"},
        {"frame": 2, "trust": "frame_pointer", "offset": "0xaaaa00000800", "sp": "0xfffffff0", "function": "main", "file": "/src/find.c", "line": 30,
         "module": "/opt/app", "module_offset": "0x800"}]
    document = {
        "schema_version": 1, "outcome": "crash", "time": "2026-01-02T03:04:05Z", "crash_line": "/src/find.c:12",
        "crash_info": {"type": "SIGSEGV / SEGV_MAPERR", "kind": "null-dereference", "title": TITLE, "address": "0x10", "crashing_thread": 0},
        "signal": {"number": 11, "name": "SIGSEGV"},
        "severity": {"type": "NOT_EXPLOITABLE", "short_description": "SourceAvNearNull", "explanation": "a read near null"},
        "hash": {"exact": hash_value, "coarse": hash_value[::-1], "frames": [name, "main"]},
        "threads": [{"thread_id": 7, "thread_name": "app", "frames": frames}], "modules": [{"filename": "/opt/app"}],
        "registers": {"pc": "0xffff80001000", "sp": "0xfffffff0"},
        "maps": [{"Addr": "0xaaaa00000000", "Size": "0x1000", "Read": True, "Write": False, "Exec": True, "Filename": "/opt/app", "Offset": "0x0"},
                 {"Addr": "0xffff80000000", "Size": "0x2000", "Read": True, "Write": True, "Exec": False, "Filename": "", "Offset": "0x0"}],
        "program": {"path": "/opt/app", "arguments": ["<x>"], "output_tail": "bye </pre><script>\n"}, "session": {"how": "exec"}}
    return {**document, **more}


class Page(html.parser.HTMLParser):
    """What of a page matters here: its elements, its text, the names that links lead to."""

    VOID = {"meta", "link"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, "</%s> closes %s" % (tag, self.open[-1:])
        self.open.pop()

    def handle_data(self, data):
        self.words.append(data)


def run(script, *arguments):
    return subprocess.run([os.path.join(SCRIPTS, script), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


class Fixture(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def save(self, name, document):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(document if isinstance(document, str) else json.dumps(document))

    def page(self):
        with open(os.path.join(self.folder, "clusters.html"), encoding="utf-8") as file:
            return file.read()


class Clusters(Fixture):
    def test_the_fixture_is_a_report(self):
        with open(os.path.join(HERE, "../../docs/crash-report.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        self.assertEqual(json_schema.problems(report(), schema), [])
        self.assertNotEqual(json_schema.problems(report(outcome="luck"), schema), [])
        self.assertNotEqual(json_schema.problems(report(threads=[{"frames": []}]), schema), [])

    def test_same_hash_same_group_largest_first(self):
        self.save("a.json", report(hash_value="1" * 16))
        self.save("b.json", report(hash_value="2" * 16))
        self.save("deeper/c.json", report(hash_value="2" * 16))
        done = run("cluster.py", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line.split()[:2] for line in done.stdout.splitlines()], [["2", "2" * 16], ["1", "1" * 16]])

    def test_coarse_looks_at_the_other_hash(self):
        self.save("a.json", report(hash={"exact": "1" * 16, "coarse": "3" * 16}))
        self.save("b.json", report(hash={"exact": "2" * 16, "coarse": "3" * 16}))
        groups = json.loads(run("cluster.py", self.folder, "--by", "coarse", "--json").stdout)
        self.assertEqual([(group["hash"], group["count"], group["reports"]) for group in groups], [("3" * 16, 2, ["a.json", "b.json"])])

    def test_hangs_and_exits_have_groups_of_their_own(self):
        for name, outcome in (("a", "hang"), ("b", "exit"), ("c", "exit")):
            self.save(name + ".json", report(outcome=outcome, hash=None, crash_info=None, signal=None, severity=None, crash_line=None, threads=[], maps=None))
        done = run("cluster.py", self.folder)
        self.assertEqual([line.split()[:2] for line in done.stdout.splitlines()], [["2", "no-hash-exit"], ["1", "no-hash-hang"]], done.stderr)
        Page(self.page())

    def test_what_is_no_report_is_named(self):
        self.save("good.json", report())
        self.save("bad.json", "{\"schema_version\": 1, \"thre")
        self.save("other.json", {"name": "package"})
        self.save("newer.json", report(schema_version=2))
        done = run("cluster.py", self.folder)
        self.assertEqual(done.returncode, 0)
        for name in ("bad.json", "other.json", "newer.json"):
            self.assertIn("left out " + name, done.stderr)
            self.assertIn(name, self.page())
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_nothing_to_do_leaves_no_page(self):
        self.assertEqual(run("cluster.py", self.folder).returncode, 1)
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(run("cluster.py", os.path.join(self.folder, "none")).returncode, 2)

    def test_the_page_is_whole_or_not_there(self):
        self.save("a.json", report())
        done = run("cluster.py", self.folder, "-o", os.path.join(self.folder, "none/page.html"))
        self.assertEqual((done.returncode, os.listdir(self.folder)), (1, ["a.json"]))
        self.assertIn("cannot write", done.stderr)


class ThePage(Fixture):
    def setUp(self):
        super().setUp()
        self.save("a.json", report(hash_value="1" * 16))
        self.save("b.json", report("other", "2" * 16))
        self.assertEqual(run("cluster.py", self.folder).returncode, 0)
        self.text = self.page()
        self.parsed = Page(self.text)

    def test_it_is_well_formed_and_escaped(self):
        self.assertEqual(self.parsed.open, [])
        self.assertIn(TITLE, self.parsed.words)
        self.assertNotIn("script", self.parsed.tags)

    def test_it_asks_for_nothing(self):
        self.assertIn(("meta", "content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"), self.parsed.attributes)
        for tag, name, value in self.parsed.attributes:
            if name in ("src", "href", "srcset", "action"):
                self.assertRegex(value, r"^(#|data:)", (tag, name))
        self.assertIsNone(re.search(r"url\(|@import|https?:", self.text))

    def test_links_lead_somewhere(self):
        names = {value for _, name, value in self.parsed.attributes if name == "id"}
        self.assertLessEqual({value[1:] for tag, name, value in self.parsed.attributes if tag == "a" and name == "href"}, names)
        self.assertLessEqual({"groups", "group-1", "group-2"}, names)

    def test_light_and_dark(self):
        self.assertIn("color-scheme: light dark", self.text)
        self.assertIn("prefers-color-scheme: dark", self.text)

    def test_the_stack_marks_what_is_hashed(self):
        boxes = re.findall(r'<li class="([a-z ]+)" style="min-height:[0-9.]+rem"><span class="mono">#(\d) (\w+)', self.text)[:3]
        self.assertEqual(boxes, [("skipped", "0", "strlen"), ("counted inlined", "1", "find"), ("counted", "2", "main")])

    def test_the_map_shows_the_fault_in_its_gap(self):
        self.assertRegex(self.text, r'class="gap holds"[^>]*><small>nothing mapped[^<]*</small><span class="mono fault">. fault 0x10<')
        self.assertRegex(self.text, r'class="data"[^>]*><span class="mono">rw- anonymous<')
        self.assertIn("sp 0xfffffff0", self.text)


class FakeSession(http.server.BaseHTTPRequestHandler):
    """What a session answers; `crash` is None while the program runs."""

    crash = None

    def do_GET(self):
        running = {"error": {"code": "running", "sentence": "The target runs."}}
        answers = {"/healthz": {"target": "stopped" if self.crash else "running"}, "/debug/crash": self.crash,
                   "/debug/backtrace?thread=all": {"threads": (self.crash or {}).get("threads")}}
        body = answers.get(self.path) if self.path == "/healthz" or self.crash else None
        data = json.dumps(body or running).encode()
        self.send_response(200 if body else 409)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Says nothing."""


class Examples(unittest.TestCase):
    def setUp(self):
        self.handler = type("Handler", (FakeSession,), {})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % server.server_port

    def test_both_tell_the_crash_and_the_stacks(self):
        self.handler.crash = report()
        for script in ("http_example.py", "http_example.sh"):
            done = run(script, self.url)
            self.assertEqual((done.returncode, done.stderr), (3, ""), script)
            for line in (TITLE, "  line     /src/find.c:12", "  hash     0123456789abcdef", "thread 7 app"):
                self.assertIn(line, done.stdout.splitlines(), script)
            self.assertRegex(done.stdout, r"#1 +find at /src/find.c:12", script)

    def test_a_stop_that_is_no_crash(self):
        self.handler.crash = report(outcome="stop", crash_info=None, severity=None, hash=None, crash_line=None)
        for script in ("http_example.py", "http_example.sh"):
            done = run(script, self.url)
            self.assertEqual((done.returncode, done.stdout.splitlines()[0]), (0, "stopped: stop"), script)

    def test_a_program_that_runs(self):
        done = run("http_example.py", self.url, "--timeout", "0.2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("still runs after 0.2 s", done.stderr)
        done = run("http_example.sh", self.url)
        self.assertEqual((done.returncode, done.stderr), (1, "http_example: The target runs.\n"))

    def test_nobody_listens(self):
        for script in ("http_example.py", "http_example.sh"):
            self.assertEqual(run(script, "http://127.0.0.1:1").returncode, 1, script)


if __name__ == "__main__":
    unittest.main()
