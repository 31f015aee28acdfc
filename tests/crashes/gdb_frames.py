"""Runs inside gdb-multiarch (with -x): the frames of core files, as JSON.

The environment variable FRAMES_OF names a file with {"sysroot", "symbols", "libraries", "answer", "cores": {NAME: {"program", "core"}}}.
Each of the cores becomes {"signal", "threads": [{"lwp", "frames": […], "stopped"}]} in the file `answer`, or {"error"}.
"""
import json
import os

import gdb

MOST_FRAMES = 64


def frame_of(frame):
    sal, pc = frame.find_sal(), frame.pc()
    function = frame.function()
    return {
        "function": frame.name(),
        "linkage_name": function.linkage_name if function else None,
        "pc": pc,
        "file": sal.symtab.filename if sal.symtab else None,
        "line": sal.line or None,
        "inline": frame.type() == gdb.INLINE_FRAME,
        "signal": frame.type() == gdb.SIGTRAMP_FRAME,
        "module": gdb.solib_name(pc),
    }


def frames_of_thread():
    """The frames of the selected thread, and why there are no more."""
    found, frame = [], gdb.newest_frame()
    while frame is not None and len(found) < MOST_FRAMES:
        found.append(frame_of(frame))
        outer, stopped = frame, ""
        try:
            frame = frame.older()
            if frame is None and outer.unwind_stop_reason() != gdb.FRAME_UNWIND_NO_REASON:
                stopped = gdb.frame_stop_reason_string(outer.unwind_stop_reason())
        except gdb.error as error:
            frame, stopped = None, str(error)
    return found, stopped


def look(program, core):
    gdb.execute("file %s" % program, to_string=True)
    gdb.execute("core-file %s" % core, to_string=True)
    signal = int(gdb.parse_and_eval("$_siginfo.si_signo"))
    threads = []
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda one: one.num):
        thread.switch()
        frames, stopped = frames_of_thread()
        threads.append({"lwp": thread.ptid[1], "frames": frames, "stopped": stopped})
    return {"signal": signal, "threads": threads}


def main():
    with open(os.environ["FRAMES_OF"], encoding="utf-8") as file:
        asked = json.load(file)
    for setting in ("pagination off", "confirm off", "backtrace limit 64", "sysroot " + asked["sysroot"],
                    "debug-file-directory " + asked["symbols"], "solib-search-path " + asked["libraries"]):
        gdb.execute("set " + setting, to_string=True)
    answers = {}
    for name, one in asked["cores"].items():
        try:
            answers[name] = look(one["program"], one["core"])
        except gdb.error as error:
            answers[name] = {"error": str(error)}
    with open(asked["answer"], "w", encoding="utf-8") as file:
        json.dump(answers, file)


main()
