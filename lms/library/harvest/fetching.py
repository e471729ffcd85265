"""Asking another server, which may be hostile: which addresses may be reached, how long and how much it may answer.

A name is resolved once, every address it has is looked at, and the connection goes to one that was looked at: a name that
resolves to another place a moment later gains nothing. Redirects are not followed, proxies of the environment not used.
"""

import email.utils
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from lms.clock import now
from lms.library.harvest.errors import Away, Unharvestable

LONGEST_ADDRESS = 400
#: bytes of an answer; seconds of one step (connecting, waiting for bytes) and of the whole answer
MOST_BYTES, STEP_SECONDS, WHOLE_SECONDS = 10 * 1024 * 1024, 15.0, 120.0
LONGEST_WAIT = 3600
_CHUNK = 64 * 1024
#: ports below this one that are not the web's belong to other services
_FREE_PORTS, _WEB = 1024, {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ASKED = {
    "Accept": "text/xml, application/xml",
    "Accept-Encoding": "identity",
    "User-Agent": "Shuyuan (OAI-PMH harvester)",
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Base:
    """The base address of a catalogue in its parts."""

    scheme: str
    host: str
    port: int
    path: str


def base_of(address: str) -> Base:
    """The parts of a base address. Raises Unharvestable with "address": http or https with a host, nothing else in it."""
    if (
        len(address) > LONGEST_ADDRESS
        or not address.isascii()
        or any(sign <= " " or sign in "\\<>\"'" for sign in address)
    ):
        raise Unharvestable("address")
    try:
        parts = urlsplit(address)
        port = parts.port or _WEB.get(parts.scheme, 0)
    except ValueError as error:
        raise Unharvestable("address") from error
    strange = parts.query or parts.fragment or "?" in address or "#" in address or "@" in parts.netloc
    if parts.scheme not in _WEB or not parts.hostname or strange:
        raise Unharvestable("address")
    if port not in _WEB.values() and port < _FREE_PORTS:
        raise Unharvestable("address")
    return Base(parts.scheme, parts.hostname, port, parts.path or "/")


def networks(text: str) -> tuple[Network, ...]:
    """The networks of a setting, comma separated. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def may_reach(address: _Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is one of the public ones, or of the networks that are allowed; so must be what it stands for."""
    return all(_is_fit(one, allowed) for one in (address, *_within(address)))


def _is_fit(address: _Address, allowed: Sequence[Network]) -> bool:
    if any(address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _within(address: _Address) -> Iterator[_Address]:
    """Addresses of the old kind that one of the new kind only wraps."""
    if not isinstance(address, ipaddress.IPv6Address):
        return
    teredo = address.teredo
    for one in (address.ipv4_mapped, address.sixtofour, teredo[1] if teredo else None):
        if one is not None:
            yield one
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def fetch(base: Base, arguments: Mapping[str, str], *, allowed: Sequence[Network] = ()) -> bytes:
    """What the server answers to a request with these arguments. Raises Away or Unharvestable."""
    connection = _connection(base, _place(base, allowed))
    try:
        with _no_longer(connection) as late:
            return _answer(connection, f"{base.path}?{urlencode(arguments)}", late)
    except ssl.SSLCertVerificationError as error:
        raise Unharvestable("certificate") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Away("away") from error
    finally:
        connection.close()


def _place(base: Base, allowed: Sequence[Network]) -> str:
    """The address to connect to. Raises Unharvestable when any that the name has may not be reached."""
    try:
        found = socket.getaddrinfo(base.host, base.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Away("name_unknown", host=base.host) from error
    places = [str(entry[4][0]) for entry in found]
    if not places or not all(may_reach(ipaddress.ip_address(place), allowed) for place in places):
        raise Unharvestable("private_address", host=base.host)
    return places[0]


def _connection(base: Base, place: str) -> http.client.HTTPConnection:
    """A connection to a place that bears the name of the host; TLS is held against the name."""
    made = http.client.HTTPConnection(base.host, base.port, timeout=STEP_SECONDS)
    made.sock = None
    try:
        sock = socket.create_connection((place, base.port), STEP_SECONDS)
    except OSError as error:
        raise Away("away") from error
    try:
        made.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=base.host) if _is_tls(base) else sock
    except ssl.SSLCertVerificationError as error:
        sock.close()
        raise Unharvestable("certificate") from error
    except (OSError, ValueError) as error:
        sock.close()
        raise Away("away") from error
    made.default_port = _WEB[base.scheme]
    return made


def _is_tls(base: Base) -> bool:
    return base.scheme == "https"


@contextmanager
def _no_longer(connection: http.client.HTTPConnection) -> Iterator[threading.Event]:
    """Cut a connection off when its whole time is over, however slowly bytes come; the event tells that it was."""
    late, sock = threading.Event(), connection.sock

    def cut() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set():
            raise Away("too_slow") from error
        raise
    finally:
        timer.cancel()


def _answer(connection: http.client.HTTPConnection, target: str, late: threading.Event) -> bytes:
    connection.request("GET", target, headers=_ASKED)
    answer = connection.getresponse()
    _check_status(answer)
    if (answer.length or 0) > MOST_BYTES:
        raise Unharvestable("too_large", megabytes=MOST_BYTES // 1_048_576)
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unharvestable("encoding")
    found = bytearray()
    while chunk := answer.read(_CHUNK):
        found += chunk
        if len(found) > MOST_BYTES:
            raise Unharvestable("too_large", megabytes=MOST_BYTES // 1_048_576)
    if late.is_set():
        raise Away("too_slow")
    return bytes(found)


def _check_status(answer: http.client.HTTPResponse) -> None:
    if answer.status == http.HTTPStatus.OK:
        return
    if answer.status == http.HTTPStatus.TOO_MANY_REQUESTS or answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Away("busy", retry_after=_seconds(answer.headers.get("Retry-After", "")), status=answer.status)
    if http.HTTPStatus.MULTIPLE_CHOICES <= answer.status < http.HTTPStatus.BAD_REQUEST:
        raise Unharvestable("moved", status=answer.status)
    raise Unharvestable("status", status=answer.status)


def _seconds(text: str) -> int | None:
    """The seconds of Retry-After (a number, or a date), an hour at most; None for none."""
    if text.isascii() and text.isdigit():
        return min(int(text[:6]), LONGEST_WAIT)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    zoned: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0, int((zoned - now()).total_seconds())), LONGEST_WAIT)
