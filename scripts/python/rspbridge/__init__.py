"""The memory of a process that rspbridge debugs, read from this machine's memory.

    import rspbridge
    with rspbridge.connect() as view:
        stop = view.wait_for_stop()
        for vma in view.vmas():
            if vma.path == "[stack]":
                print(view.read(vma.end - 64, 64).hex())

Only the standard library, Linux, Python 3.9 or later. docs/view.md specifies what is spoken. Nothing here uses userfaultfd: memory
is fetched when it is asked for. A view is for one thread at a time.
"""
from .errors import Error, Running, Unreadable
from .sessions import connect
from .view import View
from .vmas import Vma

__all__ = ["connect", "View", "Vma", "Error", "Unreadable", "Running"]
