"""What a reader of a format makes of a file, and how it refuses one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: characters of text that one document may have
MAX_TEXT = 3_000_000
MAX_BLOCKS = 60_000


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a row of a table (cells parted by bars) or a heading (`level` 1 to 6); `page` counts from 1, where
    the format has pages.
    """

    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that refuses nothing: a stable code and the facts of its sentence."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file as it was understood. `facts` is what it says of itself: author, issuer, subject. With `is_markdown` the
    text of its blocks is Markdown already.
    """

    format: str
    title: str
    blocks: tuple[Block, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    is_markdown: bool = False


class Unreadable(Exception):
    """A file that cannot become a document: a stable reason and the facts of its sentence."""

    def __init__(self, reason: str, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def bounded(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks that say something. Raises Unreadable with "no_text" or "too_long"."""
    kept = tuple(block for block in blocks if block.text.strip())
    if not kept:
        raise Unreadable("no_text")
    if len(kept) > MAX_BLOCKS or sum(len(block.text) for block in kept) > MAX_TEXT:
        raise Unreadable("too_long", most=MAX_TEXT)
    return kept
