"""Answers as a session with a big process gives them, for the page's own files: no target here has so many regions."""
import http.server
import json
import os
import sys
import threading

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../proxy/http/page")
TYPES = {".html": "text/html", ".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
BASE = 0xaaaaaaaa0000


class BigSession:
    """A context manager with `address`. It has no stop before the first stop()."""

    def __init__(self, regions, threads):
        kinds = [(True, False, True), (True, False, False), (True, True, False)]
        entries = [
            {"Addr": BASE + i * 0x5000, "Size": 0x4000, "Read": kinds[i % 3][0], "Write": kinds[i % 3][1], "Exec": kinds[i % 3][2],
             "Filename": "/usr/lib/libmodule%d.so" % (i // 3), "Offset": i % 3 * 0x4000, "Private": True, "Device": "08:01", "Inode": i // 3 + 1,
             "Label": "", "BuildID": "", "LoadBias": None, "VmFlags": None, "Populated": i % 5 * 0x1000} for i in range(regions)]
        self.entries = json.dumps(entries)  # once: the page is what is measured
        self.tids = [100 + i for i in range(threads)]
        self.name, self.now = "big", 0
        self.changed = threading.Condition()
        self.over = False

    def stop(self, number):
        with self.changed:
            self.now = number
            self.changed.notify_all()

    def begin(self, name):
        """This session ends, and another one begins at the same address."""
        with self.changed:
            self.name, self.now = name, 0
            self.changed.notify_all()

    def __enter__(self):
        session = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                session.answer(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                if not isinstance(sys.exc_info()[1], ConnectionError):  # a browser cuts what it wants no more
                    super().handle_error(request, client_address)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        with self.changed:
            self.over = True
            self.changed.notify_all()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path = request.path.partition("?")[0]
        if path == "/debug/events":
            return self.events(request)
        status, kind, body = self.document(path, request.path)
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        try:
            request.wfile.write(body)
        except OSError:
            pass  # the page wants it no more: another stop has come

    def events(self, request):
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        told, name = 0, self.name
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.over or self.name != name or self.now > told)
                if self.over or self.name != name:
                    return
                told = self.now
            event = {"stop_id": told, "running": False, "over": False, "pid": 100, "thread": "p64.64", "stop_reply": "T05thread:p64.64;", "link_silent": False}
            try:
                request.wfile.write(b"event: stop\ndata: " + json.dumps(event).encode() + b"\n\n")
                request.wfile.flush()
            except OSError:
                return  # the page left

    def document(self, path, target):
        name = "index.html" if path == "/" else path[len("/page/"):] if path.startswith("/page/") else None
        if name:
            with open(os.path.join(PAGE, name), "rb") as file:
                return 200, TYPES[os.path.splitext(name)[1]], file.read()
        if path == "/debug/elf/memmap":
            return 200, "application/json", self.map().encode()
        made = {"/healthz": self.health, "/debug/threads": self.threads, "/debug/registers": self.registers,
                "/debug/disassemble": self.code}.get(path)
        if path == "/debug/backtrace":
            made = self.stacks
        if path == "/debug/memory":
            return 200, "application/octet-stream", bytes(range(256)) * 2
        if made:
            return 200, "application/json", json.dumps(made()).encode()
        return 404, "application/json", json.dumps({"error": {"code": "not_found", "sentence": "Not here: %s." % target}}).encode()

    def health(self):
        return {"status": "ok", "session": self.name, "version": "0", "target": "stopped", "control": False, "pid": 100}

    def map(self):
        return '{"pid": 100, "stop_id": %d, "entries": %s}' % (self.now, self.entries)

    def threads(self):
        return {"threads": [{"id": "p64.%x" % tid, "tid": tid, "name": "worker", "core": None, "pc": hex(BASE), "sp": hex(BASE + 0xa000), "stopped": tid == 100}
                            for tid in self.tids]}

    def registers(self):
        values = [("x%d" % i, BASE + i * 0x5000 + self.now) for i in range(31)] + [("sp", BASE + 0xa000), ("pc", BASE + 4 * self.now)]
        return {"thread": "p64.64", "stop_id": self.now, "registers": [{"name": name, "number": i, "bits": 64, "value": "0x%016x" % value}
                                                                        for i, (name, value) in enumerate(values)]}

    def code(self):
        return {"instructions": [{"address": hex(BASE + 4 * i), "word": "0xd503201f", "text": "nop"} for i in range(48)]}

    def stacks(self):
        return {"threads": [{"thread_id": tid, "frame_count": 1, "truncated": None, "frames": [
            {"frame": 0, "inline": False, "offset": hex(BASE), "module": "/usr/lib/libmodule0.so", "function": "work", "file": "/src/work.cpp", "line": 7}]}
            for tid in self.tids]}
