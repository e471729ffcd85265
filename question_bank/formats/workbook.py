"""A selection of items as a workbook that `excel` reads again: a sheet a subject, drop-downs, frozen heads, guidance."""

import io
import re
from collections.abc import Mapping, Sequence

import xlsxwriter

from question_bank.formats.cells import cells_of, changed_fields, title_of
from question_bank.formats.columns import CLASSIFICATIONS, COGNITIVE, DIFFICULTIES, LETTERS, TYPES
from question_bank.formats.pictures import named
from question_bank.formats.refusal import Refusal
from question_bank.formats.template import explain
from question_bank.item import ItemVersion

UNCLASSIFIED = "未分类"
#: rows below the last item that still have drop-downs
SPARE_ROWS = 200
_WIDTHS = {"stem": 60, "explanation": 40, "case": 40, "answer": 16, "citations": 32, "why": 32, "points": 32, "id": 18}
#: columns that stand in every sheet, before those that only some items need
_ALWAYS = ("id", "type", "stem", "options.A", "options.B", "options.C", "options.D", "answer", "explanation")
_ORDER = (
    "id", "type", "stem", "options", *(f"options.{letter}" for letter in LETTERS), "answer", "explanation", "why",
    "points", "subject", "point", "difficulty", "cognitive", "objective", "citations", "valid_from", "valid_until",
    "case_id", "case_title", "case", "enemies", "classification", "derived", "settings", "markdown",
)  # fmt: skip
_LISTS = {
    "type": [names[0] for names in TYPES.values()],
    "difficulty": [names[0] for names in DIFFICULTIES.values()],
    "cognitive": [names[0] for names in COGNITIVE.values()],
    "classification": [names[0] for names in CLASSIFICATIONS.values()],
}


def write(
    items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes], titles: Mapping[str, str] | None = None
) -> bytes:
    """The items, a sheet a subject; `titles`: what people call the subjects. Pictures are named, not carried."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#E8EEE6", "border": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    names: set[str] = set()
    for subject in dict.fromkeys(item.subject for item in items) or [""]:
        sheet = book.add_worksheet(_sheet_name((titles or {}).get(subject, subject) or UNCLASSIFIED, names))
        _fill(sheet, [cells_of(item, titles) for item in items if item.subject == subject], head, text)
    explain(book, head, text)
    book.close()
    return target.getvalue()


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """What would be other when the workbook is read again, item by item."""
    found = []
    for item in items:
        if named([item]):
            found.append(Refusal(item.ref, "picture", "", "lost_pictures"))
        found += [Refusal(item.ref, field, "", "lost_changed") for field in changed_fields(item, cells_of(item))]
    return tuple(found)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that spreadsheet programs take, and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:28] or UNCLASSIFIED
    name = next(f"{plain}{n or ''}" for n in range(1000) if f"{plain}{n or ''}".casefold() not in taken)
    taken.add(name.casefold())
    return name


def _fill(
    sheet: xlsxwriter.worksheet.Worksheet,
    rows: Sequence[Mapping[str, str]],
    head: xlsxwriter.format.Format,
    text: xlsxwriter.format.Format,
) -> None:
    used = {column for row in rows for column in row} | set(_ALWAYS)
    shown = [column for column in _ORDER if column in used]
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(shown):
        sheet.set_column(place, place, _WIDTHS.get(column, 24 if column.startswith("options") else 14), text)
        sheet.write_string(0, place, title_of(column), head)
        if column in _LISTS:
            listed = {"validate": "list", "source": _LISTS[column]}
            sheet.data_validation(1, place, len(rows) + SPARE_ROWS, place, listed)
        for number, row in enumerate(rows, 1):
            if column in row:
                sheet.write_string(number, place, row[column], text)
    sheet.autofilter(0, 0, max(len(rows), 1), len(shown) - 1)
