"""The bundled units, read from `courseware/content/<code>-<slug>/`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from courseware.packages.native import read
from courseware.problem import Problem
from courseware.unit import Unit

FOLDER = Path(__file__).parent.parent.parent / "courseware" / "content"


@dataclass(frozen=True, slots=True)
class BundledUnit:
    """A folder that was read: its name, its files, the unit or what is wrong with it."""

    name: str
    files: dict[str, bytes]
    unit: Unit | None
    problems: tuple[Problem, ...]


def bundled_units() -> Iterator[BundledUnit]:
    """Every folder in the order of names."""
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        reading = read(files)
        yield BundledUnit(folder.name, files, reading.unit, reading.problems)
