"""Files as they were given, kept below the media folder under their hash; never changed."""

import hashlib
import os
import secrets
from pathlib import Path

FOLDER = "originals"


def keep(media: Path, data: bytes) -> str:
    """Keep a file; its SHA-256 (hex). It is on the disk when this returns; the same bytes are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    target = path_of(media, digest)
    if target.is_file() and target.stat().st_size == len(data):
        return digest
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = target.with_name(f"{digest}.{secrets.token_hex(4)}.part")
    try:
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    _sync(target.parent)
    return digest


def path_of(media: Path, sha256: str) -> Path:
    """Where the file of a hash lies."""
    return media / FOLDER / sha256[:2] / sha256


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
