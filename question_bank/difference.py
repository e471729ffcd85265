"""What changed between two wordings of an item, so that a person can read it: field by field, line by line, word by
word. Every type is compared by its record, so a new type needs nothing here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from question_bank.item import ItemVersion

#: a Chinese sign is a word, so is a run of letters or digits
_WORDS = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)
#: two lines with less in common are no wordings of the same line
ALIKE = 0.4
#: above this many words popular ones no longer anchor a comparison: that keeps it fast for hostile texts
LONG = 800
#: larger groups of changed lines are paired in their order
PAIRED = 30
YES, NO = "✓", "✗"
_TEXTS = (
    "explanation", "subject", "point", "objective", "cognitive", "difficulty", "enemies", "classification", "derived",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they stand on this side only."""

    text: str
    marked: bool = False


Words = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One particular of a line before and after, e.g. the words of an option, or whether it is right."""

    name: str
    before: Words
    after: Words

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return any(piece.marked for piece in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both wordings side by side; `kind` is "same", "changed", "gone" (before only) or "new"."""

    kind: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its lines."""

    name: str
    lines: tuple[Line, ...]

    @property
    def changed(self) -> bool:
        """Whether any line differs."""
        return any(line.kind != "same" for line in self.lines)


#: a line before it is compared: its particulars by name, the main one first
_Entry = Mapping[str, str]


def difference(before: ItemVersion, after: ItemVersion) -> tuple[Field, ...]:
    """Every field that either wording has, in reading order; those that are equal say so."""
    old, new = _fields(before), _fields(after)
    names = list(dict.fromkeys([*old, *new]))
    return tuple(Field(name, _aligned(old.get(name, []), new.get(name, []))) for name in names)


def texts(before: str, after: str) -> tuple[Line, ...]:
    """Two texts line by line: the lines of both in their order, words that stand on one side only marked."""
    return _aligned(_lines(before), _lines(after))


def side_by_side(before: str, after: str) -> tuple[Words, Words]:
    """Two texts in pieces, those marked that stand in one of them only."""
    part = _part("", before, after)
    return part.before, part.after


def _fields(version: ItemVersion) -> dict[str, list[_Entry]]:
    """A wording as fields of lines; what is empty is left out."""
    stimulus = version.stimulus
    fields: dict[str, list[_Entry]] = {
        "type": _lines(version.type),
        "stimulus_title": _lines(stimulus.title if stimulus else ""),
        "stimulus_text": _lines(stimulus.text if stimulus else ""),
        "stem": _lines(version.stem),
    }
    fields |= {name: _entries(value) for name, value in version.interaction.to_record(version.body).items()}
    fields |= {name: _lines(getattr(version, name)) for name in _TEXTS}
    fields["citations"] = [
        {"": one.source} | ({"article": one.article} if one.article else {}) for one in version.citations
    ]
    for name, day in (("valid_from", version.valid_from), ("valid_until", version.valid_until)):
        fields[name] = _lines(day.isoformat() if day else "")
    return {name: entries for name, entries in fields.items() if entries}


def _lines(text: str) -> list[_Entry]:
    return [{"": line} for line in text.split("\n")] if text else []


def _entries(value: object) -> list[_Entry]:
    """A part of a body's record as lines: an element of a list is a line, its particulars are those of the line."""
    if isinstance(value, list):
        return [_entry(one) for one in value]
    return _lines(_said(value))


def _entry(value: object) -> _Entry:
    if isinstance(value, dict):
        return {str(name): _said(inner) for name, inner in value.items()}
    return {"": _said(value)}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list | tuple):
        return (
            ", ".join(map(_said, value))
            if all(isinstance(one, int) for one in value)
            else " / ".join(map(_said, value))
        )
    return str(value)


def _aligned(old: Sequence[_Entry], new: Sequence[_Entry]) -> tuple[Line, ...]:
    """Lines side by side: equal ones first, then those between them that are alike."""
    first, second = [tuple(entry.items()) for entry in old], [tuple(entry.items()) for entry in new]
    lines: list[Line] = []
    for kind, i, j, m, n in SequenceMatcher(
        None, first, second, autojunk=len(first) + len(second) > LONG
    ).get_opcodes():
        if kind == "equal":
            lines += [_line(one, one) for one in old[i:j]]
        else:
            lines += [_line(first, second) for first, second in _pairs(old[i:j], new[m:n])]
    return tuple(lines)


def _pairs(old: Sequence[_Entry], new: Sequence[_Entry]) -> Iterable[tuple[_Entry | None, _Entry | None]]:
    """Old and new lines in their order, paired so that as much as possible stays alike."""
    if not old or not new:
        return [*((one, None) for one in old), *((None, one) for one in new)]
    if len(old) == len(new) or max(len(old), len(new)) > PAIRED:
        longest = max(len(old), len(new))
        return [(old[n] if n < len(old) else None, new[n] if n < len(new) else None) for n in range(longest)]
    return _best(old, new)


def _best(old: Sequence[_Entry], new: Sequence[_Entry]) -> list[tuple[_Entry | None, _Entry | None]]:
    """The pairing of the greatest likeness that keeps the order (longest common subsequence with weights)."""
    alike = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1])
    pairs: list[tuple[_Entry | None, _Entry | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return [*pairs, *((one, None) for one in old[i:]), *((None, one) for one in new[j:])]


def _likeness(one: _Entry, other: _Entry) -> float:
    """The share of words that two lines have in common, 0 below ALIKE."""
    ratio = _compared(_words("".join(one.values())), _words("".join(other.values()))).ratio()
    return ratio if ratio >= ALIKE else 0.0


def _line(old: _Entry | None, new: _Entry | None) -> Line:
    names = list(dict.fromkeys([*(old or {}), *(new or {})]))
    parts = tuple(_part(name, (old or {}).get(name, ""), (new or {}).get(name, "")) for name in names)
    if old is None or new is None:
        return Line("new" if old is None else "gone", parts)
    return Line("same" if old == new else "changed", parts)


def _part(name: str, old: str, new: str) -> Part:
    if old == new:
        return Part(name, _pieces([old], marked=False), _pieces([new], marked=False))
    first, second = _words(old), _words(new)
    matcher = _compared(first, second)
    if matcher.ratio() < ALIKE:
        return Part(name, _pieces(first, marked=True), _pieces(second, marked=True))
    before: list[Piece] = []
    after: list[Piece] = []
    for kind, i, j, m, n in matcher.get_opcodes():
        before += _pieces(first[i:j], marked=kind != "equal")
        after += _pieces(second[m:n], marked=kind != "equal")
    return Part(name, tuple(before), tuple(after))


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)


def _compared(first: Sequence[str], second: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, first, second, autojunk=max(len(first), len(second)) > LONG)


def _pieces(words: Sequence[str], *, marked: bool) -> Words:
    text = "".join(words)
    return (Piece(text, marked),) if text else ()
