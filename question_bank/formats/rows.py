"""One row of a question sheet and the item it makes, or everything that is wrong with it."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from question_bank.formats import columns
from question_bank.formats.answers import (
    Unfit,
    blanks_fit,
    body_of,
    has_blanks,
    letters_of,
    marked_stem,
    marked_up,
    named_options,
    offered,
)
from question_bank.formats.columns import LETTERS
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.sheets import MAX_CELL
from question_bank.interactions.base import STEM_LENGTH, required_text
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.problem import Problem, shortened
from question_bank.text import plain_text

MAX_POINT = 80
#: a title, then its article: 第…, or anything else in brackets of its own 〔〕
_SOURCE = re.compile(
    r"《((?:[^《》]|《[^《》]{1,100}》){1,200})》\s*(?:〔([^〕]{1,60})〕|(第[^《；;，,、。\s]{1,30}))?"
)
_ARTICLE = re.compile(r"第[^《；;，,、。\s]{1,30}\Z")
_REF = re.compile(r"[a-z][a-z0-9-]{2,79}\Z")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its place (sheet and number), its cells by canonical column, and the columns that lost digits."""

    place: str
    cells: Mapping[str, str]
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What became of a row: an item, or complaints; `guessed` when the row named no type."""

    row: Row
    item: ItemVersion | None
    refused: tuple[Refusal, ...] = ()
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The rows of a file in their order, what is wrong with the file as such, and remarks that refuse nothing."""

    rows: tuple[ReadRow, ...] = ()
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[Refusal, ...] = ()

    def imported(self) -> Imported:
        """The same without the cells."""
        items = tuple(row.item for row in self.rows if row.item is not None)
        refused = tuple(refusal for row in self.rows for refusal in row.refused)
        return Imported(items, (*self.refused, *refused), self.remarks)


def twins_refused(rows: Sequence[ReadRow]) -> Iterator[ReadRow]:
    """The rows; the second of two that make the same question is refused and names the first."""
    first: dict[str, str] = {}
    for row in rows:
        place = first.setdefault(row.item.ref, row.row.place) if row.item else row.row.place
        if place != row.row.place:
            stem = shortened(row.row.cells.get("stem", ""))
            yield replace(row, item=None, refused=(Refusal(row.row.place, "stem", stem, "same_stem", {"row": place}),))
        else:
            yield row


def read_row(row: Row, *, subjects: Mapping[str, str], subject: str = "") -> ReadRow:
    """The item of a row; `subjects`: codes by every name (as `columns.plain` gives it), `subject`: where none is."""
    cells = row.cells
    found = [Problem(column, "number_lost", shortened(cells.get(column, ""))) for column in sorted(row.lost)]
    found += [
        Problem(column, "too_long", shortened(text), {"limit": MAX_CELL})
        for column, text in cells.items()
        if len(text) > MAX_CELL
    ]
    kind, guessed = _type(cells, found)
    fields = _fields(cells, _subject(cells, subjects, subject, found), found)
    item = None
    if kind:
        written = cells.get("stem", "")
        stem = marked_up(cells, "stem", marked_stem(written) if kind in ("fill_in", "inline_choice") else written)
        try:
            body = body_of(kind, cells)
        except Unfit as unfit:
            found += unfit.problems
            found += required_text("stem", stem, STEM_LENGTH)
        else:
            item = ItemVersion(ref=_ref(cells, kind, stem), type=kind, stem=stem, body=body, **fields)
            found += [_in_column(problem, cells) for problem in item.problems((*subjects.values(), ""))]
    refused = tuple(Refusal.of(row.place, problem) for problem in found)
    return ReadRow(row, None if refused else item, refused, guessed)


def _type(cells: Mapping[str, str], found: list[Problem]) -> tuple[str | None, bool]:
    """The type a row names; where it names none, what its options, blanks and answer look like."""
    word = cells.get("type", "")
    named = columns.value_of(columns.TYPES, word)
    if named:
        return named, False
    if word and columns.plain(word) not in columns.EITHER_CHOICE:
        found.append(Problem("type", "unknown_type", shortened(word)))
        return None, False
    answer = cells.get("answer", "")
    if cells.get("options") or any(cells.get(f"options.{letter}") for letter in LETTERS):
        several = len(letters_of(answer)) > 1 or len(named_options(cells)) > 1
        right = sum(columns.truth_of(cells.get(f"right.{letter}", "")) is True for letter in LETTERS)
        return ("multiple_choice" if several or right > 1 else "single_choice"), True
    if columns.truth_of(answer) is not None and not has_blanks(cells.get("stem", "")):
        return "true_false", True
    return ("fill_in" if has_blanks(cells.get("stem", "")) and blanks_fit(cells) else "short_answer"), True


def _subject(cells: Mapping[str, str], subjects: Mapping[str, str], default: str, found: list[Problem]) -> str:
    named = cells.get("subject", "")
    if named:
        code = subjects.get(columns.plain(named))
        if code is None:
            found.append(Problem("subject", "unknown_value", shortened(named)))
        return code or default
    return subjects.get(columns.plain(cells.get("category", "")), default)


def _fields(cells: Mapping[str, str], subject: str, found: list[Problem]) -> dict[str, Any]:
    """Everything that does not depend on the type."""
    point = cells.get("point", "") or (cells.get("category", "") if cells.get("subject") or not subject else "")
    if len(point) > MAX_POINT:
        found.append(Problem("point", "too_long", shortened(point), {"limit": MAX_POINT}))
    return {
        "subject": subject,
        "explanation": marked_up(cells, "explanation", cells.get("explanation", "")),
        "point": point,
        "cognitive": _known("cognitive", columns.COGNITIVE, cells, found),
        "difficulty": _difficulty(cells, found),
        "citations": citations_of(cells.get("citations", "")),
        "valid_from": _day("valid_from", cells, found),
        "valid_until": _day("valid_until", cells, found),
        "objective": cells.get("objective", ""),
        "enemies": cells.get("enemies", ""),
        "classification": _known("classification", columns.CLASSIFICATIONS, cells, found),
        "derived": cells.get("derived", ""),
        "stimulus": _stimulus(cells, found),
    }


def _stimulus(cells: Mapping[str, str], found: list[Problem]) -> Stimulus | None:
    """The material of a case: its title is that of the first line where it has none of its own."""
    text = cells.get("case", "")
    if not text:
        if cells.get("case_title") or cells.get("case_id"):
            found.append(Problem("case", "missing"))
        return None
    title = cells.get("case_title", "") or shortened(text.split("\n", 1)[0])[:40]
    name = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:12]
    return Stimulus(cells.get("case_id", "") or f"case-{name}", title, marked_up(cells, "case", text))


def _ref(cells: Mapping[str, str], kind: str, stem: str) -> str:
    """The lasting name a row gives; else type, stem and what is offered make one, so that a second reading finds it."""
    named = cells.get("id", "").lower()
    if _REF.match(named):
        return named
    text = "\n".join([kind, plain_text(stem), *sorted(offered(cells))])
    return "x-" + hashlib.sha256(text.encode()).hexdigest()[:20]


def _in_column(problem: Problem, cells: Mapping[str, str]) -> Problem:
    """The complaint at the column in which it can be mended."""
    part, _, number = problem.field.partition(".")
    field = problem.field
    if part in ("mode", "units", "endings", "megabytes"):
        field = "settings"
    elif part in ("blanks", "model_answer", "tolerance") or (part == "points" and "points" not in cells):
        field = "answer"
    elif part in ("pairs", "sequence", "options", "spots", "gaps"):
        letter = LETTERS[int(number) - 1] if number.isdigit() else number
        field = "options" if "options" in cells or not letter else f"options.{letter}"
    return replace(problem, field=field)


def citations_of(text: str) -> tuple[Citation, ...]:
    """《名称》第…条 as often as it stands there; a text without such marks is one source as a whole."""
    found = tuple(Citation(match[1].strip(), match[2] or match[3]) for match in _SOURCE.finditer(text))
    return found or ((Citation(text[:200], None),) if text else ())


def cited(citation: Citation) -> str:
    """A citation as `citations_of` reads it."""
    article = citation.article or ""
    return f"《{citation.source}》{article if not article or _ARTICLE.match(article) else f'〔{article}〕'}"


def _known(field: str, words: dict[str, tuple[str, ...]], cells: Mapping[str, str], found: list[Problem]) -> str:
    text = cells.get(field, "")
    value = columns.value_of(words, text) if text else ""
    if value is None:
        found.append(Problem(field, "unknown_value", shortened(text)))
    return value or ""


def _difficulty(cells: Mapping[str, str], found: list[Problem]) -> str:
    """A word, a step from 1 to 5, or the expected share of right answers between 0 and 1 (难度系数)."""
    text = cells.get("difficulty", "")
    if re.match(r"[01]?\.\d+\Z", text):
        share = Decimal(text)
        return "hard" if share < Decimal("0.4") else "medium" if share < Decimal("0.7") else "easy"
    return _known("difficulty", columns.DIFFICULTIES, cells, found)


def _day(field: str, cells: Mapping[str, str], found: list[Problem]) -> date | None:
    text = cells.get(field, "")
    match = _DAY.match(text)
    if match:
        with suppress(ValueError):
            return date(*map(int, match.groups()))
    if text:
        found.append(Problem(field, "not_a_date", shortened(text)))
    return None
