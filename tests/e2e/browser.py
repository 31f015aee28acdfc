"""A headless Chromium, driven by the DevTools protocol over a pipe: JSON that ends with a NUL, on its descriptors 3 and 4."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

from target import readable


class Browser:
    """One Chromium with one page. A context manager."""

    def __init__(self, width=1280, height=1000):
        self.size = (width, height)
        self.count = 0
        self.rest = b""
        self.events = []

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="e2e-chromium-")
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        # The shell gives the two pipes the numbers that Chromium wants; it becomes Chromium itself.
        shell = "exec \"$@\" 3<&%d 4>&%d" % (theirs_in, theirs_out)
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "chromium", "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
             "--disable-background-networking", "--disable-component-update", "--force-device-scale-factor=1",
             "--user-data-dir=" + self.profile, "--window-size=%d,%d" % self.size, "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self.session = None
        targets = self.do("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self.session = self.do("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.do(domain + ".enable")
        self.do("Emulation.setDeviceMetricsOverride", width=self.size[0], height=self.size[1], deviceScaleFactor=1, mobile=False)
        return self

    def __exit__(self, *_):
        try:
            os.close(self.to)  # Chromium ends when its pipe does
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def do(self, method, **parameters):
        """One command; its result. Events that come meanwhile are kept in `events`."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 30
        while True:
            while b"\0" in self.rest:
                one, _, self.rest = self.rest.partition(b"\0")
                answer = json.loads(one)
                if answer.get("id") != self.count:
                    self.events.append(answer)
                    continue
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            ready = readable(self.back, deadline - time.monotonic())
            data = os.read(self.back, 1 << 20) if ready else b""
            assert data, "Chromium doesn't answer %s" % method
            self.rest += data

    def open(self, address):
        self.do("Page.navigate", url=address)
        self.until("location.href === %s && document.readyState === 'complete'" % json.dumps(address))

    def eval(self, script):
        """The value of a JavaScript expression; promises are waited for."""
        result = self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, script, seconds=30):
        """Waits until the expression is true; its value."""
        end = time.monotonic() + seconds
        while True:
            value = self.eval(script)
            if value:
                return value
            assert time.monotonic() < end, "in vain: %s; the page shows: %s; complaints: %s" % (script, (self.eval("document.body?.innerText") or "")[:1500], self.complaints())
            time.sleep(0.05)

    def complaints(self):
        """Exceptions, and what the console shows as errors (what the policy refused is there)."""
        found = []
        for event in self.events:
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(event["params"]["exceptionDetails"].get("exception", {}).get("description", "an exception"))
            if event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
                found.append(event["params"]["entry"]["text"] + " " + event["params"]["entry"].get("url", ""))
        return found

    def requests(self):
        """The addresses of all that was asked for so far."""
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.do("Input.dispatchKeyEvent", type=kind, key=key)

    def dark(self, is_dark):
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def screenshot(self, file):
        data = self.do("Page.captureScreenshot", format="png")["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))
