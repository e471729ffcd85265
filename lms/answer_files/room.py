"""Where files that were handed in lie: a folder for each attempt, in it each file under the SHA-256 of its content, and beside
it the copy for those who mark it. What has its name is whole and on disk; what came in part has another name and is removed.
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import IO

from lms.answer_files.kinds import HEAD
from lms.clock import now
from lms.errors import Refused, StorageAway

BLOCK = 1 << 16
COPY = ".copy"
PART = ".part"
#: bytes that stay free for answers and everything else
SPARE = 256 * 1024 * 1024
#: seconds after which a part belongs to nobody any more
FORGOTTEN = 24 * 3600.0
#: a file under its hash, or its copy
_NAME = re.compile(r"[0-9a-f]{64}(?:\.copy)?\Z")


class Cut(Exception):
    """Less came than was announced, or more."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that came in: where it lies for now, its SHA-256 in hex, its bytes, and how it begins."""

    path: Path
    sha256: str
    size: int
    head: bytes

    @property
    def copy(self) -> Path:
        """Where its copy lies for now."""
        return self.path.with_suffix(COPY + PART)


def folder_of(answers: Path, attempt: str) -> Path:
    """Of an attempt, given by its public id."""
    return answers / attempt


def path_of(folder: Path, sha256: str) -> Path:
    """A file as it was handed in."""
    return folder / sha256


def copy_of(folder: Path, sha256: str) -> Path:
    """Its copy for those who mark it."""
    return folder / f"{sha256}{COPY}"


@contextmanager
def arriving(stream: IO[bytes], folder: Path, length: int) -> Iterator[Arrived]:
    """A file of `length` bytes from a stream, on disk; gone afterwards unless it was kept, and the folder with it where it is
    empty. Raises Cut, and OSError where there is no room.
    """
    if shutil.disk_usage(_there(folder)).free < 2 * length + SPARE:
        raise OSError(ENOSPC, "too little room")
    path = folder / f".{secrets.token_hex(8)}{PART}"
    try:
        with _opened(path) as file:
            found = _written(stream, file, path, length)
        _forget_parts(folder)
        yield found
    finally:
        for part in (path, path.with_suffix(COPY + PART)):
            part.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()


def _there(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _opened(path: Path) -> IO[bytes]:
    """A new file that only its owner may read; once more where the folder, being empty, was removed meanwhile."""
    for _attempt in range(3):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    raise OSError("its folder goes away again and again")


def _written(stream: IO[bytes], file: IO[bytes], path: Path, length: int) -> Arrived:
    digest, size, head = hashlib.sha256(), 0, b""
    while size <= length and (block := stream.read(BLOCK)):
        size += len(block)
        head += block[: HEAD - len(head)]
        digest.update(block)
        file.write(block)
    if size != length:
        raise Cut
    return Arrived(path, digest.hexdigest(), size, head)


@contextmanager
def keeping(arrived: Arrived, folder: Path) -> Iterator[None]:
    """Put a file and its copy under their names, on disk before this goes on. Where what follows is refused, those that were
    not there before are gone again; where it is not known whether it was written, they stay. One at a time in a folder,
    whichever process.
    """
    pairs = ((arrived.path, path_of(folder, arrived.sha256)), (arrived.copy, copy_of(folder, arrived.sha256)))
    with _alone(folder) as handle:
        fresh = [(part, target) for part, target in pairs if not target.exists()]
        try:
            for part, target in fresh:
                with part.open("rb+") as file:
                    os.fsync(file.fileno())
                part.replace(target)
            os.fsync(handle)
            for above in (folder.parent, folder.parent.parent):
                _sync_folder(above)
            yield
        except Refused as refusal:
            for _part, target in [] if isinstance(refusal, StorageAway) else fresh:
                target.unlink(missing_ok=True)
            raise


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Nobody else keeps or removes files of a folder meanwhile, in whichever process; its handle."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget_parts(folder: Path) -> None:
    """Remove what a server that was killed left behind."""
    oldest = now().timestamp() - FORGOTTEN
    for part in folder.glob(f".*{PART}"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < oldest:
                part.unlink()


def forget_strays(folder: Path, named: Callable[[], Set[str]]) -> int:
    """Remove files older than a day that no row names, with their copies and parts; how many files.

    `named` are the hashes that rows name. It is asked while nobody can keep a file here, so that it knows of every one kept.
    """
    _forget_parts(folder)
    if not _old_files(folder):
        return 0
    with _alone(folder):
        held = named()
        strays = [path for path in _old_files(folder) if path.name.removesuffix(COPY) not in held]
        for path in strays:
            path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return len({path.name.removesuffix(COPY) for path in strays})


def _old_files(folder: Path) -> list[Path]:
    oldest = now().timestamp() - FORGOTTEN
    files = [path for path in folder.iterdir() if _NAME.match(path.name)]
    return [path for path in files if path.stat().st_mtime < oldest]


def fits(path: Path, sha256: str) -> bool:
    """Whether a file is there and has this hash."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
