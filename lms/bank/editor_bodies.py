"""From the fields of the editor to the body of a type, and back: a pair of functions a type.

Reading never fails: what is no number is complained about and read as nought, so that a half-written question can be
looked at. Whether it makes sense, the domain says.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from lms.bank.editor_forms import YES
from lms.bank.editor_typed import ItemForm, Typed, put_rows, rows_of
from question_bank.interactions.base import MAX_OPTIONS
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import Blank, Blanks, Partly
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs, Worth
from question_bank.interactions.numeric import Number, Within
from question_bank.interactions.options import LETTERS, Option, Options
from question_bank.interactions.ordering import Sequence as Ordered
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Point, Written
from question_bank.problem import Problem, shortened
from question_bank.shares import said as typed_share
from question_bank.shares import share_of

#: a line that ends with a backslash goes on in the next one
_NEXT = re.compile(r"(?<!\\)\n")
#: what a new row says before anybody has typed
_UNTOUCHED: dict[str, dict[str, str]] = {
    "blanks": {"weight": "1", "numerals": YES},
    "gaps": {"weight": "1", "right": "1"},
    "spots": {"shape": "rect"},
}
_PERCENT = Decimal(100)
#: a share, whether capitals differ, whether a star stands for anything, and the answer
_PART = re.compile(r"(-?[\d./]+ ?%?)( Aa)?( \*)? ?= ?(.*)")
Row = dict[str, str]


class Reader:
    """Reads the fields of a form; `problems` are those of shape, `places` leads from a row that was read to its row in
    the form (rows without a word are passed over).
    """

    def __init__(self, form: ItemForm) -> None:
        self.form = form
        self.problems: list[Problem] = []
        self.places: dict[str, list[int]] = {}

    def text(self, name: str) -> str:
        """A single field as it was typed."""
        return self.form.text(name)

    def rows(self, group: str) -> list[Row]:
        """The rows of a group in which something was typed."""
        every = [{name: texts[0] for name, texts in row.items() if texts} for row in rows_of(self.form.typed, group)]
        self.places[group] = [n for n, row in enumerate(every) if _touched(group, row)]
        return [every[n] for n in self.places[group]]

    def number(self, text: str, field: str, *, empty: str = "") -> Decimal:
        """An exact number, 0 with a complaint when it is none; `empty` stands for nothing."""
        plain = text.strip() or empty
        try:
            value = Decimal(plain.replace("，", "").replace(",", ""))
        except InvalidOperation:
            self.problems.append(Problem(field, "not_a_number" if plain else "missing", shortened(plain)))
            return Decimal(0)
        if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS or len(plain) > 2 * MOST_DIGITS:
            self.problems.append(Problem(field, "not_a_number", shortened(plain)))
            return Decimal(0)
        return value

    def share(self, text: str, field: str) -> Fraction | None:
        """A share of the marks ("1/2", "50%", "-0.25"), None for nothing; with a complaint when it is none."""
        plain = text.strip().replace("％", "%").replace("－", "-").replace("−", "-")
        if not plain:
            return None
        try:
            number = share_of(plain.removesuffix("%").strip())
        except ValueError:
            self.problems.append(Problem(field, "share_range", shortened(text), {"most": 100}))
            return None
        return number / 100 if plain.endswith("%") else number

    def whole(self, text: str, field: str, *, empty: str = "") -> int:
        """A whole number, 0 with a complaint when it is none."""
        value = self.number(text, field, empty=empty)
        if value != value.to_integral_value() or abs(value) > 10**6:
            self.problems.append(Problem(field, "not_a_number", shortened(text)))
            return 0
        return int(value)


MOST_DIGITS = 30


def _touched(group: str, row: Row) -> bool:
    untouched = _UNTOUCHED.get(group, {})
    return any(text.strip() and text != untouched.get(name) for name, text in row.items())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in _NEXT.split(text) if line.strip())


def _joined(lines: Iterable[str]) -> str:
    """Lines under each other; a soft break within one is a space to every reader, so it becomes one."""
    return "\n".join(_NEXT.sub(" ", line) for line in lines)


def _put(group: str, rows: Iterable[dict[str, str]]) -> Typed:
    typed: Typed = {}
    put_rows(typed, group, [{name: [text] for name, text in row.items()} for row in rows])
    return typed


def _flags(**flags: bool) -> dict[str, str]:
    """Boxes as a browser sends them: those that are ticked."""
    return {name: YES for name, ticked in flags.items() if ticked}


def _worth(share: Fraction | None) -> dict[str, str]:
    """An own share as it is typed, nothing for the usual."""
    return {} if share is None else {"worth": typed_share(share)}


def _read_options(reader: Reader) -> Options:
    return Options(
        tuple(
            Option(
                row.get("text", ""),
                "right" in row,
                row.get("why", ""),
                "fixed" in row,
                reader.share(row.get("worth", ""), f"options.{letter}"),
            )
            for letter, row in zip(LETTERS, reader.rows("options"), strict=False)
        )
    )


def _show_options(body: Options) -> Typed:
    return _put(
        "options",
        (
            {"text": one.text, "why": one.why} | _worth(one.share) | _flags(right=one.right, fixed=one.fixed)
            for one in body.options
        ),
    )


def _read_truth(reader: Reader) -> Statement:
    if reader.text("answer") not in (YES, "n"):
        reader.problems.append(Problem("answer", "no_key"))
    return Statement(reader.text("answer") == YES)


def _show_truth(body: Statement) -> Typed:
    return {"answer": [YES if body.answer else "n"]}


def _read_blanks(reader: Reader) -> Blanks:
    blanks = [
        Blank(
            _lines(row.get("accept", "")),
            numerals="numerals" in row,
            case="case" in row,
            pattern="pattern" in row,
            weight=reader.whole(row.get("weight", ""), f"blanks.{n}", empty="1"),
            partly=_read_partly(reader, row.get("partly", ""), f"blanks.{n}"),
        )
        for n, row in enumerate(reader.rows("blanks"), 1)
    ]
    return Blanks(tuple(blanks), ordered=bool(reader.text("ordered")))


def _read_partly(reader: Reader, text: str, field: str) -> tuple[Partly, ...]:
    found = []
    for line in filter(str.strip, text.split("\n")):
        match = _PART.fullmatch(line.strip())
        share = reader.share(match[1], field) if match else None
        if match is None or share is None:
            reader.problems.append(Problem(field, "share_range", shortened(line), {"most": 100}))
        else:
            found.append(Partly(match[4], share, case=bool(match[2]), pattern=bool(match[3])))
    return tuple(found)


def _show_partly(one: Partly) -> str:
    flags = (" Aa" if one.case else "") + (" *" if one.pattern else "")
    return f"{typed_share(one.share)}{flags} = {one.text}"


def _show_blanks(body: Blanks) -> Typed:
    rows = (
        {"accept": _joined(one.accept), "weight": str(one.weight)}
        | _flags(numerals=one.numerals, case=one.case, pattern=one.pattern)
        | ({"partly": "\n".join(map(_show_partly, one.partly))} if one.partly else {})
        for one in body.blanks
    )
    return _put("blanks", rows) | ({"ordered": [YES]} if body.ordered else {})


def _read_gaps(reader: Reader) -> Gaps:
    return Gaps(
        tuple(
            Gap(
                _lines(row.get("choices", "")),
                reader.whole(row.get("right", ""), f"gaps.{n}") - 1,
                reader.whole(row.get("weight", ""), f"gaps.{n}", empty="1"),
                _read_worths(reader, row.get("worths", ""), f"gaps.{n}"),
            )
            for n, row in enumerate(reader.rows("gaps"), 1)
        )
    )


def _read_worths(reader: Reader, text: str, field: str) -> tuple[Fraction, ...]:
    words = [word for word in re.split(r"[\s,，;；、]+", text) if word][: MAX_OPTIONS + 1]
    return tuple(reader.share(word, field) or Fraction(0) for word in words)


def _show_gaps(body: Gaps) -> Typed:
    return _put(
        "gaps",
        (
            {"choices": _joined(one.choices), "right": str(one.right + 1), "weight": str(one.weight)}
            | ({"worths": ", ".join(map(typed_share, one.shares))} if one.shares else {})
            for one in body.gaps
        ),
    )


def _read_number(reader: Reader) -> Number:
    units = tuple(
        (row.get("unit", "").strip(), reader.number(row.get("factor", ""), f"units.{n}"))
        for n, row in enumerate(reader.rows("units"), 1)
    )
    return Number(
        reader.number(reader.text("answer"), "answer"),
        reader.number(reader.text("tolerance"), "tolerance", empty="0"),
        reader.text("unit").strip(),
        reader.text("mode"),
        units,
        tuple(_read_within(reader, row, f"partly.{n}") for n, row in enumerate(reader.rows("partly"), 1)),
    )


def _read_within(reader: Reader, row: Row, field: str) -> Within:
    low, high = (reader.number(row[name], field) if row.get(name, "").strip() else None for name in ("low", "high"))
    return Within(low, high, reader.share(row.get("worth", ""), field) or Fraction(0))


def _show_within(one: Within) -> dict[str, str]:
    ends = {"low": one.low, "high": one.high}
    shown = {name: "" if end is None else str(end) for name, end in ends.items()}
    return shown | {"worth": typed_share(one.share)}


def _show_number(body: Number) -> Typed:
    single = {"answer": str(body.answer), "tolerance": str(body.tolerance), "unit": body.unit, "mode": body.mode}
    units = _put("units", ({"unit": name, "factor": str(factor)} for name, factor in body.units))
    return {name: [text] for name, text in single.items()} | units | _put("partly", map(_show_within, body.partly))


def _read_sequence(reader: Reader) -> Ordered:
    return Ordered(tuple(row.get("text", "") for row in reader.rows("sequence")))


def _show_sequence(body: Ordered) -> Typed:
    return _put("sequence", ({"text": line} for line in body.lines))


def _read_pairs(reader: Reader) -> Pairs:
    return Pairs(
        tuple((row.get("left", ""), row.get("right", "")) for row in reader.rows("pairs")),
        tuple(row.get("text", "") for row in reader.rows("extra")),
        tuple(
            Worth(
                row.get("left", ""), row.get("right", ""), reader.share(row.get("worth", ""), "worths") or Fraction(0)
            )
            for row in reader.rows("worths")
        ),
        reader.share(reader.text("wrong"), "wrong") or Fraction(0),
    )


def _show_pairs(body: Pairs) -> Typed:
    pairs = _put("pairs", ({"left": left, "right": right} for left, right in body.pairs))
    worths = ({"left": one.left, "right": one.right, "worth": typed_share(one.share)} for one in body.shares)
    wrong: Typed = {"wrong": [typed_share(body.wrong)]} if body.wrong else {}
    return pairs | _put("extra", ({"text": text} for text in body.extra)) | _put("worths", worths) | wrong


def _read_spots(reader: Reader) -> Spots:
    spots = tuple(
        Spot(
            row.get("label", "").strip(),
            row.get("shape", ""),
            _coords(reader, row, n),
            "right" in row,
            reader.share(row.get("worth", ""), f"spots.{n}"),
        )
        for n, row in enumerate(reader.rows("spots"), 1)
    )
    width, height = (_size(reader.text(name)) for name in ("width", "height"))
    return Spots(reader.text("picture").strip(), width, height, spots)


def _coords(reader: Reader, row: Row, n: int) -> tuple[int, ...]:
    words = [word for word in re.split(r"[\s,，;；]+", row.get("coords", "")) if word][:100]
    if not all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
        reader.problems.append(Problem(f"spots.{n}", "not_a_number", shortened(row.get("coords", ""))))
        return ()
    return tuple(map(int, words))


def _size(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _show_spots(body: Spots) -> Typed:
    rows = (
        {"label": one.label, "shape": one.shape, "coords": ", ".join(map(str, one.coords))}
        | _worth(one.share)
        | _flags(right=one.right)
        for one in body.spots
    )
    single = {"picture": [body.picture], "width": [str(body.width)], "height": [str(body.height)]}
    return single | _put("spots", rows)


def _read_written(reader: Reader) -> Written:
    points = tuple(
        Point(row.get("text", ""), reader.number(row.get("share", ""), f"points.{n}") / _PERCENT)
        for n, row in enumerate(reader.rows("points"), 1)
    )
    return Written(reader.text("model_answer"), points)


def _show_written(body: Written) -> Typed:
    rows = ({"text": point.text, "share": _percent(point.share)} for point in body.points)
    return {"model_answer": [body.model_answer]} | _put("points", rows)


def _percent(share: Decimal) -> str:
    """0.25 is 25, without nought behind the point."""
    text = f"{share * _PERCENT:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_file(reader: Reader) -> FileAsked:
    endings = tuple(reader.form.typed.get("endings", ()))
    return FileAsked(_read_written(reader), endings, reader.whole(reader.text("megabytes"), "megabytes"))


def _show_file(body: FileAsked) -> Typed:
    return _show_written(body.guide) | {"endings": list(body.endings), "megabytes": [str(body.megabytes)]}


#: how the body of a type is read from a form, and how it is put into one
READ: dict[str, Callable[[Reader], Any]] = {
    "single_choice": _read_options,
    "multiple_choice": _read_options,
    "true_false": _read_truth,
    "fill_in": _read_blanks,
    "inline_choice": _read_gaps,
    "numeric": _read_number,
    "ordering": _read_sequence,
    "matching": _read_pairs,
    "hotspot": _read_spots,
    "short_answer": _read_written,
    "essay": _read_written,
    "file_answer": _read_file,
}
SHOW: dict[str, Callable[[Any], Typed]] = {
    "single_choice": _show_options,
    "multiple_choice": _show_options,
    "true_false": _show_truth,
    "fill_in": _show_blanks,
    "inline_choice": _show_gaps,
    "numeric": _show_number,
    "ordering": _show_sequence,
    "matching": _show_pairs,
    "hotspot": _show_spots,
    "short_answer": _show_written,
    "essay": _show_written,
    "file_answer": _show_file,
}
