#!/usr/bin/env python3
"""Groups crash reports by their hash, and writes one HTML page about the groups.

  scripts/triage/cluster.py DIR [-o FILE] [--by exact|coarse] [--json]

Reads every .json file below DIR that `rspbridge triage --json` or `/debug/crash` wrote; others are named on stderr and left out.
FILE is DIR/clusters.html otherwise; it needs nothing but itself. Standard output has a line for each group, the largest first:
count, hash, class, line, title; with --json it has an array of objects. Exit code 1 if there is no report below DIR, 2 for a wrong
command line.

Reports of the same signal whose top five meaningful frames have the same functions have the same `exact` hash; `coarse` looks at the topmost
meaningful frame alone. Reports without a crash stand in a group for each outcome. Needs Python 3.9 or later and nothing else.
"""
import argparse
import json
import os
import sys
import tempfile

import page

SCHEMA_VERSION = 1


class NoReport(Exception):
    """A file that holds no report; the text says why."""


class Report:
    """One report: the document, and what is looked at often."""

    def __init__(self, path, document):
        self.path, self.document = path, document
        self.outcome = document.get("outcome") or "unknown"
        crash = document.get("crash_info") or {}
        self.kind, self.title = crash.get("kind") or self.outcome, crash.get("title") or ""
        self.signal = (document.get("signal") or {}).get("name") or ""
        self.line = document.get("crash_line") or ""
        severity = document.get("severity") or {}
        self.severity, self.severity_class = severity.get("type") or "UNDEFINED", severity.get("short_description") or ""
        self.explanation = severity.get("explanation") or severity.get("description") or ""
        self.time = document.get("time") or ""
        self.hash = document.get("hash") or {}


class Cluster:
    """Reports of the same hash, in the order of their times."""

    def __init__(self, key, reports):
        self.key, self.reports = key, sorted(reports, key=lambda report: (report.time, report.path))
        self.first = self.reports[0]

    def summary(self):
        return {"hash": self.key, "count": len(self.reports), "kind": self.first.kind, "signal": self.first.signal or None,
                "severity": self.first.severity, "crash_line": self.first.line or None, "title": self.first.title or None,
                "first": self.first.time or None, "last": self.reports[-1].time or None,
                "reports": [report.path for report in self.reports]}


def read_report(path):
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        raise NoReport(str(error)) from error
    if not isinstance(document, dict) or "schema_version" not in document or not isinstance(document.get("threads"), list):
        raise NoReport("it isn't a crash report")
    if document["schema_version"] != SCHEMA_VERSION:
        raise NoReport("its schema_version is %r, not %d" % (document["schema_version"], SCHEMA_VERSION))
    return Report(path, document)


def read_folder(folder):
    """The reports below the folder, and [(path, why)] of the .json files that are none."""
    reports, others = [], []
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(name for name in names if name.endswith(".json")):
            path = os.path.join(place, name)
            try:
                report = read_report(path)
            except NoReport as error:
                others.append((os.path.relpath(path, folder), str(error)))
                continue
            report.path = os.path.relpath(path, folder)
            reports.append(report)
    return reports, others


def clusters_of(reports, by):
    """The largest first; then by what their first reports say."""
    groups = {}
    for report in reports:
        groups.setdefault(report.hash.get(by) or "no-hash-" + report.outcome, []).append(report)
    found = [Cluster(key, members) for key, members in groups.items()]
    return sorted(found, key=lambda cluster: (-len(cluster.reports), cluster.first.kind, cluster.first.line, cluster.key))


def write_whole(path, text):
    """The file has all of the text, or is as it was."""
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".clusters-", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--by", choices=("exact", "coarse"), default="exact")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.folder):
        parser.error("%s is no folder" % arguments.folder)
    reports, others = read_folder(arguments.folder)
    for path, why in others:
        print("cluster: left out %s: %s" % (path, why), file=sys.stderr)
    if not reports:
        print("cluster: there is no crash report below %s" % arguments.folder, file=sys.stderr)
        return 1
    clusters = clusters_of(reports, arguments.by)
    output = arguments.output or os.path.join(arguments.folder, "clusters.html")
    try:
        write_whole(output, page.page(clusters, others))
    except OSError as error:
        print("cluster: cannot write %s: %s" % (output, error.strerror), file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps([cluster.summary() for cluster in clusters], indent=1))
    else:
        for cluster in clusters:
            print("%4d %s %-20s %s  %s" % (len(cluster.reports), cluster.key, cluster.first.kind, cluster.first.line or "-", cluster.first.title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
