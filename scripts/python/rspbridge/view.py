"""One session's memory, by the protocol that docs/view.md specifies."""
import mmap
import os
import select
import socket
import struct
import time
from typing import List, Optional

from .errors import Error, Running, Unreadable
from .vmas import Vma, parse_maps

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
                return parse_maps(text.read(size).decode("utf-8", "replace"))
        finally:
            if file >= 0:
                os.close(file)

    def wait_for_stop(self, timeout: Optional[float] = None, after: int = 0) -> int:
        """Waits until the target is stopped, with a stop id greater than `after`; returns it. `timeout` in seconds, None for
        ever; then TimeoutError."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            self._fail_if_over()
            state = self.state
            if state % 2 == 0 and state // 2 > after:
                return state // 2
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([self._socket], [], [], left)[0]:
                raise TimeoutError("the target didn't stop in time")
            self._receive_any()

    def _fail_if_over(self):
        if select.select([self._socket], [], [], 0)[0] and not self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
            raise Error("the session is over")

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
        try:
            self._socket.send(struct.pack("<II", kind, self._last_id) + body)
        except ConnectionError as error:
            raise Error("the session is over") from error
        while True:
            kind, number, body, file = self._receive()
            if kind == _STATE:
                continue
            if number != self._last_id:  # of a call that was interrupted
                if file >= 0:
                    os.close(file)
                continue
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

    def _receive_any(self):
        file = self._receive()[3]
        if file >= 0:  # an answer of a call that was interrupted
            os.close(file)

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
