"""Compares two transcripts line by line, and looks up what differs among the explained differences."""
import difflib
import os
import re
import tomllib

EXPLAINED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "views_explained.toml")


class Explanation:
    """One row of views_explained.toml: where both patterns match, the difference is known and has a reason."""

    def __init__(self, row):
        unknown = set(row) - {"command", "direct", "view", "where", "program", "reason"}
        assert not unknown and row.get("reason"), "views_explained.toml: %r: unknown %s, or no reason" % (row, unknown)
        self.reason = row["reason"]
        self.patterns = {key: re.compile(row[key], re.S) for key in ("command", "direct", "view", "where", "program") if key in row}

    def fits(self, case, command, direct, view):
        texts = {"command": command, "direct": direct, "view": view, "where": case.where, "program": case.program}
        found = {key: pattern.fullmatch(texts[key]) for key, pattern in self.patterns.items()}
        if not all(found.values()):
            return False
        # A group that both sides have must be the same on both.
        left, right = (found[key].groupdict() if key in found else {} for key in ("direct", "view"))
        return all(left[name] == right[name] for name in left.keys() & right.keys())


def explanations():
    with open(EXPLAINED, "rb") as file:
        return [Explanation(row) for row in tomllib.load(file).get("difference", [])]


class Comparison:
    """The figures of one comparison: lines in all, identical, explained; `unexplained` is text, `reasons` were used."""

    def __init__(self):
        self.lines = self.identical = self.explained = 0
        self.unexplained, self.reasons = [], set()

    def add(self, other):
        for name in ("lines", "identical", "explained"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons |= other.reasons

    def summary(self):
        share = 100 * self.identical / self.lines if self.lines else 0
        return "%d of %d lines identical (%.2f %%), %d explained, %d unexplained" % (
            self.identical, self.lines, share, self.explained, self.lines - self.identical - self.explained)


def pieces(direct, view):
    """How many lines are the same, and what differs, in pieces as small as can be: pairs of lists of lines."""
    same, found = 0, []
    for tag, d1, d2, v1, v2 in difflib.SequenceMatcher(None, direct, view, autojunk=False).get_opcodes():
        if tag == "equal":
            same += d2 - d1
        elif d2 - d1 == v2 - v1:
            found += [([left], [right]) for left, right in zip(direct[d1:d2], view[v1:v2])]
        else:
            found.append((direct[d1:d2], view[v1:v2]))
    return same, found


def compare_command(result, case, rows, command, direct, view):
    same, found = pieces(direct, view)
    result.identical += same
    result.lines += same
    for left, right in found:
        count = max(len(left), len(right))
        result.lines += count
        row = next((row for row in rows if row.fits(case, command, "\n".join(left), "\n".join(right))), None)
        if row:
            result.explained += count
            result.reasons.add(row.reason)
        else:
            result.unexplained.append("(gdb) %s\n%s" % (command, "\n".join(
                ["  direct: " + line for line in left] + ["    view: " + line for line in right])))


def compare(case, direct, view):
    """Compares two normalised transcripts of the same commands; a session that ended early lacks the last ones."""
    result, rows = Comparison(), explanations()
    for index, (command, lines) in enumerate(direct):
        other = view[index][1] if index < len(view) else []
        compare_command(result, case, rows, command, lines, other)
    return result
