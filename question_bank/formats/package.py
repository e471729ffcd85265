"""Archives from strangers, read in memory: nothing is ever written to a disk under a name that a stranger chose.

What an archive says of itself is not believed: sizes, counts, names, kinds of entries and overlaps are checked, and
every part is unpacked with a limit.
"""

import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from question_bank.errors import UnreadableFile
from question_bank.formats.xml import local, parsed

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PART = 50 * 1024 * 1024
MAX_PARTS = 3000
MAX_NAME = 240
#: unpacked to packed, from the first megabyte on
MAX_RATIO = 200
MANIFEST = "imsmanifest.xml"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
_UTF8_FLAG = 0x800
#: encrypted or patched
_STRANGE_FLAGS = 0x1 | 0x20 | 0x40
#: the head of an entry: mark, flags, lengths of its name and of what follows it
_LOCAL = struct.Struct("<4s2xH18xHH")


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of an archive by their names, with "/" between folders."""

    parts: Mapping[str, bytes]

    def part(self, address: str, *, beside: str = "") -> bytes | None:
        """The part at a relative address as files write it (percent escapes, "../"), seen from the part `beside`."""
        split = urlsplit(address)
        if split.scheme or split.netloc:
            return None
        folder = beside.rpartition("/")[0]
        steps: list[str] = folder.split("/") if folder and not split.path.startswith("/") else []
        for step in unquote(split.path).split("/"):
            if step == "..":
                if not steps:
                    return None
                steps.pop()
            elif step not in ("", "."):
                steps.append(step)
        return self.parts.get(unicodedata.normalize("NFC", "/".join(steps)))


def opened(data: bytes, *, most_parts: int = MAX_PARTS, most_unpacked: int = MAX_UNPACKED) -> Package:
    """Everything in a zip archive of at most `most_parts` entries and `most_unpacked` bytes when unpacked.

    Raises UnreadableFile with `reason`: "empty", "too_large", "zip_damaged", "zip_packed" (unpacks to too much), "zip_name" (with `name`) or "zip_entry" (a link, something encrypted ...).
    """
    if not data:
        raise UnreadableFile(reason="empty")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(reason="too_large")
    if not data.startswith(b"PK\x03\x04"):  # something else in front: a picture, a program
        raise UnreadableFile(reason="zip_damaged")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _refuse_many(entries, most_parts, most_unpacked)
            _refuse_overlaps(entries, len(data))
            return Package(_unpacked(data, entries))
    except _DAMAGE as error:
        raise UnreadableFile(reason="zip_damaged") from error


def content_package(data: bytes) -> tuple[Package, etree._Element]:
    """An IMS content package: its parts and the root of its manifest, whose files are all there. Raises UnreadableFile,
    also with `reason` "no_manifest" and "manifest_file" (with `name`: a file that is not in the package).
    """
    package = opened(data)
    if MANIFEST not in package.parts:
        raise UnreadableFile(reason="no_manifest")
    root = parsed(package.parts[MANIFEST])
    for element in root.iter():
        if local(element) in ("resource", "file") and (address := element.get("href")):
            base = "".join(
                e.get("{http://www.w3.org/XML/1998/namespace}base", "") for e in (*element.iterancestors(), element)
            )
            if package.part(base + address) is None and package.part(address) is None:
                raise UnreadableFile(reason="manifest_file", name=address[:80])
    return package, root


def packed(parts: Mapping[str, bytes]) -> bytes:
    """An archive of these parts; the same parts make the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def _refuse_many(entries: list[zipfile.ZipInfo], most_parts: int, most_unpacked: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if not entries:
        raise UnreadableFile(reason="empty")
    if len(entries) > most_parts or total > most_unpacked or any(entry.file_size > MAX_PART for entry in entries):
        raise UnreadableFile(reason="zip_packed")


def _refuse_overlaps(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Entries that share packed bytes are how a small archive unpacks to a vast one."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end or entry.header_offset + 30 + entry.compress_size > size:
            raise UnreadableFile(reason="zip_damaged")
        end = entry.header_offset + 30 + entry.compress_size


def _unpacked(data: bytes, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    taken: set[str] = set()
    for entry in entries:
        name = _safe_name(entry)
        _refuse_kind(entry)
        folded = name.rstrip("/").casefold()
        if folded in taken and not entry.is_dir():
            raise UnreadableFile(reason="zip_name", name=name[:80])
        taken.add(folded)
        if not entry.is_dir():
            parts[name] = _content(data, entry)
    files = {name.casefold() for name in parts}
    if any(name.casefold().rsplit("/", n)[0] in files for name in parts for n in range(1, name.count("/") + 1)):
        raise UnreadableFile(reason="zip_name", name="")
    folders = {e for e in taken if e not in files}
    if folders & files:
        raise UnreadableFile(reason="zip_name", name="")
    return parts


def _refuse_kind(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    kind = stat.S_IFMT(mode)
    odd = kind not in (0, stat.S_IFREG, stat.S_IFDIR) or mode & (stat.S_ISUID | stat.S_ISGID)
    if odd or entry.flag_bits & 0x1 or entry.compress_type not in _METHODS:
        raise UnreadableFile(reason="zip_entry", name=entry.filename[:80])


def _safe_name(entry: zipfile.ZipInfo) -> str:
    """The name in Unicode (Chinese programs write GBK without saying so); refused when it leads anywhere else."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_FLAG:
        raw = name.encode("cp437", "replace")
        name = next((text for text in (_decoded(raw, "utf-8"), _decoded(raw, "gb18030")) if text is not None), name)
    name = unicodedata.normalize("NFC", name)
    steps = name.removesuffix("/").split("/")
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in name)
    if hidden or "\\" in name or ":" in name or len(name) > MAX_NAME or any(step in ("", ".", "..") for step in steps):
        raise UnreadableFile(reason="zip_name", name=repr(name)[:80])
    return name


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _content(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, never more of them unpacked than it says: to read one whole, the library unpacks whatever is
    there and cuts it afterwards.
    """
    mark, flags, names, extras = _LOCAL.unpack_from(data, entry.header_offset)
    start = entry.header_offset + _LOCAL.size + names + extras
    packed_bytes = data[start : start + entry.compress_size]
    name = entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8_FLAG else "cp437", "replace")
    same = mark == b"PK\x03\x04" and data[start - extras - names : start - extras] == name
    if not same or flags & _STRANGE_FLAGS or len(packed_bytes) < entry.compress_size:
        raise UnreadableFile(reason="zip_damaged")
    content = packed_bytes
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed_bytes, entry.file_size + 1)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise UnreadableFile(reason="zip_damaged")
    if len(content) > 1024 * 1024 and len(content) > MAX_RATIO * max(1, entry.compress_size):
        raise UnreadableFile(reason="zip_packed")
    return content
