"""Safe Exam Browser: the Config Key of a configuration, and whether a request shows that it knows a key.

The Config Key is the SHA-256 of the configuration in a normal form that the project calls SEB-JSON
(safeexambrowser.org/developer/seb-config-key.html): keys in order without regard to case, no white space, nothing
escaped, data as base64, `originatorVersion` and empty dictionaries left out. A browser proves a key by the SHA-256 of the
address it asks for followed by the key.
"""

import hashlib
import hmac
import math
import re
import zlib
from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from question_bank.errors import UnreadableFile
from question_bank.formats.xml import local, parsed

#: that prove a Config Key, a Browser Exam Key
HEADERS = "X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash"
MAX_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"
_PLAIN = b"plnd"
#: by password, for reconfiguring clients, by certificate
_ENCRYPTED = (b"pswd", b"pwcc", b"pkhs", b"phsk")
#: Apple's declaration, which every configuration begins with: it names a DTD and defines nothing
_DOCTYPE = re.compile(
    rb'\A((?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]{0,200}\?>\s*)?)<!DOCTYPE\s+plist\s+PUBLIC\s+"[^"<>\[\]]{0,200}"\s+"[^"<>\[\]]{0,200}"\s*>'
)
_KEY = re.compile(r"[0-9a-f]{64}\Z")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}\Z")


def config_key(data: bytes) -> str:
    """The Config Key of a .seb file, 64 hex digits.

    Raises UnreadableFile with `reason`: those of `question_bank.formats.xml`, "encrypted", or "not_seb".
    """
    return hashlib.sha256(normal_form(data).encode()).hexdigest()


def normal_form(data: bytes) -> str:
    """A configuration as SEB-JSON; raises as `config_key`."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile(reason="too_large")
    root = parsed(_DOCTYPE.sub(rb"\1", _unpacked(data), count=1))
    if local(root) != "plist" or len(root) != 1 or local(root[0]) != "dict":
        raise UnreadableFile(reason="not_seb")
    settings = _settings(root[0])
    settings.pop("originatorVersion", None)
    return _object(settings) if settings else "[]"


def read_key(text: str) -> str | None:
    """The key somebody pasted, in lower case; None where it is no SHA-256."""
    key = text.strip().lower()
    return key if _KEY.match(key) else None


def proves(shown: str, address: str, keys: Iterable[str]) -> bool:
    """Whether a hash is that of the address, without its fragment, followed by one of the keys."""
    page = address.partition("#")[0]
    given = shown.strip().lower().encode()
    # every key is tried, so that the time says nothing of which one was right
    found = [hmac.compare_digest(hashlib.sha256((page + key).encode()).hexdigest().encode(), given) for key in keys]
    return any(found)


def _unpacked(data: bytes) -> bytes:
    """The XML of a file, which may be packed once around its kind and once inside."""
    if data[:2] == _GZIP:
        data = _inflated(data)
    if data[:4] in _ENCRYPTED:
        raise UnreadableFile(reason="encrypted")
    if data[:4] == _PLAIN:
        data = data[4:]
        if data[:2] == _GZIP:
            data = _inflated(data)
    return data


def _inflated(data: bytes) -> bytes:
    """Unpacked, as far as a configuration may reach."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise UnreadableFile(reason="not_seb") from error
    if len(found) > MAX_BYTES:
        raise UnreadableFile(reason="too_large")
    if not unpacking.eof:
        raise UnreadableFile(reason="not_seb")
    return found


def _settings(element: etree._Element) -> dict[str, str]:
    """Keys and values of a dictionary; an empty dictionary as a value is left out."""
    parts = list(element)
    if len(parts) % 2 or any(local(key) != "key" for key in parts[::2]):
        raise UnreadableFile(reason="not_seb")
    found: dict[str, str] = {}
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        name = key.text or ""
        if name in found or len(key):
            raise UnreadableFile(reason="not_seb")
        if local(value) != "dict" or len(value):
            found[name] = _value(value)
    return found


def _object(settings: dict[str, str]) -> str:
    """A dictionary in its order."""
    names = sorted(settings, key=lambda name: (name.lower(), name.swapcase()))
    return "{" + ",".join(f'"{name}":{settings[name]}' for name in names) + "}"


def _value(element: etree._Element) -> str:
    kind = local(element)
    if kind == "dict":
        return _object(_settings(element))
    if kind == "array":
        return "[" + ",".join(map(_value, element)) + "]"
    written = _WRITTEN.get(kind)
    if written is None or len(element):
        raise UnreadableFile(reason="not_seb")
    return written(element.text or "")


def _whole(text: str) -> str:
    if not _INTEGER.match(text.strip()):
        raise UnreadableFile(reason="not_seb")
    return str(int(text))


def real(text: str) -> str:
    """A number with a fraction, to fifteen digits, as the browser writes it: 0.25, 1E-05, 3 for 3.0."""
    try:
        value = float(text)
    except ValueError as error:
        raise UnreadableFile(reason="not_seb") from error
    if not math.isfinite(value):
        raise UnreadableFile(reason="not_seb")
    return f"{value or 0.0:.15g}".replace("e", "E")


_WRITTEN: Mapping[str, Callable[[str], str]] = {
    "true": lambda _text: "true",
    "false": lambda _text: "false",
    "string": lambda text: f'"{text}"',
    "date": lambda text: f'"{text.strip()}"',
    "data": lambda text: f'"{"".join(text.split())}"',
    "integer": _whole,
    "real": real,
}
