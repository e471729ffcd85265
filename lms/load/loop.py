"""Thousands of scripts over HTTP/1.1 in one thread: sockets, a clock, and nothing between them.

A script is a generator. It yields a moment (of `time.perf_counter`) and is resumed when that has come, or the bytes of a
request and is resumed with the answer. Each has one kept connection, as a browser has. The generator shares the machine
with the server it measures, so it must cost little: no task, no future and no parsing beyond what a script asks for.
"""

import heapq
import itertools
import selectors
import socket
import time
from collections.abc import Generator
from dataclasses import dataclass

_CHUNK = 1 << 18
_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, lines of the head, body."""

    status: int
    head: bytes
    body: bytes

    def field(self, name: bytes) -> bytes:
        """A field of the head by its name in lower case, b"" where it is not there."""
        start = self.head.lower().find(b"\r\n" + name + b":")
        if start < 0:
            return b""
        start += len(name) + 3
        return self.head[start : self.head.find(b"\r\n", start)].strip()


class Unanswered(Exception):
    """A request that got no answer; says why."""

    code = "load.unanswered"


Script = Generator[float | bytes, Answer | None, None]


class _Line:
    """A script with its connection."""

    __slots__ = ("buffer", "fresh", "script", "sent", "socket", "unsent", "writing")

    def __init__(self, script: Script) -> None:
        self.script = script
        self.socket: socket.socket | None = None
        self.buffer = b""
        #: the request that waits for its answer, and what of it is yet to be sent
        self.sent = self.unsent = b""
        #: nothing was answered on this connection yet
        self.fresh = True
        #: waits until more can be sent
        self.writing = False


class Loop:
    """Plays scripts against one address until all have ended."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._selector = selectors.DefaultSelector()
        self._due: list[tuple[float, int, _Line]] = []
        self._count = itertools.count()
        self._lines: set[_Line] = set()
        #: requests sent so far
        self.requests = 0

    def add(self, script: Script) -> None:
        """A script; it begins in `run`."""
        line = _Line(script)
        self._lines.add(line)
        heapq.heappush(self._due, (0.0, next(self._count), line))

    def run(self, *, until: float) -> None:
        """Until every script has ended. At the moment `until` those that wait for an answer are told that none came."""
        while self._lines:
            now = time.perf_counter()
            if now >= until:
                self._give_up()
                return
            while self._due and self._due[0][0] <= now:
                self._go_on(heapq.heappop(self._due)[2])
            if not self._lines:
                break
            wait = max(0.0, min(self._due[0][0] if self._due else until, until) - time.perf_counter())
            for key, events in self._selector.select(wait):
                if events & selectors.EVENT_WRITE:
                    self._write(key.data)
                if events & selectors.EVENT_READ:
                    self._read(key.data)
        self._selector.close()

    def _give_up(self) -> None:
        for line in list(self._lines):
            if line.sent:
                self._fail(line, "no answer in time")
            line.script.close()
            self._end(line)
        self._selector.close()

    def _go_on(self, line: _Line, answer: Answer | None = None, error: Unanswered | None = None) -> None:
        try:
            wish = line.script.throw(error) if error else line.script.send(answer)
        except StopIteration:
            self._end(line)
            return
        if isinstance(wish, bytes):
            self.requests += 1
            line.sent = line.unsent = wish
            self._write(line)
        else:
            heapq.heappush(self._due, (wish, next(self._count), line))

    def _write(self, line: _Line) -> None:
        try:
            if line.socket is None:
                self._connect(line)
                return
            line.unsent = line.unsent[line.socket.send(line.unsent) :]
            if bool(line.unsent) != line.writing:
                line.writing = bool(line.unsent)
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.writing else 0)
                self._selector.modify(line.socket, wanted, line)
        except BlockingIOError:
            return
        except OSError as error:
            self._broken(line, str(error))

    def _connect(self, line: _Line) -> None:
        line.socket = socket.socket()
        line.socket.setblocking(False)
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.socket.connect_ex(self._address)
        line.fresh, line.writing, line.buffer = True, True, b""
        self._selector.register(line.socket, selectors.EVENT_WRITE, line)

    def _read(self, line: _Line) -> None:
        if line.socket is None:
            return
        try:
            data = line.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._broken(line, str(error))
            return
        if not data:
            self._broken(line, "closed by the server")
            return
        line.buffer = line.buffer + data if line.buffer else data
        answer = whole(line.buffer)
        if answer and line.sent:
            line.buffer, line.sent, line.fresh = b"", b"", False
            self._go_on(line, answer)

    def _broken(self, line: _Line, why: str) -> None:
        """A kept connection that the server closed between two requests is opened again, as a browser does."""
        self._hang_up(line)
        if not line.sent:
            return
        if line.fresh or line.buffer:
            self._fail(line, why)
            return
        line.unsent = line.sent
        self._write(line)

    def _fail(self, line: _Line, why: str) -> None:
        line.sent = line.unsent = b""
        self._hang_up(line)
        self._go_on(line, error=Unanswered(why))

    def _hang_up(self, line: _Line) -> None:
        if line.socket is not None:
            self._selector.unregister(line.socket)
            line.socket.close()
            line.socket = None

    def _end(self, line: _Line) -> None:
        self._hang_up(line)
        self._lines.discard(line)


def whole(data: bytes) -> Answer | None:
    """The answer in these bytes, None while some of it is missing."""
    end = data.find(_HEAD_END)
    if end < 0:
        return None
    head, start = data[: end + 2], end + 4
    status = int(head[9:12])
    found = Answer(status, head, b"")
    length = found.field(b"content-length")
    if length:
        last = start + int(length)
        return Answer(status, head, data[start:last]) if len(data) >= last else None
    if b"chunked" in found.field(b"transfer-encoding").lower():
        body = _joined(data[start:]) if data.endswith(b"0\r\n\r\n") else None
        return None if body is None else Answer(status, head, body)
    return found


def _joined(chunks: bytes) -> bytes | None:
    parts: list[bytes] = []
    place = 0
    while True:
        end = chunks.find(b"\r\n", place)
        if end < 0:
            return None
        size = int(chunks[place:end].split(b";")[0], 16)
        if not size:
            return b"".join(parts)
        parts.append(chunks[end + 2 : end + 2 + size])
        place = end + 4 + size
