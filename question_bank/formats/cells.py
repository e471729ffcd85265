"""An item as the cells of a row of a question sheet: the inverse of `rows`, as far as cells can carry it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from question_bank.formats import columns, settings
from question_bank.formats.columns import LETTERS, NAMES
from question_bank.formats.rows import Row, cited, read_row
from question_bank.formats.sheets import cleaned
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import Blanks
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gaps
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence
from question_bank.interactions.written import Written
from question_bank.item import ItemVersion
from question_bank.shares import said
from question_bank.text import to_plain

_TEXTS = ("point", "objective", "enemies", "derived")
_ARROWS = re.compile("→|⇒|=>|->|——|＝|=")
_MODES = {"absolute": "绝对", "relative": "相对", "figures": "有效数字"}
_NUMERAL = re.compile(r"[0-9零〇一二三四五六七八九十百千万两]+\Z")


class Cells:
    """The cells of one row in the making; a text that is real Markdown makes its column a Markdown one."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {}
        self.markdown: list[str] = []

    def put(self, column: str, texts: Iterable[str], joined: Callable[[list[str]], str] = "".join) -> None:
        """Texts (Markdown) of a column: plain where each can be said plainly, else all of them as they stand."""
        sources = list(texts)
        plain = [to_plain(text) for text in sources]
        if None in plain:
            self.markdown.append(title_of(column))
            self.cells[column] = joined(sources)
        else:
            self.cells[column] = joined([text for text in plain if text is not None])


def title_of(column: str) -> str:
    """The title of a column in files we write."""
    part, _, letter = column.partition(".")
    return f"选项{letter}" if part == "options" and letter else NAMES[part][0]


def cells_of(item: ItemVersion, titles: Mapping[str, str] | None = None) -> dict[str, str]:
    """The row of an item by column; `titles`: what people call the subjects, by their codes."""
    row = Cells()
    row.cells |= {"id": item.ref, "type": columns.TYPES[item.type][0]}
    row.cells["subject"] = (titles or {}).get(item.subject, item.subject)
    row.put("stem", [item.stem])
    _BODIES[item.type](row, item.body)
    if item.explanation:
        row.put("explanation", [item.explanation])
    if item.stimulus:
        row.cells |= {"case_id": item.stimulus.ref, "case_title": item.stimulus.title}
        row.put("case", [item.stimulus.text])
    for name in _TEXTS:
        row.cells[name] = getattr(item, name)
    for name, words in (("difficulty", columns.DIFFICULTIES), ("cognitive", columns.COGNITIVE)):
        value = getattr(item, name)
        row.cells[name] = words[value][0] if value in words else value
    if item.classification:
        row.cells["classification"] = columns.CLASSIFICATIONS[item.classification][0]
    row.cells["citations"] = "；".join(map(cited, item.citations))
    for name in ("valid_from", "valid_until"):
        day = getattr(item, name)
        row.cells[name] = day.isoformat() if day else ""
    row.cells["markdown"] = "、".join(dict.fromkeys(row.markdown))
    return {column: text for column, text in row.cells.items() if text}


def changed_fields(item: ItemVersion, cells: Mapping[str, str]) -> tuple[str, ...]:
    """What of the item would be other if its cells were read again; empty when nothing is lost."""
    kept = {column: cleaned(text) for column, text in cells.items()}
    back = read_row(Row("", kept), subjects={columns.plain(item.subject): item.subject}).item
    if back is None or columns.column_of(kept.get("stem", "")) == "stem":  # else taken for the head of a table
        return ("",)
    return tuple(name for name in ItemVersion.__slots__ if getattr(back, name) != getattr(item, name))


def _options(row: Cells, body: Options) -> None:
    _lines(row, [option.text for option in body.options])
    row.cells["answer"] = "".join(sorted(body.right_keys()))
    pairs = list(zip(LETTERS, body.options, strict=False))
    whys = [(letter, option.why) for letter, option in pairs if option.why]
    if whys:
        letters = [letter for letter, _why in whys]
        row.put(
            "why",
            [why for _letter, why in whys],
            lambda texts: "\n".join(f"{letter}. {text}" for letter, text in zip(letters, texts, strict=True)),
        )
    fixed = "、".join(letter for letter, option in pairs if option.fixed)
    row.cells["settings"] = settings.written({"固定选项": fixed, "选项得分": _shares(body.options)})


def _shares(parts: Iterable[Option | Spot]) -> str:
    """What options earn or cost by themselves."""
    pairs = zip(LETTERS, parts, strict=False)
    return "、".join(f"{letter}={said(part.share)}" for letter, part in pairs if part.share is not None)


def _lines(row: Cells, texts: Iterable[str]) -> None:
    for letter, text in zip(LETTERS, texts, strict=False):
        row.put(f"options.{letter}", [text])


def _statement(row: Cells, body: Any) -> None:
    row.cells["answer"] = "对" if body.answer else "错"


def _blanks(row: Cells, body: Blanks) -> None:
    row.cells["answer"] = "|".join("；".join(blank.accept) for blank in body.blanks)
    guessed = [any(_NUMERAL.match(word) for word in blank.accept) for blank in body.blanks]
    numerals = [blank.numerals for blank in body.blanks]
    row.cells["settings"] = settings.written(
        {
            "中文数字": _flags(numerals) if numerals != guessed else "",
            "区分大小写": _unless_no([blank.case for blank in body.blanks]),
            "通配": _unless_no([blank.pattern for blank in body.blanks]),
            "权重": _weights([blank.weight for blank in body.blanks]),
            "顺序": "" if body.ordered else "任意",
        }
    )


def _flags(values: list[bool]) -> str:
    return "|".join("是" if value else "否" for value in values)


def _unless_no(values: list[bool]) -> str:
    return _flags(values) if any(values) else ""


def _weights(values: list[int]) -> str:
    return "|".join(map(str, values)) if set(values) - {1} else ""


def _gaps(row: Cells, body: Gaps) -> None:
    """A cell a gap; where there are more gaps than columns, a line a gap in one cell."""
    choices = [gap.choices for gap in body.gaps]
    if len(choices) <= len(LETTERS):
        for letter, offers in zip(LETTERS, choices, strict=False):
            row.put(f"options.{letter}", offers, _choices)
    else:
        sizes = [len(offers) for offers in choices]
        row.put("options", [text for offers in choices for text in offers], lambda texts: _rows(texts, sizes))
    answers = [to_plain(gap.choices[gap.right]) or gap.choices[gap.right] for gap in body.gaps]
    row.cells["answer"] = "|".join(answers)
    row.cells["settings"] = settings.written({"权重": _weights([gap.weight for gap in body.gaps])})


def _choices(texts: list[str]) -> str:
    sign = next((sign for sign in ("/", "|", "\n") if not any(sign in text for text in texts)), "\n")
    return sign.join(texts)


def _rows(texts: list[str], sizes: list[int]) -> str:
    lines, start = [], 0
    for size in sizes:
        lines.append("/".join(texts[start : start + size]))
        start += size
    return "\n".join(lines)


def _number(row: Cells, body: Number) -> None:
    plain_unit = unicodedata.normalize("NFKC", body.unit) == body.unit and not re.match(r"\d|[.,±+]", body.unit)
    exact = body.mode == "absolute" and body.tolerance
    answer = _decimal(body.answer) + (f"±{_decimal(body.tolerance)}" if exact else "")
    row.cells["answer"] = f"{answer} {body.unit}".strip() if plain_unit else answer
    row.cells["settings"] = settings.written(
        {
            "误差方式": _MODES[body.mode] if body.mode != "absolute" else "",
            "误差": _decimal(body.tolerance) if body.mode != "absolute" else "",
            "单位": "" if plain_unit else body.unit,
            "其他单位": "、".join(f"{name}={_decimal(factor)}" for name, factor in body.units),
        }
    )


def _decimal(number: Decimal) -> str:
    return format(number, "f")


def _sequence(row: Cells, body: Sequence) -> None:
    _lines(row, body.lines)
    row.cells["answer"] = LETTERS[: len(body.lines)]


def _pairs(row: Cells, body: Pairs) -> None:
    pairs = [*body.pairs, *(("", extra) for extra in body.extra)]
    for letter, (left, right) in zip(LETTERS, pairs, strict=False):
        row.put(f"options.{letter}", [text for text in (left, right) if text], _pair if left else _extra)


def _pair(texts: list[str]) -> str:
    return ("⟶" if any(map(_ARROWS.search, texts)) else "→").join(texts)


def _extra(texts: list[str]) -> str:
    return ("⟶" if any(map(_ARROWS.search, texts)) else "→") + "".join(texts)


def _written(row: Cells, body: Written) -> None:
    row.put("answer", [body.model_answer])
    if body.points:
        shares = [_decimal(point.share) for point in body.points]
        row.put(
            "points",
            [point.text for point in body.points],
            lambda texts: "\n".join(f"{text}（{share}）" for text, share in zip(texts, shares, strict=True)),
        )


def _file(row: Cells, body: FileAsked) -> None:
    _written(row, body.guide)
    row.cells["settings"] = settings.written({"文件类型": "、".join(body.endings), "大小上限": str(body.megabytes)})


def _spots(row: Cells, body: Spots) -> None:
    _lines(row, [spot.label for spot in body.spots])
    row.cells["answer"] = "".join(sorted(body.right_keys()))
    areas = "; ".join(f"{spot.shape} {','.join(map(str, spot.coords))}" for spot in body.spots)
    row.cells["settings"] = settings.written(
        {
            "图片": body.picture.removeprefix("picture:"),
            "尺寸": f"{body.width}x{body.height}",
            "区域": areas,
            "选项得分": _shares(body.spots),
        }
    )


_BODIES: dict[str, Callable[[Cells, Any], None]] = {
    "single_choice": _options,
    "multiple_choice": _options,
    "true_false": _statement,
    "fill_in": _blanks,
    "inline_choice": _gaps,
    "numeric": _number,
    "ordering": _sequence,
    "matching": _pairs,
    "hotspot": _spots,
    "short_answer": _written,
    "essay": _written,
    "file_answer": _file,
}
