"""Pictures in files on their way into the bank: each is encoded anew and kept; the items name it by its new hash."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lms.bank.errors import PictureUnfit
from lms.bank.files import Content, Line
from question_bank.formats.pictures import fitted, named, renamed
from question_bank.formats.refusal import Refusal
from question_bank.item import ItemVersion


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture as it is kept: its hash, width and height."""

    sha256: str
    width: int
    height: int


def settled(content: Content, *, known: Callable[[str], Kept | None], keep: Callable[[bytes], Kept]) -> Content:
    """The content with every picture kept; an item whose picture is unfit or nowhere to be found is refused.

    `known` finds a picture that is kept already under a hash: its bytes are ours and are not encoded twice.
    `keep` encodes a picture anew and keeps it; it raises PictureUnfit.
    """
    kept: dict[str, Kept] = {}
    unfit: dict[str, str] = {}
    for digest in sorted(named(content.items)):
        found = known(digest)
        if found is None and digest in content.pictures:
            try:
                found = keep(content.pictures[digest])
            except PictureUnfit as refusal:
                unfit[digest] = f"unfit_{refusal.facts['reason']}"
        if found is not None:
            kept[digest] = found
        else:
            unfit.setdefault(digest, "unfit_missing")
    if not kept and not unfit:
        return content
    return replace(content, lines=tuple(_line(line, kept, unfit) for line in content.lines), pictures={})


def _line(line: Line, kept: Mapping[str, Kept], unfit: Mapping[str, str]) -> Line:
    used = named([line.item]) if line.item is not None else frozenset()
    if line.item is None or not used:
        return line
    bad = tuple(Refusal(line.place, "picture", digest[:12], unfit[digest]) for digest in sorted(used & set(unfit)))
    if bad:
        return replace(line, item=None, complaints=(*line.complaints, *bad))
    return replace(line, item=_settled(line.item, kept))


def _settled(item: ItemVersion, kept: Mapping[str, Kept]) -> ItemVersion:
    new = renamed(item, {digest: one.sha256 for digest, one in kept.items()})
    return fitted(new, {one.sha256: (one.width, one.height) for one in kept.values()})
