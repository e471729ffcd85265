"""A small HTTP/1.1 client for thousands of connections in one process: keep-alive, one request at a time each."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *(page=[^;\r\n]+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r\n]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, where it leads and the cookie it sets ("" for none), body as it was sent."""

    status: int
    location: str
    cookie: str
    body: bytes


class Connection(asyncio.Protocol):
    """One connection; it is opened at the first request and again after the server closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to send."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told."""
        self._transport = None
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("closed by the server"))

    def data_received(self, data: bytes) -> None:
        """Collect until an answer is whole."""
        self._buffer += data
        answer = self._whole()
        if answer and self._waiting and not self._waiting.done():
            self._buffer.clear()
            self._waiting.set_result(answer)

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request and wait for its answer; raises OSError when the connection breaks."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            await loop.create_connection(lambda: self, self._host, self._port)
        assert self._transport is not None
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        self._buffer.clear()
        self._waiting = loop.create_future()
        self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return await self._waiting

    def close(self) -> None:
        """End the connection."""
        if self._transport:
            self._transport.close()

    def _whole(self) -> Answer | None:
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        head = bytes(self._buffer[: head_end + 2])
        rest = bytes(self._buffer[head_end + 4 :])
        status = int(head[9:12])
        found = _LOCATION.search(head)
        location = found[1].decode() if found else ""
        kept = _COOKIE.search(head)
        cookie = kept[1].decode() if kept else ""
        length = _LENGTH.search(head)
        if length:
            wanted = int(length[1])
            return Answer(status, location, cookie, rest[:wanted]) if len(rest) >= wanted else None
        if _CHUNKED.search(head):
            return Answer(status, location, cookie, _joined(rest)) if rest.endswith(b"0\r\n\r\n") else None
        return Answer(status, location, cookie, b"") if status in (204, 304) else None


def _joined(chunks: bytes) -> bytes:
    parts, place = [], 0
    while True:
        end = chunks.index(b"\r\n", place)
        size = int(chunks[place:end], 16)
        if not size:
            return b"".join(parts)
        parts.append(chunks[end + 2 : end + 2 + size])
        place = end + 4 + size
