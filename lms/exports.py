"""Files that a job wrote and that wait for whoever asked for them; after a day they are gone.

A file of questions with their keys, or of results, is a leak waiting to happen: it waits for one person, and not for long.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from lms.clock import now

#: how long a file that a job wrote can be fetched
KEPT = timedelta(days=1)
_FILE = re.compile(r"[0-9A-Za-z_-]{10,40}\.[a-z0-9]{2,5}\Z")


def keep_file(folder: Path, name: str, data: bytes) -> None:
    """Put a file where its owner can fetch it, and forget those of yesterday."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_old(folder.parent.glob("*/*"))
    aside = folder / f"{name}.part"
    aside.write_bytes(data)
    aside.replace(folder / name)


@contextmanager
def keeping(folder: Path, name: str) -> Iterator[Path]:
    """Where to write a file that may be large: under its name, and on disk, once the block has ended well."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_old(folder.parent.glob("*/*"))
    aside = folder / f"{name}.part"
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(folder / name)
    finally:
        aside.unlink(missing_ok=True)


def forget_old(paths: Iterable[Path]) -> None:
    """Remove files that nobody fetched within a day."""
    oldest = (now() - KEPT).timestamp()
    for path in paths:
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def folder_of(data: Path, thing_id: str, person_id: str) -> Path:
    """Where files on a thing (a pool, an exam) wait for one person, below the data folder."""
    return data / "exports" / f"{thing_id}-{person_id}"


def waiting_files(folder: Path) -> list[Path]:
    """The files in their owner's folder, the newest first."""
    found = [path for path in folder.glob("*") if _FILE.match(path.name)] if folder.is_dir() else []
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def waiting_file(folder: Path, name: str) -> Path | None:
    """The file of that name in its owner's folder, None when there is none (any more)."""
    path = folder / name
    return path if _FILE.match(name) and path.is_file() else None
