"""The lines of /proc/PID/maps."""
import re
from typing import NamedTuple


class Vma(NamedTuple):
    """One line of /proc/PID/maps."""
    begin: int
    end: int
    permissions: str  # such as "r-xp"
    offset: int
    device: str
    inode: int
    path: str


_LINE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][sp]) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)\s*(.*)")


def parse_maps(text):
    """The VMAs of maps or smaps; the details of smaps are skipped."""
    found = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match:
            begin, end, permissions, offset, device, inode, path = match.groups()
            found.append(Vma(int(begin, 16), int(end, 16), permissions, int(offset, 16), device, int(inode), path))
    return found
