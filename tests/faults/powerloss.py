"""A disk that forgets: an SQLite VFS that knows what had reached stable storage when the power went.

Writes go to the real file, so that SQLite sees what it wrote; beside it a mirror holds only what was followed by a
sync. `cut` gives the files as they would be found after a power cut: everything synced, of the rest a subset that
the caller chooses (a disk may write later blocks before earlier ones), and the last of them torn.
"""

from collections.abc import Callable
from pathlib import Path

import apsw

NAME = "forgetful"


class Disk:
    """What is durable of each file, and what was written since."""

    def __init__(self) -> None:
        self.durable: dict[str, bytearray] = {}
        self.unsynced: dict[str, list[tuple[int, bytes]]] = {}
        self.exists_durably: set[str] = set()
        #: writes, syncs and the like until the power goes; None: it stays
        self.power: int | None = None

    @property
    def dark(self) -> bool:
        """The power is gone."""
        return self.power == 0

    def _call(self) -> bool:
        """Count down; whether there is power for this call."""
        if self.power:
            self.power -= 1
        return not self.dark

    def opened(self, path: str) -> None:
        """Note a file that is there from the start."""
        if path in self.durable or self.dark:
            return
        content = Path(path).read_bytes() if Path(path).exists() else b""
        self.durable[path] = bytearray(content)
        self.unsynced[path] = []
        if content:
            self.exists_durably.add(path)

    def written(self, path: str, data: bytes, offset: int) -> None:
        """Note a write that no sync has followed yet."""
        if self._call():
            self.unsynced[path].append((offset, bytes(data)))

    def truncated(self, path: str, size: int) -> None:
        """Shortening a file takes effect at once here: the worst case for a journal."""
        if self._call():
            del self.durable[path][size:]

    def synced(self, path: str) -> None:
        """Everything written to the file so far is safe."""
        if not self._call():
            return
        for offset, data in self.unsynced[path]:
            _apply(self.durable[path], offset, data)
        self.unsynced[path].clear()
        self.exists_durably.add(path)

    def deleted(self, path: str) -> None:
        """Forget a file."""
        if self.dark:
            return
        for known in (self.durable, self.unsynced):
            known.pop(path, None)
        self.exists_durably.discard(path)

    def cut(self, path: str, target: Path, survives: Callable[[], bool]) -> None:
        """Write the database at `path`, as found after a power cut, to `target` (with its log)."""
        for suffix in ("", "-wal"):
            name = path + suffix
            if name not in self.exists_durably:
                continue
            content = bytearray(self.durable[name])
            for offset, data in self.unsynced[name]:
                if survives():
                    _apply(content, offset, data[: len(data) // 2] if survives() else data)
            Path(str(target) + suffix).write_bytes(content)


def _apply(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset : offset + len(data)] = data


class ForgetfulFile(apsw.VFSFile):
    """A file that tells the disk what happens to it."""

    def __init__(self, disk: Disk, filename: object, flags: list[int]) -> None:
        super().__init__("", filename, flags)  # type: ignore[arg-type]
        self.disk = disk
        self.path = filename.filename() if isinstance(filename, apsw.URIFilename) else str(filename)
        disk.opened(self.path)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        """Pass on and note."""
        super().xWrite(data, offset)
        self.disk.written(self.path, data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Pass on and note."""
        super().xTruncate(newsize)
        self.disk.truncated(self.path, newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Pass on and note."""
        super().xSync(flags)
        self.disk.synced(self.path)


class ForgetfulVFS(apsw.VFS):
    """The default file system, with a disk that can lose its power."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__(NAME, "")

    def xOpen(self, name: object, flags: list[int]) -> ForgetfulFile:  # type: ignore[override]  # noqa: N802
        """Open a file that tells the disk."""
        return ForgetfulFile(self.disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Delete and forget."""
        super().xDelete(filename, syncdir)
        self.disk.deleted(filename)
