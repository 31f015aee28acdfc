"""What an answer takes GDB while somebody asks for the memory map by HTTP."""
import http.client
import json
import os
import re
import socket as sockets
import subprocess
import sys
import tempfile
import time

from ways import running, wait_for


class Packets:
    """A client of the remote serial protocol that waits for each answer."""

    def __init__(self, path):
        self.socket = sockets.socket(sockets.AF_UNIX)
        self.socket.connect(path)
        self.said = b""
        for request in ("qSupported:multiprocess+", "?", "QStartNoAckMode"):
            self.ask(request)
            self.socket.sendall(b"+")

    def ask(self, payload):
        self.socket.sendall(b"$%s#%02x" % (payload.encode(), sum(payload.encode()) % 256))
        while True:
            found = re.search(rb"\$([^#]*)#..", self.said)
            if found:
                self.said = self.said[found.end():]
                return found[1]
            more = self.socket.recv(1 << 16)
            if not more:
                sys.exit("bench: rspbridge closed the connection")
            self.said += more


class Asking:
    """A process that asks for the memory map by HTTP, over and over; `rate` is then how often a second."""

    def __init__(self, url):
        host, port = re.match(r"http://(.*):(\d+)", url).groups()
        self.reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            connection, count, begin = http.client.HTTPConnection(host, int(port)), 0, time.monotonic()
            while os.getppid() != 1 and time.monotonic() < begin + 600:
                connection.request("GET", "/debug/elf/memmap")
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                count += 1
                if count % 50 == 0:
                    os.write(writer, b"%d\n" % (count / (time.monotonic() - begin)))
            os._exit(0)
        os.close(writer)

    def end(self):
        os.kill(self.pid, 15)
        os.waitpid(self.pid, 0)
        rates = os.read(self.reader, 1 << 20).split()
        os.close(self.reader)
        return int(rates[-1]) if rates else 0


def while_http_asks(rspbridge, runs):
    """What an answer takes GDB that only the stub has, alone and while a client asks for the memory map without a pause."""
    with tempfile.TemporaryDirectory() as folder:
        ready, socket = os.path.join(folder, "ready"), os.path.join(folder, "rsp")
        arguments = [rspbridge, "connect", "--listen", "unix:" + socket, "--ready-file", ready, "--http", "0", "--no-cache",
                     "exec:gdbserver --once - /bin/sleep 1000"]
        with running(arguments, stdout=subprocess.DEVNULL):
            wait_for(lambda: os.path.exists(ready), "rspbridge")
            with open(ready) as file:
                url = json.load(file)["http"]
            packets = Packets(socket)

            def answers():
                times = []
                for _ in range(2000):
                    before = time.monotonic()
                    packets.ask("g")
                    times.append(1000 * (time.monotonic() - before))
                times.sort()
                return times[len(times) // 2], times[len(times) * 99 // 100]
            for _ in range(runs):
                alone = answers()
                asking = Asking(url)
                time.sleep(0.5)
                beside = answers()
                rate = asking.end()
                print("an answer of the stub: alone %.3f ms (99%% under %.3f), beside %d requests a second %.3f ms (%.3f): %.3f ms more" % (
                    *alone, rate, *beside, beside[0] - alone[0]), flush=True)
            packets.socket.sendall(b"$k#6b")
