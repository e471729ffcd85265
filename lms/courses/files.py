"""Files of units on the disk, under their hash: whole, and there to stay once the call returns."""

import os
import secrets
from pathlib import Path


def place_of(folder: Path, sha256: str) -> Path:
    """Where the file of a hash lies in the folder of media."""
    return folder / sha256[:2] / sha256


def write_once(target: Path, data: bytes) -> None:
    """Write a file whose name is its hash, unless it is there already: aside, flushed to the disk, then in place."""
    if target.is_file() and target.stat().st_size == len(data):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
