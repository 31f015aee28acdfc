#!/usr/bin/env python3
"""Waits for a session's program to stop, and prints what happened: an example that uses HTTP alone.

  scripts/triage/http_example.py [URL] [--timeout SECONDS] [--token TOKEN] [-o FILE]

URL is where the session serves (default http://127.0.0.1:40000); start one with `rspbridge exec --http :40000 TARGET -- PROGRAM`. -o writes the whole
report as JSON. Exit code 3 if the stop is a crash, 0 if it isn't, 1 if there is nothing to tell. Needs nothing but Python.
"""
import argparse
import json
import sys
import time
import urllib.error
import urllib.request


class Session:
    def __init__(self, url, token):
        self.url, self.headers = url.rstrip("/"), {"Authorization": "Bearer " + token} if token else {}

    def get(self, path):
        """The answer's JSON. An error has a sentence for people, and a code for programs."""
        request = urllib.request.Request(self.url + path, headers=self.headers)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def wait_for_stop(self, seconds):
        end = time.monotonic() + seconds
        while (target := self.get("/healthz")["target"]) == "running":
            if time.monotonic() > end:
                raise TimeoutError("the program still runs after %g s" % seconds)
            time.sleep(0.1)
        return target


def place(frame):
    if frame.get("file"):
        return "%s:%s" % (frame["file"], frame.get("line") or "?")
    return "%s+%s" % (frame.get("module") or "?", frame.get("module_offset") or frame.get("offset"))


def show(report, threads):
    crash = report.get("crash_info") or {}
    print(crash.get("title") or "stopped: %s" % report["outcome"])
    print("  line     %s" % (report.get("crash_line") or "not known"))
    severity = report.get("severity") or {}
    print("  severity %s %s" % (severity.get("type") or "-", severity.get("short_description") or ""))
    print("  hash     %s" % ((report.get("hash") or {}).get("exact") or "-"))
    for thread in threads:
        print("thread %s %s" % (thread["thread_id"], thread.get("thread_name") or ""))
        for frame in thread["frames"]:
            print("  #%-2d %s at %s%s" % (frame["frame"], frame.get("function") or "??", place(frame), " (inlined)" if frame.get("inline") else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:40000")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--token")
    parser.add_argument("-o", "--output", metavar="FILE")
    arguments = parser.parse_args()
    session = Session(arguments.url, arguments.token)
    try:
        session.wait_for_stop(arguments.timeout)
        report = session.get("/debug/crash")
        threads = session.get("/debug/backtrace?thread=all")["threads"]
    except urllib.error.HTTPError as error:
        print("http_example: %s" % json.load(error)["error"]["sentence"], file=sys.stderr)
        return 1
    except (OSError, TimeoutError) as error:
        print("http_example: %s: %s" % (arguments.url, error), file=sys.stderr)
        return 1
    show(report, threads)
    if arguments.output:
        with open(arguments.output, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 3 if report["outcome"] == "crash" else 0


if __name__ == "__main__":
    sys.exit(main())
