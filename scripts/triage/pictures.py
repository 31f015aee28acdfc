"""Pictures of a crash report: its stack, and the memory map around the fault, as lists whose boxes are as high as what they stand for."""
import html
import math

MOST_FRAMES = 24
NEIGHBOURS = 3  # mappings shown on either side of an address
LOWEST, HIGHEST = 1.9, 6.0  # a box's height, in rem


def text(value):
    return html.escape(str(value))


def number(value):
    """Of an address as reports have it; nothing if it isn't known."""
    return int(value, 16) if value else None


def height(size, unit):
    """Grows with the logarithm: frames and mappings differ by powers of ten."""
    return min(HIGHEST, LOWEST + 0.45 * math.log2(1 + max(0, size) / unit))


def size_text(size):
    for unit, name in ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return "%.4g %s" % (size / unit, name)
    return "%d bytes" % size


# ---- the stack ----

def frame_size(frames, at):
    """Bytes between a frame's stack pointer and the next one's; nothing if that isn't known, or goes astray."""
    sp = number(frames[at].get("sp"))
    older = next((number(frame.get("sp")) for frame in frames[at + 1:] if number(frame.get("sp")) != sp), None)
    return older - sp if sp is not None and older is not None and 0 < older - sp < 1 << 24 else None


def frame_name(frame):
    if frame.get("function"):
        return frame["function"]
    module = (frame.get("module") or "").rpartition("/")[2]
    return "%s+%s" % (module, frame.get("module_offset")) if module else str(frame.get("offset"))


def counted_frames(document):
    """Indices of the frames that the hash is made of."""
    thread = crashed_thread(document)
    wanted, found = list((document.get("hash") or {}).get("frames") or []), set()
    for at, frame in enumerate(thread.get("frames") or []):
        named = frame.get("function") or ("+" + frame["module_offset"] if frame.get("module_offset") else "?")
        if wanted and (named == wanted[0] or not frame.get("function") and wanted[0].endswith(named)):
            found.add(at)
            wanted.pop(0)
    return found


def crashed_thread(document):
    threads = document.get("threads") or [{}]
    at = (document.get("crash_info") or {}).get("crashing_thread") or 0
    return threads[at] if at < len(threads) else threads[0]


def frame_box(frames, at, counted):
    frame, size = frames[at], frame_size(frames, at)
    classes = ["counted" if at in counted else "skipped"] + (["inlined"] if frame.get("inline") else [])
    where = "%s:%s" % (frame["file"].rpartition("/")[2], frame.get("line") or "?") if frame.get("file") else (frame.get("module") or "").rpartition("/")[2]
    notes = [where, frame.get("offset"), "inlined" if frame.get("inline") else size and size_text(size), frame.get("trust"),
             "signal frame" if frame.get("signal_frame") else None]
    return '<li class="%s" style="min-height:%.2frem"><span class="mono">#%s %s</span><small class="mono">%s</small></li>' % (
        " ".join(classes), LOWEST if frame.get("inline") else height(size or 0, 32), text(frame.get("frame", at)), text(frame_name(frame)),
        text(" \u00b7 ".join(note for note in notes if note)))


def stack(document):
    """Innermost first; what the hash is made of is marked."""
    thread = crashed_thread(document)
    frames, counted = thread.get("frames") or [], counted_frames(document)
    if not frames:
        return "<p>No stack is known.</p>"
    boxes = [frame_box(frames, at, counted) for at in range(min(len(frames), MOST_FRAMES))]
    if len(frames) > MOST_FRAMES:
        boxes.append("<li><small>%d more</small></li>" % (len(frames) - MOST_FRAMES))
    if thread.get("truncated"):
        boxes.append('<li><small class="fault">%s</small></li>' % text(thread["truncated"]))
    return '<ol class="stack">%s</ol><p><small>Marked: what the hash is made of. Higher boxes: larger frames.</small></p>' % "".join(boxes)


# ---- the map ----

def mappings(document):
    """[(begin, end, entry)] in ascending order."""
    found = [(number(entry.get("Addr")), number(entry.get("Addr")) + number(entry.get("Size")), entry)
             for entry in document.get("maps") or [] if entry.get("Addr") and entry.get("Size")]
    return sorted(found, key=lambda one: one[0])


def marks(document):
    """[(address, name)] of what the map shows: the fault, pc and sp."""
    crash, registers = document.get("crash_info") or {}, document.get("registers") or {}
    found = [(number(crash.get("address")), "fault"), (number(registers.get("sp")), "sp"), (number(registers.get("pc")), "pc")]
    return [(address, name) for address, name in found if address is not None]


def centre_name(document):
    """What the map is shown around."""
    marked = marks(document)
    return "the fault" if not marked or marked[0][1] == "fault" else marked[0][1]


def permissions(entry):
    return "".join(letter if entry.get(name) else "-" for letter, name in (("r", "Read"), ("w", "Write"), ("x", "Exec")))


def mapping_box(begin, end, entry, marked):
    here = [(address, name) for address, name in marked if begin <= address < end]
    kind = "code" if entry.get("Exec") else "data" if entry.get("Write") else "read" if entry.get("Read") else "none"
    name = entry.get("Filename") or entry.get("label") or "anonymous"
    return '<li class="%s" style="min-height:%.2frem"><span class="mono">%s %s</span><small class="mono">0x%x\u20130x%x \u00b7 %s</small>%s</li>' % (
        kind + (" holds" if any(what == "fault" for _, what in here) else ""), height(end - begin, 4096), permissions(entry), text(name), begin, end,
        size_text(end - begin), marks_text(here))


def gap_box(begin, end, marked):
    here = [(address, name) for address, name in marked if begin <= address < end]
    return '<li class="gap%s" style="min-height:%.2frem"><small>nothing mapped \u00b7 %s</small>%s</li>' % (
        " holds" if any(what == "fault" for _, what in here) else "", height(end - begin, 1 << 20), size_text(end - begin), marks_text(here))


def marks_text(here):
    return "".join('<span class="mono%s">\u25c0 %s 0x%x</span>' % (" fault" if name == "fault" else "", text(name), address) for address, name in here)


def memory_map(document):
    """Ascending addresses: the mappings around the fault, or around pc if there is no fault address."""
    entries, marked = mappings(document), marks(document)
    if not entries:
        return "<p>No memory map is known.</p>"
    if not marked:
        return "<p>No address is known to show the map around.</p>"
    centre = marked[0][0]
    below = sum(begin <= centre for begin, _, _ in entries)
    first, last = max(0, below - NEIGHBOURS), min(len(entries), below + NEIGHBOURS)
    boxes, before = [], 0 if first == 0 else entries[first - 1][1]
    if first > 0:
        boxes.append("<li><small>%d mappings below</small></li>" % first)
    for begin, end, entry in entries[first:last]:
        if begin > before:
            boxes.append(gap_box(before, begin, marked))
        boxes.append(mapping_box(begin, end, entry, marked))
        before = end
    if last < len(entries):
        if entries[last][0] > before:
            boxes.append(gap_box(before, entries[last][0], marked))
        boxes.append("<li><small>%d mappings above</small></li>" % (len(entries) - last))
    elif centre >= before:
        boxes.append(gap_box(before, 1 << 64, marked))
    return '<ol class="map">%s</ol><p><small>Addresses grow downwards. x: code; w: data; dashed: nothing is mapped.</small></p>' % "".join(boxes)
