"""What processes cost (CPU time and memory of a process group, read from the kernel) and what this one may open."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from lms import server

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
#: descriptors beside one for each candidate
SPARE_FILES = 200
#: seconds after which new processes of a group are seen
LOOK_AGAIN = 10.0


class Group:
    """The processes of a process group, and the children of one more that work for them (a database server's).

    Who belongs to it is looked up now and then: that costs more than the figures.
    """

    def __init__(self, number: int, helper: int = 0) -> None:
        self._number, self._helper = number, helper
        self._members: list[Path] = []
        self._looked = -LOOK_AGAIN

    def with_helper(self, helper: int) -> "Group":
        """The same processes and those of a database server; its number is that of the process that starts them."""
        return Group(self._number, helper)

    def cpu_seconds(self) -> float:
        """User and system time that they have used, ended children that were waited for included."""
        return sum(sum(map(int, fields[11:15])) for fields in self._stats()) / _TICK

    def memory_bytes(self) -> int:
        """Resident memory of the group, without the helper's; pages they share count once for each."""
        return sum(int(fields[21]) for fields in self._stats() if int(fields[2]) == self._number) * _PAGE

    def _stats(self) -> list[list[str]]:
        if time.monotonic() - self._looked >= LOOK_AGAIN:
            every = ((path, _fields(path)) for path in Path("/proc").glob("[0-9]*/stat"))
            self._members = [path for path, fields in every if fields and self._counts(path, fields)]
            self._looked = time.monotonic()
        return [fields for path in self._members if (fields := _fields(path))]

    def _counts(self, path: Path, fields: Sequence[str]) -> bool:
        helper = str(self._helper)
        return int(fields[2]) == self._number or (self._helper > 0 and helper in (fields[1], path.parent.name))


def parent(process: int) -> int:
    """The process that started another one; 0 where there is none or it may not be seen."""
    fields = _fields(Path(f"/proc/{process}/stat"))
    return int(fields[1]) if fields else 0


def _fields(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of the others does not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def most_candidates() -> int:
    """So many connections at once are possible here, on either side."""
    return server.raise_file_limit() - SPARE_FILES
