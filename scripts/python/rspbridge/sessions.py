"""Which sessions run on this machine, and how to reach one."""
import errno
import os
import socket
import stat
import struct
from typing import Optional

from .errors import Error
from .view import View


def connect(session_or_socket_path: Optional[str] = None, wait: bool = True) -> "View":
    """Connects to the session of that name, to the socket at that path (it has a slash), or to the only session.

    With `wait`, calls wait for the next stop while the target runs; without, they raise Running.
    """
    name = session_or_socket_path
    if name is not None and "/" in name:
        return View(_connect(name), wait)
    directory = _directory()
    if name is not None:
        return View(_connect(os.path.join(directory, name + ".view")), wait)
    found = []
    for entry in sorted(os.listdir(directory)):
        if entry.endswith(".view"):
            try:
                found.append((entry, _connect(os.path.join(directory, entry))))
            except ConnectionRefusedError:
                pass  # left over
    if len(found) != 1:
        for _, connection in found:
            connection.close()
        names = ", ".join(entry[:-len(".view")] for entry, _ in found)
        raise Error("there are several sessions in %s: %s" % (directory, names) if found else
                    "no rspbridge is running: there is no session in %s" % directory)
    return View(found[0][1], wait)


def _directory():
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    path = os.path.join(runtime, "rspbridge") if runtime else "/tmp/rspbridge-%d" % os.geteuid()
    try:
        status = os.lstat(path)
    except OSError as error:
        raise Error("no rspbridge is running: there is no directory %s" % path) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise PermissionError(errno.EPERM, "not a directory of this user's that is closed to others", path)
    return path


def _connect(path):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(path)
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        if struct.unpack("3i", credentials)[1] != os.geteuid():
            raise PermissionError(errno.EPERM, "the program that listens there is another user's", path)
    except BaseException:
        connection.close()
        raise
    return connection
