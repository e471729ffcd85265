"""The file a backup is: a tar, compressed with zstd, whose first member lists the hash of every other one.

Reading trusts nothing: members must be plain files that the list names, of the size and hash it says, within limits.
The list itself is protected by the hash of the whole file, which `write` gives back to be kept elsewhere.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import zstandard

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MANIFEST = 64 * 1024 * 1024
MOST_FILES = 500_000
LONGEST_PATH = 240
LONGEST_EXTENSION = 4096
_BLOCK = 1 << 20
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,7}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_WORD = re.compile(r"[A-Za-z0-9_.:+-]{1,64}\Z")


class BadArchive(Exception):
    """A file that is no backup, or a damaged or altered one; `reason` says what does not fit."""

    code = "backup.damaged"

    def __init__(self, reason: str) -> None:
        super().__init__(f"This backup cannot be used: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the backup: its path there, its size in bytes and its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds.

    `revision` is that of the database schema, `tables` the number of rows of each table, `head` number and hash (hex)
    of the last audit entry, `database` "sqlite" or "postgresql", `made_at` an ISO moment in UTC.
    """

    release: str
    revision: str
    made_at: str
    database: str
    tables: Mapping[str, int]
    head: tuple[int, str]
    files: tuple[Stored, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together, unpacked."""
        return sum(file.size for file in self.files)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_path(path: str) -> bool:
    """Whether a member may bear this path: relative, plain names, none of them beginning with a dot."""
    return len(path) <= LONGEST_PATH and _PATH.match(path) is not None


def write(target: Path, manifest: Manifest, sources: Mapping[str, Path]) -> str:
    """Write the backup whole or not at all, readable by its owner only; the SHA-256 of the file.

    `sources` says where the bytes of each path of the manifest are. A file that is not any more as the manifest says
    raises BadArchive.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with _create(part) as raw:
            with zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(raw, closefd=False) as packed:
                _write_members(packed, manifest, sources)
            raw.flush()
            os.fsync(raw.fileno())
        digest = sha256(part)
        part.replace(target)
        _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return digest


def _create(path: Path) -> IO[bytes]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_members(packed: IO[bytes], manifest: Manifest, sources: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        record = asdict(manifest) | {"format": FORMAT}
        data = json.dumps(record, ensure_ascii=False, indent=1).encode()
        tar.addfile(_member(MANIFEST, len(data)), io.BytesIO(data))
        for file in manifest.files:
            with sources[file.path].open("rb") as source:
                hashing = _Hashing(source)
                tar.addfile(_member(file.path, file.size), hashing)
            if hashing.hexdigest() != file.sha256:
                raise BadArchive(f"{file.path} changed while it was copied")


def _member(path: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path)
    member.size, member.mode = size, 0o600
    return member


class _PlainMember(tarfile.TarInfo):
    """A header that is a plain file's, or a short extension of one: long ones would fill the memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        """Where every Python hands over a header it has read, before anything that belongs to it is read."""
        if self.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) and (
            self.type != tarfile.XHDTYPE or self.size > LONGEST_EXTENSION
        ):
            raise BadArchive(f"{self.name[:LONGEST_PATH]!r} is no plain file")
        return super()._proc_member(archive)  # type: ignore[misc]  # not public, and the same since Python 2.6


class _Hashing(io.RawIOBase):
    """Reads from a file and hashes what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        return data

    def hexdigest(self) -> str:
        """The hash of what was read."""
        return self._digest.hexdigest()


@contextmanager
def opened(source: Path) -> Iterator["Opened"]:
    """A backup with its manifest read, to be unpacked. Raises BadArchive."""
    with source.open("rb") as raw:
        packed: IO[bytes] = raw
        if raw.read(4) == _ZSTD_MAGIC:
            raw.seek(0)
            packed = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, closefd=False)
        else:
            raw.seek(0)
        try:
            with tarfile.open(fileobj=packed, mode="r|", tarinfo=_PlainMember) as tar:
                yield Opened(_first(tar), tar, packed)
        except (tarfile.TarError, zstandard.ZstdError, EOFError, UnicodeError) as error:
            raise BadArchive(f"it is cut off or not a backup ({error})") from error


def _first(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    if member is None or member.name != MANIFEST or not member.isreg() or member.size > MOST_MANIFEST:
        raise BadArchive(f"it does not begin with {MANIFEST}")
    file = tar.extractfile(member)
    data = file.read(MOST_MANIFEST) if file else b""
    try:
        return read_manifest(json.loads(data))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadArchive(f"{MANIFEST} is malformed ({type(error).__name__}: {error})") from error


def read_manifest(record: Any) -> Manifest:
    """A manifest from its record. Raises ValueError, KeyError or TypeError for what is none, BadArchive for limits."""
    if record["format"] != FORMAT:
        raise BadArchive(f"it is of format {record['format']!r}; this release reads {FORMAT}")
    if len(record["files"]) > MOST_FILES:
        raise BadArchive(f"it lists more than {MOST_FILES} files")
    files = tuple(Stored(str(f["path"]), _count(f["size"]), str(f["sha256"])) for f in record["files"])
    number, digest = record["head"]
    for file in files:
        if not safe_path(file.path) or not _DIGEST.match(file.sha256):
            raise BadArchive(f"it lists a file that may not be there: {file.path[:LONGEST_PATH]!r}")
    if len({file.path for file in files}) != len(files):
        raise BadArchive("it lists a file twice")
    if record["database"] not in ("sqlite", "postgresql") or not _DIGEST.match(str(digest)):
        raise ValueError("database or head")
    return Manifest(
        release=_word(record["release"]),
        revision=_word(record["revision"]),
        made_at=_word(record["made_at"]),
        database=record["database"],
        tables={str(name): _count(rows) for name, rows in record["tables"].items()},
        head=(_count(number), digest),
        files=files,
    )


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no number of things")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str) or not _WORD.match(value):
        raise ValueError(f"{value!r} is no plain word")
    return value


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that is being read: what it says it holds, and the rest of the stream."""

    manifest: Manifest
    tar: tarfile.TarFile
    packed: IO[bytes]

    def unpack(self, into: Path) -> None:
        """Write every listed file below `into`, checking each. Raises BadArchive at the first that differs."""
        expected = {file.path: file for file in self.manifest.files}
        while (member := self.tar.next()) is not None:
            file = expected.pop(member.name, None)
            if file is None:
                raise BadArchive(f"it holds {member.name[:LONGEST_PATH]!r}, which it does not list, or holds it twice")
            if not member.isreg() or member.size != file.size:
                raise BadArchive(f"{file.path} is not the file it lists")
            source = self.tar.extractfile(member)
            if source is None or _copy(source, into / file.path) != file.sha256:
                raise BadArchive(f"{file.path} was altered")
        if expected:
            raise BadArchive(f"{min(expected)} is missing ({len(expected)} files)")
        if any(self.packed.read(_BLOCK)) or self.packed.read(1):  # padding; reading on proves the checksum of zstd too
            raise BadArchive("something follows its end")


def _copy(source: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with _create(target) as file:
        while block := source.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
