"""GDB's helper for sessions through rspbridge.

    (gdb) source rspbridge.py

Needs GDB 13 or later with Python. `rspbridge --gdb` sources it by itself.

It tells rspbridge that a command is next or step (monitor rspbridge hints), so that these cost one round trip and not
one for each call that they step over. Where GDB has the dynamic linker on this machine, stripped, it gets the names of the
functions that bind calls, so that step doesn't go through them (docs/architecture.md, "Steps over calls").

 - info bridge tells of the session and the link
 - bridge map prints the memory map, bridge crash the stop as a crash report
 - bridge detach-on-kill has kill let the program go, for front ends whose stop button kills (docs/vscode.md)

What a stock x86-64 GDB lacks when it debugs ARM64 in rspbridge's x86_64 view comes once an inferior has the registers
of that view, and touches no other inferior:

 - x/i, disassemble and layout asm show ARM64 instructions; rspbridge disassembles them
 - bt goes through signal handlers of a program that another executed, too
 - info arm64 shows ARM64's registers in any frame
 - generate-core-file and record are refused: what they would write or decode is amd64's
"""
_before = dict(globals())  # `source` runs this among the names of all scripts; see the end

import importlib.util
import os
import sys

PACKAGE = "rspbridge_gdb"
if PACKAGE not in sys.modules:
    _folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), PACKAGE)
    _specification = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(_folder, "__init__.py"), submodule_search_locations=[_folder])
    sys.modules[PACKAGE] = importlib.util.module_from_spec(_specification)
    try:
        _specification.loader.exec_module(sys.modules[PACKAGE])
    except BaseException:
        del sys.modules[PACKAGE]
        raise
    sys.modules[PACKAGE].start()
# The other scripts' names are left as they were.
(lambda names, before: (names.clear(), names.update(before)))(globals(), _before)
