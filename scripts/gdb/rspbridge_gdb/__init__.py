"""GDB's helper for sessions through rspbridge; rspbridge.py beside this folder brings it into GDB."""
from . import commands, hints, x86_64_view


def start():
    hints.Hints()
    commands.start()
    x86_64_view.start()
