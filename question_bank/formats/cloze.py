"""Gaps of Moodle's cloze questions: {weight:TYPE:answers} within a text."""

import html
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from question_bank.formats.foreign import WHOLE, Answer, Rich, Unfit
from question_bank.interactions.base import MAX_WEIGHT
from question_bank.problem import Problem, shortened

#: every name of a type, with the type, and whether small and capital letters differ
_KINDS = {
    "shortanswer": ("shortanswer", False), "sa": ("shortanswer", False), "mw": ("shortanswer", False),
    "shortanswer_c": ("shortanswer", True), "sac": ("shortanswer", True), "mwc": ("shortanswer", True),
    "numerical": ("numerical", False), "nm": ("numerical", False),
} | {
    name + more: ("multichoice", False) for name, mores in (
        ("multichoice", ("", "_v", "_h", "_s", "_vs", "_hs")), ("mc", ("", "v", "h", "s", "vs", "hs"))
    ) for more in mores
} | {
    name + more: ("multiresponse", False) for name, mores in (
        ("multiresponse", ("", "_h", "_s", "_hs")), ("mr", ("", "h", "s", "hs"))
    ) for more in mores
}  # fmt: skip
#: gaps of one question that are looked at, and answers of one gap
MOST = 100
_OPENING = re.compile(r"\{(\d{0,3}):([A-Za-z]{2,13}(?:_[A-Za-z]{1,2})?)(?=[:}])")
_MEANT = re.compile(r"\\([\\~=#{}:/\"'])")
_WORTH = re.compile(r"\s*(?:=|%(-?\d{1,3}(?:\.\d{0,10})?)%)")
_LITERAL_MARK = re.compile(r"\[(?=\[\d{1,2}\]\])")
#: stand for signs behind a backslash while answers are taken apart
_HELD = "".join(map(chr, range(0xFDD0, 0xFDE0)))
_SIGNS = "\\~=#{}:/\"'"


@dataclass(frozen=True, slots=True)
class Part:
    """A gap: its type, what it is worth beside others, its answers."""

    kind: str
    name: str
    weight: int
    answers: tuple[Answer, ...]
    case: bool = False


def parted(text: str) -> tuple[str, tuple[Part, ...]]:
    """The text with marks [[1]] … for its gaps, and the gaps; raises Unfit for one that is not whole."""
    parts: list[Part] = []
    shown = ""
    place = 0
    text = _LITERAL_MARK.sub("[ ", text)
    while (found := _OPENING.search(text, place)) is not None:
        end = _end(text, found.end())
        if end is None:
            raise Unfit(Problem("stem", "cloze_part", shortened(text[found.start() : found.start() + 60])))
        if len(parts) == MOST:
            raise Unfit(Problem("stem", "too_many", str(len(parts) + 1), {"most": MOST}))
        parts.append(_part(found, text[found.end() + 1 : end] if text[found.end()] == ":" else ""))
        shown += text[place : found.start()] + f"[[{len(parts)}]]"
        place = end + 1
    return shown + text[place:], tuple(parts)


def _end(text: str, start: int) -> int | None:
    """Where the brace closes that is open at `start`."""
    place = start
    while place < len(text) and text[place] != "}":
        place += 2 if text[place] == "\\" else 1
    return place if place < len(text) else None


def _part(found: re.Match[str], inner: str) -> Part:
    known = _KINDS.get(found[2].lower())
    if known is None:
        raise Unfit(Problem("stem", "cloze_part", shortened(found[0])))
    kind, case = known
    weight = int(found[1] or 1)
    if not 1 <= weight <= MAX_WEIGHT:
        raise Unfit(Problem("stem", "weight", found[1], {"most": MAX_WEIGHT}))
    held = _MEANT.sub(lambda match: _HELD[_SIGNS.index(match[1])], inner)
    pieces = [piece for piece in held.split("~") if piece.strip()]
    if not pieces or len(pieces) > MOST:
        raise Unfit(Problem("stem", "cloze_part", shortened(found[0] + "}")))
    return Part(kind, found[2].upper(), weight, tuple(_answer(kind, piece) for piece in pieces), case)


def _answer(kind: str, piece: str) -> Answer:
    found = _WORTH.match(piece)
    worth = Decimal(0) if found is None else WHOLE if found[1] is None else Decimal(found[1])
    words, _sign, feedback = piece[found.end() if found else 0 :].partition("#")
    tolerance = "0"
    if kind == "numerical":
        words, _sign, tolerance = words.partition(":")
        _refuse_no_number(words, tolerance)
    form = "html" if kind != "numerical" else "plain"
    text = _meant(words).strip()
    return Answer(Rich(text, form), worth, Rich(_meant(feedback).strip(), "html"), tolerance.strip() or "0")


def _refuse_no_number(words: str, tolerance: str) -> None:
    try:
        sound = words.strip() == "*" or Decimal(html.unescape(words).strip()).is_finite()
        sound = sound and Decimal(tolerance.strip() or "0").is_finite()
    except InvalidOperation:
        sound = False
    if not sound:
        raise Unfit(Problem("stem", "not_a_number", shortened(f"{words}:{tolerance}".removesuffix(":"))))


def _meant(text: str) -> str:
    return text.translate({ord(held): sign for held, sign in zip(_HELD, _SIGNS, strict=False)})
