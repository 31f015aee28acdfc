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
import errno
import mmap
import os
import re
import select
import socket
import stat
import struct
import time
from typing import List, NamedTuple, Optional

__all__ = ["connect", "View", "Vma", "Error", "Unreadable", "Running"]

_MAGIC = b"RSPVIEW1"
_VERSION = 1
_PAGE = 4096
_SIZE = 1 << 48
_CHUNK = 1 << 20
_MESSAGE_MAX = 32768
_TEXT_MAX = 64 << 20
_RANGES_MAX = 1024
_TRIES = 16
_HELLO, _OK, _FAILURE, _VMAS_REPLY, _STATE = 1, 2, 3, 4, 5
_ENSURE, _VMAS = 16, 17
_WAIT = 1


class Error(Exception):
    """Something of the view can't be had. The message is for people."""


class Unreadable(Error):
    """The target can't read the memory. `begin` and `end` tell which."""

    def __init__(self, text, begin, end):
        super().__init__(text)
        self.begin, self.end = begin, end


class Running(Error):
    """The target runs, or resumed too often meanwhile."""


class Vma(NamedTuple):
    """One line of /proc/PID/maps."""
    begin: int
    end: int
    permissions: str  # such as "r-xp"
    offset: int
    device: str
    inode: int
    path: str


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


class View:
    """A connection to one session. Use connect(). To be closed; `with` does it."""

    def __init__(self, connection: socket.socket, wait: bool = True):
        self._socket, self._wait = connection, wait
        self._file, self._control = -1, None
        self._last_id = 0
        try:
            kind, _, body, self._file = self._receive()
            magic, version, page, _, _, size = struct.unpack_from("<8sIIQII", body)
            if kind != _HELLO or magic != _MAGIC or version != _VERSION or page != _PAGE or mmap.PAGESIZE != _PAGE:
                raise Error("that isn't a view of version %d" % _VERSION)
            self.session = body[32:32 + size].decode("utf-8", "replace")
            self._control = mmap.mmap(self._file, _PAGE, mmap.MAP_SHARED, mmap.PROT_READ, offset=_SIZE)
            # Native numbers are read whole; struct's "<Q" would go byte by byte.
            self._words = memoryview(self._control).cast("Q")
        except struct.error as error:
            self.close()
            raise Error("that isn't a view") from error
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the connection. What was mapped stays mapped until it is released."""
        self._socket.close()
        if self._control is not None:
            self._words.release()
            self._control.close()
            self._control = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @property
    def state(self) -> int:
        """The stop id times two, plus one while the target runs. What was read from mapped memory between two looks that gave the
        same even number is of that stop."""
        return self._words[1]

    @property
    def stop_id(self) -> int:
        """The number of the last stop; 0 before the first."""
        return self.state // 2

    @property
    def running(self) -> bool:
        return self.state % 2 == 1

    def read(self, address: int, length: int) -> bytes:
        """Bytes of the target's memory, all from one stop."""
        for _ in range(_TRIES):
            stop_id = self._ensure(address, length)
            data = bytearray()
            while len(data) < length:
                part = os.pread(self._file, length - len(data), address + len(data))
                if not part:
                    raise Error("the view is too short")
                data += part
            if self.state == stop_id * 2:
                return bytes(data)
        raise Running("the target resumed too often while its memory was fetched")

    def map(self, address: int, length: int) -> memoryview:
        """The memory itself, without a copy: good for this stop only. Look at `state` before and after using it. Once the target has
        resumed don't touch it any more: it reads zeros then, and other clients may see them."""
        begin = address & ~(_PAGE - 1)
        for _ in range(_TRIES):
            stop_id = self._ensure(address, length)
            window = mmap.mmap(self._file, address - begin + length, mmap.MAP_PRIVATE, mmap.PROT_READ, offset=begin)
            if self.state == stop_id * 2:
                return memoryview(window)[address - begin:]
            window.close()
        raise Running("the target resumed too often while its memory was fetched")

    def vmas(self) -> List[Vma]:
        """The target's VMAs, by address."""
        kind, body, file = self._ask(_VMAS, b"")
        try:
            if kind != _VMAS_REPLY:
                raise Error("rspbridge gave another answer than was asked for")
            _, size = struct.unpack("<QQ", body)
            if size > _TEXT_MAX:
                raise Error("the list of VMAs is too long")
            with os.fdopen(os.dup(file), "rb") as text:
                text.seek(0)
                return _parse_maps(text.read(size).decode("utf-8", "replace"))
        finally:
            if file >= 0:
                os.close(file)

    def wait_for_stop(self, timeout: Optional[float] = None, after: int = 0) -> int:
        """Waits until the target is stopped, with a stop id greater than `after`; returns it. `timeout` in seconds, None for
        ever; then TimeoutError."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            state = self.state
            if state % 2 == 0 and state // 2 > after:
                return state // 2
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([self._socket], [], [], left)[0]:
                raise TimeoutError("the target didn't stop in time")
            self._receive_state()

    def _ensure(self, address, length):
        """Has the range fetched; the stop id of it. Pieces of different stops are fetched anew."""
        if length <= 0 or address < 0 or address + length > _SIZE:
            raise ValueError("the range is empty or outside the view")
        for _ in range(_TRIES):
            stops = {self._ensure_piece(at, min(_CHUNK, address + length - at))
                     for at in range(address, address + length, _CHUNK)}
            if len(stops) == 1:
                return stops.pop()
        raise Running("the target resumed too often while its memory was fetched")

    def _ensure_piece(self, address, length):
        kind, body, _ = self._ask(_ENSURE, struct.pack("<QQQI", address, length, 0, _WAIT if self._wait else 0))
        if kind != _OK:
            raise Error("rspbridge gave another answer than was asked for")
        stop_id, count = struct.unpack_from("<QI", body)
        numbers = struct.unpack("<%dQ" % (2 * min(count, _RANGES_MAX)), body[12:])
        reached = address
        for begin, end in zip(numbers[::2], numbers[1::2]):
            if begin <= reached < end:
                reached = end
        if reached < address + length:
            raise Error("rspbridge gave another answer than was asked for")
        return stop_id

    def _ask(self, kind, body):
        self._last_id = (self._last_id + 1) & 0xffffffff
        self._socket.send(struct.pack("<II", kind, self._last_id) + body)
        while True:
            kind, number, body, file = self._receive()
            if kind == _STATE:
                continue
            if number != self._last_id:
                if file >= 0:
                    os.close(file)
                raise Error("rspbridge answered what wasn't asked")
            if kind == _FAILURE:
                self._fail(body)
            return kind, body, file

    @staticmethod
    def _fail(body):
        code, begin, end, size = struct.unpack_from("<IQQI", body)
        sentence = body[24:24 + size].decode("utf-8", "replace")
        if code == 1:
            raise Unreadable(sentence, begin, end)
        raise Running(sentence) if code == 2 else Error(sentence)

    def _receive_state(self):
        kind, _, _, file = self._receive()
        if file >= 0:
            os.close(file)
        if kind != _STATE:
            raise Error("rspbridge answered what wasn't asked")

    def _receive(self):
        """Type, request number, body, and descriptor or -1 of the next message."""
        data, files, flags, _ = socket.recv_fds(self._socket, _MESSAGE_MAX, 4)
        good = len(data) >= 8 and not flags & socket.MSG_TRUNC and len(files) <= 1
        kind, number = struct.unpack_from("<II", data) if good else (0, 0)
        if not good or (len(files) == 1) != (kind in (_HELLO, _VMAS_REPLY)):
            for file in files:
                os.close(file)
            raise Error("the connection to rspbridge is lost")
        return kind, number, data[8:], files[0] if files else -1


_LINE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][sp]) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)\s*(.*)")


def _parse_maps(text):
    """The VMAs of maps or smaps; the details of smaps are skipped."""
    found = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match:
            begin, end, permissions, offset, device, inode, path = match.groups()
            found.append(Vma(int(begin, 16), int(end, 16), permissions, int(offset, 16), device, int(inode), path))
    return found
