"""The formats in which items come and go, written by hand: a format is its module and its line here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from question_bank.formats import (
    aiken,
    embedded,
    excel,
    gift,
    json_items,
    moodle,
    moodle_writer,
    native,
    qti_packages,
    text,
    workbook,
)
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.rows import ReadFile
from question_bank.item import ItemVersion

MAX_BYTES = 20 * 1024 * 1024


class Reader(Protocol):
    """Reads a whole file; never raises for what is in it."""

    def __call__(self, data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
        """`subjects`: codes by every name of a subject (as `columns.plain` gives it); `subject`: where none is said."""


class RowReader(Protocol):
    """Reads a whole file whose questions are rows of cells, which people can mend one by one."""

    def __call__(self, data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> ReadFile | None:
        """As `Reader`; None where this file of the format has no rows, so that `read` must do."""


class Writer(Protocol):
    """Writes items as one file."""

    def __call__(self, items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
        """`pictures`: the bytes of each picture that the items name, by its hash."""


class TitledWriter(Protocol):
    """Writes items as one file in which subjects stand by their names."""

    def __call__(
        self, items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes], titles: Mapping[str, str] | None = None
    ) -> bytes:
        """`titles`: names of the subjects by their codes."""


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
    #: tried before `read`
    rows: RowReader | None = None
    #: writes as `write` does, with the names that people have for the subjects
    titled: TitledWriter | None = None
    #: bytes of a file that is read
    limit: int = MAX_BYTES

    @property
    def ending(self) -> str:
        """That of files we write."""
        return self.endings[0]


def _ends(*endings: str) -> Callable[[str, bytes], bool]:
    return lambda name, _data: name.lower().endswith(endings)


def _native(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    return native.read(data, name=name, subjects=(*subjects.values(), ""))


#: a line a format; those that tell themselves by their content stand before those that take any text
_ALL = (
    Format(
        "qti",
        (".zip", ".xml"),
        qti_packages.looks_like,
        read=qti_packages.read,
        write=partial(qti_packages.write, version="3.0"),
        losses=qti_packages.losses,
        media_type="application/zip",
    ),
    *(
        Format(
            f"qti{version.replace('.', '')}",
            (".zip",),
            lambda _name, _data: False,
            write=partial(qti_packages.write, version=version),
            losses=qti_packages.losses,
            media_type="application/zip",
        )
        for version in ("2.2", "2.1")
    ),
    Format(
        "native",
        (".toml",),
        _ends(".toml"),
        read=_native,
        write=native.write,
        losses=native.losses,
        media_type="application/toml",
    ),
    Format(
        "json",
        (".json",),
        json_items.looks_like,
        read=json_items.read,
        write=json_items.write,
        losses=json_items.losses,
        media_type="application/json",
        rows=json_items.rows,
    ),
    Format(
        "moodle",
        (".xml",),
        moodle.looks_like,
        read=moodle.read,
        write=moodle_writer.write,
        media_type="application/xml",
    ),
    Format("cloze", (".txt",), embedded.looks_like, read=embedded.read, media_type="text/plain; charset=utf-8"),
    Format(
        "aiken",
        (".txt",),
        aiken.looks_like,
        read=aiken.read,
        write=aiken.write,
        losses=aiken.losses,
        media_type="text/plain; charset=utf-8",
    ),
    Format(
        "gift",
        (".gift", ".txt"),
        gift.looks_like,
        read=gift.read,
        write=gift.write,
        losses=gift.losses,
        media_type="text/plain; charset=utf-8",
    ),
    Format(
        "excel",
        excel.ENDINGS,
        excel.looks_like,
        read=excel.read_file,
        rows=excel.read,
        write=workbook.write,
        losses=workbook.losses,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        titled=workbook.write,
    ),
    Format(
        "text",
        text.ENDINGS,
        text.looks_like,
        read=text.read_file,
        write=text.write,
        losses=text.losses,
        media_type="text/plain; charset=utf-8",
        rows=text.rows,
    ),
)

#: every format by its key, in the order in which they are tried on a file
FORMATS: dict[str, Format] = {one.key: one for one in _ALL}


def named(word: str) -> Format | None:
    """The format of a key, or of an ending of its files: "excel", "xlsx", ".xlsx"."""
    ending = "." + word.lower().lstrip(".")
    first = next((one for one in FORMATS.values() if ending == one.ending), None)
    return FORMATS.get(word.lower()) or first or next((f for f in FORMATS.values() if ending in f.endings), None)


def recognised(name: str, data: bytes) -> Format | None:
    """The first format whose files look like this one."""
    return next((one for one in FORMATS.values() if one.read and one.looks_like(name, data)), None)
