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
    """The processes of a process group. Who belongs to it is looked up now and then: that costs more than the figures."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._members: list[Path] = []
        self._looked = -LOOK_AGAIN

    def cpu_seconds(self) -> float:
        """User and system time that they have used, ended children that were waited for included."""
        return sum(sum(map(int, fields[11:15])) for fields in self._stats()) / _TICK

    def memory_bytes(self) -> int:
        """Their resident memory; pages they share count once for each."""
        return sum(int(fields[21]) for fields in self._stats()) * _PAGE

    def _stats(self) -> list[list[str]]:
        if time.monotonic() - self._looked >= LOOK_AGAIN:
            every = ((path, _fields(path)) for path in Path("/proc").glob("[0-9]*/stat"))
            self._members = [path for path, fields in every if fields and int(fields[2]) == self._number]
            self._looked = time.monotonic()
        return [fields for path in self._members if (fields := _fields(path))]


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
