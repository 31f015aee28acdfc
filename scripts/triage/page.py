"""The HTML page about groups of crash reports: one file, without scripts, that asks for nothing."""
import collections
import html
import os

import pictures

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
SEVERITIES = ("EXPLOITABLE", "PROBABLY_EXPLOITABLE", "NOT_EXPLOITABLE", "UNDEFINED")


def text(value):
    return html.escape(str(value))


def style():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.css"), encoding="utf-8") as file:
        return file.read()


def counts(clusters, others):
    reports = [report for cluster in clusters for report in cluster.reports]
    crashed = sum(report.outcome == "crash" for report in reports)
    yield "reports", len(reports)
    yield "groups", len(clusters)
    yield "crashes", crashed
    yield "without a crash", len(reports) - crashed
    if others:
        yield "files left out", len(others)
    severities = collections.Counter(report.severity for report in reports if report.outcome == "crash")
    for severity in SEVERITIES:
        if severities[severity]:
            yield severity.replace("_", " ").lower(), severities[severity]


def overview(clusters):
    most = max(len(cluster.reports) for cluster in clusters)
    rows = []
    for number, cluster in enumerate(clusters, 1):
        first, count = cluster.first, len(cluster.reports)
        rows.append('<tr><td class="number">%d</td><td><span class="bar" style="width:%.2frem"></span></td><td><a href="#group-%d">%s</a></td>'
                    '<td>%s</td><td><code>%s</code></td><td class="%s">%s</td><td><code>%s</code></td></tr>' % (
                        count, 6 * count / most, number, text(first.kind), text(first.signal or "-"), text(first.line or "-"), text(first.severity),
                        text(first.severity_class or "-"), text(cluster.key)))
    head = '<th scope="col" class="number">Reports</th>' + "".join('<th scope="col">%s</th>' % name for name in ("Share", "Class", "Signal", "Line", "Severity", "Hash"))
    return ('<div class="wide" tabindex="0" role="region" aria-label="Groups"><table><caption>Groups, the largest first</caption><thead><tr>%s</tr></thead>'
            '<tbody>%s</tbody></table></div>' % (head, "".join(rows)))


def member(report):
    """One row of the table of a group's reports."""
    program, crash = report.document.get("program") or {}, report.document.get("crash_info") or {}
    started = " ".join([program.get("path") or "?", *(program.get("arguments") or [])])
    came = program.get("input") or program.get("stdin") or ""
    return "<tr><td><code>%s</code></td><td><code>%s</code></td><td><code>%s</code></td><td><code>%s</code></td><td>%s</td></tr>" % (
        text(report.path), text(started), text(came or "-"), text(crash.get("address") or "-"), text(report.time or "-"))


def members(cluster):
    head = "".join('<th scope="col">%s</th>' % name for name in ("File", "Program", "Input", "Fault address", "Time"))
    return '<details%s><summary>%d report%s</summary><div class="wide"><table><thead><tr>%s</tr></thead><tbody>%s</tbody></table></div></details>' % (
        " open" if len(cluster.reports) <= 3 else "", len(cluster.reports), "" if len(cluster.reports) == 1 else "s", head,
        "".join(member(report) for report in cluster.reports))


def last_words(report):
    said = (report.document.get("program") or {}).get("output_tail")
    if not said:
        return ""
    return "<details><summary>The program's last words</summary><pre class=\"mono\">%s</pre></details>" % text(said[-4000:])


def section(number, cluster):
    first = cluster.first
    facts = [fact for fact in (first.signal, first.line and "at " + first.line, first.hash and "hash " + cluster.key) if fact]
    pieces = [
        '<section class="cluster" id="group-%d" aria-labelledby="title-%d">' % (number, number),
        '<h2 id="title-%d">%s <small>&times;&nbsp;%d</small> <span class="badge %s">%s</span></h2>' % (
            number, text(first.kind), len(cluster.reports), text(first.severity), text(first.severity_class or first.severity.lower())),
        "<p>%s</p>" % text(first.title) if first.title else "",
        '<p class="mono">%s</p>' % text(" \u00b7 ".join(facts)),
        "<p><small>%s</small></p>" % text(first.explanation) if first.explanation else "",
        '<div class="pictures"><div><h3>The stack of %s</h3>%s</div><div><h3>The map around %s</h3>%s</div></div>' % (
            text(os.path.basename(first.path)), pictures.stack(first.document), pictures.centre_name(first.document), pictures.memory_map(first.document)),
        last_words(first), members(cluster), '<p><a href="#groups">Back to the groups</a></p></section>']
    return "".join(pieces)


def left_out(others):
    if not others:
        return ""
    return "<section><h2>Files left out</h2><ul>%s</ul></section>" % "".join(
        "<li><code>%s</code>: %s</li>" % (text(path), text(why)) for path, why in others)


def page(clusters, others):
    """The whole page. `others` are [(path, why)] of the files that are no reports."""
    return ("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"%s\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Crashes: %d groups</title><link rel=\"icon\" href=\"data:,\">"
            "<style>%s</style></head>\n<body><a class=\"skip\" href=\"#groups\">To the groups</a><header><h1>Crashes</h1><ul class=\"counts\">%s</ul></header>\n"
            "<main><div id=\"groups\" tabindex=\"-1\">%s</div>\n%s\n%s</main></body></html>\n") % (
                POLICY, len(clusters), style(), "".join("<li><b>%d</b>%s</li>" % (count, text(what)) for what, count in counts(clusters, others)),
                overview(clusters), "\n".join(section(number, cluster) for number, cluster in enumerate(clusters, 1)), left_out(others))
