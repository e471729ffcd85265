"""The formats in which items come and go, written by hand: a format is its module and its line here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from question_bank.formats import native
from question_bank.formats.refusal import Imported, Refusal
from question_bank.item import ItemVersion


class Reader(Protocol):
    """Reads a whole file; never raises for what is in it."""

    def __call__(self, data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
        """`subjects`: codes by every name of a subject (as `columns.plain` gives it); `subject`: where none is said."""


class Writer(Protocol):
    """Writes items as one file."""

    def __call__(self, items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
        """`pictures`: the bytes of each picture that the items name, by its hash."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how its files end, whether some bytes look like it, how it is read and written.

    `losses` lists, before anything is written, what of the items the format cannot carry (where: ref of the item).
    """

    key: str
    #: the first is that of files we write
    endings: tuple[str, ...]
    looks_like: Callable[[str, bytes], bool]
    read: Reader | None = None
    write: Writer | None = None
    losses: Callable[[Sequence[ItemVersion]], tuple[Refusal, ...]] | None = None
    media_type: str = "application/octet-stream"


def _ends(*endings: str) -> Callable[[str, bytes], bool]:
    return lambda name, _data: name.lower().endswith(endings)


def _native(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    return native.read(data, name=name, subjects=(*subjects.values(), ""))


_ALL = (Format("native", (".toml",), _ends(".toml"), read=_native, media_type="application/toml"),)

#: every format by its key, in the order in which they are tried on a file
FORMATS: dict[str, Format] = {one.key: one for one in _ALL}


def recognised(name: str, data: bytes) -> Format | None:
    """The first format whose files look like this one."""
    return next((one for one in FORMATS.values() if one.read and one.looks_like(name, data)), None)
