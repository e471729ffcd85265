"""What stands within one paragraph, as tokens that become a line of Markdown.

Marks of emphasis work in Markdown only where a word begins or ends; in Chinese there are no blanks around words, so a
mark may have to move over a comma, or go, lest a star be seen.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from question_bank.text import escaped, unopened


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words; formulas of LaTeX in them are still to be found."""

    text: str


@dataclass(frozen=True, slots=True)
class Atom:
    """Markdown that stays as it is: a picture, a formula, code, a link, a mark of a blank."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where emphasis begins or ends; `mark` is * or **."""

    mark: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Break:
    """A line ends here, the paragraph does not."""


Token = Words | Atom | Mark | Break

#: in a longer paragraph no formula is looked for and no emphasis kept; no question can be that long
LONGEST = 20_000
#: a formula as Moodle and MathJax write it; bounded, so that many openings without an end cost little
_FORMULA = re.compile(
    r"\\\((?P<inline>[^$]{1,500}?)\\\)|\$\$(?P<shown>[^$]{1,1000})\$\$|\\\[(?P<display>[^$]{1,1000}?)\\\]"
)
_BLANK_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2007\u202f\ufeff\u200b]+")
#: what no text of a person holds and no page should be sent
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LATEX_SIGNS = re.compile(r"([\\{}$&#%^_~])")
_SOLID = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff65\U00020000-\U0003ffff]")


def printable(text: str) -> str:
    """The text without signs that only machines would see."""
    return _UNPRINTABLE.sub("", text)


def formula(latex: str, *, shown: bool = False) -> Token:
    """A formula; one that a line cannot hold stays words."""
    inner = " ".join(latex.split())
    if not inner or "$" in inner or inner.endswith("\\"):
        return Words(inner)
    return Atom(f"$${inner}$$" if shown else f"${inner}$")


def latex_words(text: str) -> str:
    """Words within a formula, upright."""
    return inner if (inner := text).isascii() and inner.isalnum() else f"\\text{{{_LATEX_SIGNS.sub('', text)}}}"


def code(text: str) -> Token:
    """Words as code within a line."""
    inner = " ".join(printable(text).split())
    if not inner:
        return Words(" ")
    fence = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
    pad = " " if inner.startswith("`") or inner.endswith("`") else ""
    return Atom(f"{fence}{pad}{inner}{pad}{fence}")


def emphasised(run: Sequence[Token], mark: str) -> list[Token]:
    """The tokens between marks of emphasis; the same emphasis within goes."""
    inner = [token for token in run if not (isinstance(token, Mark) and token.mark == mark)]
    if not any(isinstance(token, Atom) or (isinstance(token, Words) and _seen(token.text)) for token in inner):
        return inner
    return [Mark(mark, opens=True), *inner, Mark(mark, opens=False)]


def _seen(text: str) -> bool:
    return bool(_BLANK_SPACE.sub("", printable(text)))


def written(run: Sequence[Token], *, blanks: bool = False) -> str:
    """One paragraph of Markdown: white space folded, words escaped, marks where they work, lines kept."""
    lines: list[list[Token]] = [[]]
    open_marks: list[str] = []
    for token in _with_formulas(run):
        if isinstance(token, Break):  # no mark reaches over a line: each line has its own
            lines[-1] += [Mark(mark, opens=False) for mark in reversed(open_marks)]
            lines.append([Mark(mark, opens=True) for mark in open_marks])
            continue
        if isinstance(token, Mark):
            open_marks = [*open_marks, token.mark] if token.opens else open_marks[:-1]
        lines[-1].append(token)
    done = [_one_line(line, blanks=blanks) for line in lines]
    return "\\\n".join(line for line in done if line)


def _with_formulas(run: Sequence[Token]) -> list[Token]:
    """Words that follow each other as one, formulas in them as atoms."""
    found: list[Token] = []
    for token in run:
        if isinstance(token, Words) and found and isinstance(found[-1], Words):
            found[-1] = Words(found[-1].text + token.text)
        else:
            found.append(token)
    return [part for token in found for part in (_split(token.text) if isinstance(token, Words) else [token])]


def _split(text: str) -> list[Token]:
    parts: list[Token] = []
    end = 0
    if len(text) > LONGEST:
        return [Words(text)]
    for match in _FORMULA.finditer(text):
        latex = match["inline"] or match["shown"] or match["display"]
        made = formula(latex, shown=match["inline"] is None)
        follows = text[match.end() : match.end() + 1]
        if isinstance(made, Words) or follows.isdigit():  # a digit behind the dollar would make it a price
            continue
        parts += [Words(text[end : match.start()]), made]
        end = match.end()
    return [*parts, Words(text[end:])]


#: one sign of a line, an atom, or a mark
_Piece = str | Atom | Mark


def _one_line(tokens: Sequence[Token], *, blanks: bool) -> str:
    pieces: list[_Piece] = []
    if sum(len(token.text) for token in tokens if isinstance(token, Words)) + len(tokens) > LONGEST:
        tokens = [token for token in tokens if not isinstance(token, Mark)]
    for token in tokens:
        if isinstance(token, Words):
            pieces += _folded(printable(token.text))
        elif isinstance(token, Atom | Mark):
            pieces.append(token)
    pieces = _settled(_trimmed(pieces))
    return unopened(_joined(pieces, blanks=blanks))


def _folded(text: str) -> str:
    """White space as one blank; a line break between two Chinese characters was only the width of an editor."""

    def blank(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        solid = bool(before and after and _SOLID.match(before) and _SOLID.match(after))
        return "" if solid and "\n" in match[0] else " "

    return _BLANK_SPACE.sub(blank, text)


def _trimmed(pieces: list[_Piece]) -> list[_Piece]:
    """One blank where several met, none at the ends."""
    kept: list[_Piece] = []
    blank = True
    for piece in pieces:
        if piece == " " and blank:
            continue
        if not isinstance(piece, Mark):
            blank = piece == " "
        kept.append(piece)
    while (last := next((n for n in range(len(kept) - 1, -1, -1) if not isinstance(kept[n], Mark)), None)) is not None:
        if kept[last] != " ":
            break
        del kept[last]
    return kept


def _settled(pieces: list[_Piece]) -> list[_Piece]:
    """Each pair of marks where Markdown understands it, or gone."""
    pairs = _pairs(pieces)
    for opening, closing in pairs:  # inner pairs come first
        _narrow(pieces, opening, closing)
    return _without_meetings([piece for piece in pieces if piece != ""])


def _pairs(pieces: list[_Piece]) -> list[tuple[int, int]]:
    waiting: list[int] = []
    found = []
    for place, piece in enumerate(pieces):
        if isinstance(piece, Mark):
            if piece.opens:
                waiting.append(place)
            elif waiting:
                found.append((waiting.pop(), place))
    return found


def _narrow(pieces: list[_Piece], opening: int, closing: int) -> None:
    """Move the marks inwards over blanks and, where a word stands outside, over punctuation; drop them if they meet."""
    outside = _neighbour(pieces, opening, -1)
    while opening < closing and not _may_touch(outside, inside := _neighbour(pieces, opening, 1)):
        place = _place(pieces, opening, 1)
        if place is None or place >= closing:
            break
        outside = inside
        pieces.insert(place, pieces.pop(opening))
        opening = place
    outside = _neighbour(pieces, closing, 1)
    while opening < closing and not _may_touch(outside, inside := _neighbour(pieces, closing, -1)):
        place = _place(pieces, closing, -1)
        if place is None or place <= opening:
            break
        outside = inside
        pieces.insert(place, pieces.pop(closing))
        closing = place
    if not any(not isinstance(piece, Mark) and piece not in ("", " ") for piece in pieces[opening + 1 : closing]):
        pieces[opening] = pieces[closing] = ""


def _place(pieces: list[_Piece], start: int, step: int) -> int | None:
    place = start + step
    while 0 <= place < len(pieces):
        if not isinstance(pieces[place], Mark) and pieces[place] != "":
            return place
        place += step
    return None


def _neighbour(pieces: list[_Piece], start: int, step: int) -> str:
    """The next sign that is seen; " " at the ends, "!" for an atom."""
    place = _place(pieces, start, step)
    piece = " " if place is None else pieces[place]
    return piece if isinstance(piece, str) else "!"


def _may_touch(outside: str, inside: str) -> bool:
    """Whether a mark between the two is one to Markdown (its rule of flanking, read strictly)."""
    if inside == " ":
        return False
    punctuation = unicodedata.category(inside)[0] in "PS"
    return not punctuation or outside == " " or unicodedata.category(outside)[0] == "P"


def _without_meetings(pieces: list[_Piece]) -> list[_Piece]:
    """Marks that end where others begin would be read together: the same goes on, of two kinds the strong one stays."""
    kept: list[_Piece] = []
    for piece in pieces:
        last = kept[-1] if kept else ""
        if isinstance(piece, Mark) and piece.opens and last == Mark(piece.mark, opens=False):
            kept.pop()
        else:
            kept.append(piece)
    meetings = {n for n in range(1, len(kept)) if _meets(kept[n - 1], kept[n])}
    if not meetings:
        return kept
    ends = meetings | {n - 1 for n in meetings}
    gone = {n for pair in _pairs(kept) if ends & set(pair) and kept[pair[0]] == Mark("*", opens=True) for n in pair}
    return _without_meetings([piece for place, piece in enumerate(kept) if place not in gone])


def _meets(first: _Piece, second: _Piece) -> bool:
    return isinstance(first, Mark) and isinstance(second, Mark) and second.opens and not first.opens


def _joined(pieces: list[_Piece], *, blanks: bool) -> str:
    shown: list[str] = []
    words: list[str] = []
    for piece in [*pieces, Atom("")]:
        if isinstance(piece, str):
            words.append(piece)
            continue
        text = "".join(words)
        plain = escaped(text) if blanks else escaped(text, blanks=False)
        if isinstance(piece, Atom) and piece.text.startswith("[") and plain.endswith("!"):
            plain = plain[:-1] + "\\!"  # a link behind it would be a picture
        shown += [plain, piece.text if isinstance(piece, Atom) else piece.mark]
        words = []
    return "".join(shown)
