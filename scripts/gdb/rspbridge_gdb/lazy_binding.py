"""The names of the dynamic linker's functions that bind calls."""
import os
import re
import tempfile

import gdb


class LazyBinding:
    """GDB steps over the binding of a call if it knows two functions of the dynamic linker, which a stripped one doesn't name.
    rspbridge adds them to the linker that GDB reads from the target. Where GDB has one of its own, that is read beside it."""

    FUNCTIONS = ("_dl_runtime_resolve", "_dl_fixup")
    LINKER = re.compile(r"/.*/ld-(linux-[^/]+\.so\.\d+|\d[^/]*\.so)")

    def __init__(self):
        self.folder = None  # of files that GDB may read at any time
        self.files = {}  # by build-id; None: the target has no such linker, and GDB steps as it would without rspbridge

    def complete(self):
        """For the inferior's dynamic linker."""
        for file in gdb.objfiles():
            if file.owner is not None or not file.build_id or not self.LINKER.fullmatch(file.filename or ""):
                continue
            if self.files.get(file.build_id, "") is None or all(map(self.is_known, self.FUNCTIONS)):
                continue
            if file.build_id not in self.files:
                self.files[file.build_id] = next(filter(None, (self.fetch(file, path) for path in self.places(file.filename))), None)
            if self.files[file.build_id]:
                file.add_separate_debug_file(self.files[file.build_id])

    @staticmethod
    def is_known(function):
        try:
            gdb.execute("info address " + function, False, True)
            return True
        except gdb.error:
            return False

    @staticmethod
    def places(name):
        """Where the target may have it."""
        sysroot = gdb.parameter("sysroot").rstrip("/")
        for root in dict.fromkeys((sysroot, os.path.realpath(sysroot) if sysroot else "")):
            if name.startswith(root + "/"):
                yield name[len(root):]
        for folder in ("/lib/", "/lib64/"):
            yield folder + os.path.basename(name)

    def fetch(self, file, path):
        """A copy of the target's file, if that is this very linker, with the names."""
        self.folder = self.folder or tempfile.TemporaryDirectory(prefix="rspbridge-gdb-")
        copy = os.path.join(self.folder.name, file.build_id)
        try:  # what GDB tells of packets isn't text here
            gdb.execute("with debug remote 0 -- remote get %s %s" % (path, copy), False, True)
        except gdb.error:  # it isn't there
            return None
        with open(copy, "rb") as contents:
            elf = contents.read()
        names = [b"\0%s\0" % function.encode() for function in self.FUNCTIONS]
        return copy if all(part in elf for part in [bytes.fromhex(file.build_id), *names]) else None
