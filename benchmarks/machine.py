"""What processes cost: CPU time and memory of a process group, read from the kernel."""

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _stats(group: int) -> list[list[str]]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            found.append(fields)
    return found


def cpu_seconds(group: int) -> float:
    """User and system time that the processes of a group have used, ended children that were waited for included."""
    return sum(sum(map(int, fields[11:15])) for fields in _stats(group)) / _TICK


def memory_bytes(group: int) -> int:
    """Resident memory of the processes of a group."""
    return sum(int(fields[21]) for fields in _stats(group)) * _PAGE


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of the others does not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
