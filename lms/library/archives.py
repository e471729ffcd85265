"""Archives of documents from strangers: zip and tar.gz, unpacked in memory within limits, never onto a disk."""

import io
import re
import tarfile
import unicodedata
import zlib
from collections.abc import Iterator, Mapping

from lms.library.formats import epub, office
from lms.library.formats.record import Unreadable
from question_bank.errors import UnreadableFile
from question_bank.formats import package

MAX_FILES = 20_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PART = package.MAX_PART
MAX_NAME = 300
_GZIP = b"\x1f\x8b\x08"
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.I)


def files_of(data: bytes, *, name: str) -> Mapping[str, bytes]:
    """The files of an archive by their names; one that is no archive under its own. Raises Unreadable."""
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, name)
    if data.startswith(_GZIP):
        return _named(dict(_tar(_inflated(data))))
    return {name: data}


def _zipped(data: bytes, name: str) -> Mapping[str, bytes]:
    try:
        parts = package.opened(data, most_parts=MAX_FILES).parts
    except UnreadableFile as error:
        raise Unreadable(str(error.facts["reason"])) from error
    if office.DOCUMENT in parts or epub.CONTAINER in parts:
        return {name: data}
    return _named(dict(parts))


def _named(parts: dict[str, bytes]) -> Mapping[str, bytes]:
    kept = {name: parts[name] for name in sorted(parts) if not _IGNORED.search(name)}
    if not kept:
        raise Unreadable("empty")
    return kept


def _inflated(data: bytes) -> bytes:
    """The bytes within a gzip; never more of them than the limit, whatever it says of itself."""
    machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = machine.decompress(data, MAX_UNPACKED + 1)
    except zlib.error as error:
        raise Unreadable("zip_damaged") from error
    if len(content) > MAX_UNPACKED:
        raise Unreadable("zip_packed")
    if not machine.eof:
        raise Unreadable("zip_damaged")
    return content


def _tar(data: bytes) -> Iterator[tuple[str, bytes]]:
    seen = set[str]()
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for member in tar:
                if member.isdir():
                    continue
                name = _safe(member)
                file = tar.extractfile(member)
                if file is None or name.casefold() in seen or len(seen) >= MAX_FILES:
                    raise Unreadable("zip_packed" if len(seen) >= MAX_FILES else "zip_name")
                seen.add(name.casefold())
                yield name, file.read(MAX_PART + 1)
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise Unreadable("zip_damaged") from error


def _safe(member: tarfile.TarInfo) -> str:
    """The name of a plain file that leads nowhere else."""
    if not member.isreg() or member.issparse() or member.size > MAX_PART:
        raise Unreadable("zip_entry" if member.size <= MAX_PART else "zip_packed")
    name = unicodedata.normalize("NFC", member.name.removeprefix("./"))
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in name)
    steps = name.split("/")
    if hidden or "\\" in name or ":" in name or len(name) > MAX_NAME or any(step in ("", ".", "..") for step in steps):
        raise Unreadable("zip_name")
    return name
