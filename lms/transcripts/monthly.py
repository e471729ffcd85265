"""The report on a month of a unit: what people learned while they served there, by kind, by unit and by person.

Person-times (人次) and hours add up from row to row. People (人数) do not: whoever learned in two ways is one person, so the
last line counts different people and not the lines above it, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from flask import current_app

from lms import exports, jobs, printing
from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow, UnitRow
from lms.channels import CHANNELS_ZH
from lms.clock import BUREAU_ZONE
from lms.config import Config
from lms.database import reading
from lms.fonts import writable
from lms.transcripts import queries, service, sums
from lms.transcripts.queries import EarnedRow
from lms.transcripts.sums import Sum
from lms.transcripts.words import KINDS_ZH

TEMPLATE = Path(__file__).parent / "monthly.typ"
INVENTED = "演示环境：人员、单位和成绩均为虚构。"
#: people who are looked up at once
AT_ONCE = 500
HEADS = ("人次", "人数", "学时")
NOTE = "人次、学时为各行之和；人数为不重复的人员数，一人参加多类学习在合计中只计一人，因此不等于各行之和。"
DETAIL = ("工号", "姓名", "学习时单位", "学习时职务", "日期", "类别", "渠道", "名称", "学时", "成绩", "满分", "结果")


@dataclass(frozen=True, slots=True)
class Monthly:
    """The report: each figure is a sum over `rows`."""

    unit: str
    month: str
    rows: Sequence[EarnedRow]
    by_kind: Mapping[tuple[str, str], Sum]
    by_unit: Mapping[int, Sum]
    units: Mapping[int, UnitRow]
    by_person: Mapping[int, Sum]
    total: Sum
    people: Mapping[int, PersonRow]


def write(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job: `unit` is the path of the unit, `month` like "2026-03"."""
    config: Config = current_app.extensions["config"]
    folder = service.exports_of(str(run.payload["person"]))
    run.report(0, 2)
    report = built(str(run.payload["unit"]), str(run.payload["unit_name"]), str(run.payload["month"]))
    with exports.keeping(folder, f"monthly-{run.public_id}.xlsx") as target:
        to_workbook(report, target)
    run.report(1, 2)
    with exports.keeping(folder, f"monthly-{run.public_id}.pdf") as target:
        target.write_bytes(printing.printed(TEMPLATE, paper(report, invented=config.demonstration)))
    return {"rows": len(report.rows), "page": ["transcript_reports.index", {}]}


def built(path: str, name: str, month: str) -> Monthly:
    """The report on the unit of this path and all below it."""
    session, first = reading(), date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    since, before = (datetime.combine(day, time(), BUREAU_ZONE) for day in (first, after))
    units: dict[int, UnitRow] = {unit.id: unit for unit in accounts.units(session, paths=(path,), closed=True)}
    rows = queries.earned(session, list(units), since, before)
    ids = sorted({row.person_id for row in rows})
    people: dict[int, PersonRow] = {}
    for start in range(0, len(ids), AT_ONCE):
        people |= accounts.people_by_ids(session, ids[start : start + AT_ONCE])
    session.rollback()
    place = {unit: number for number, unit in enumerate(units)}
    by_kind = sums.grouped(rows, lambda row: (row.entry.kind, row.entry.channel))
    return Monthly(
        unit=name,
        month=month,
        rows=rows,
        by_kind=dict(sorted(by_kind.items(), key=lambda pair: (list(KINDS_ZH).index(pair[0][0]), pair[0][1]))),
        by_unit=sums.grouped(sorted(rows, key=lambda row: place[row.unit_id]), lambda row: row.unit_id),
        units=units,
        by_person=sums.grouped(
            sorted(rows, key=lambda row: people[row.person_id].staff_number), lambda row: row.person_id
        ),
        total=sums.total(rows),
        people=people,
    )


def _kind(key: tuple[str, str]) -> tuple[str, str]:
    kind, channel = key
    return KINDS_ZH[kind], next((name for one, name in CHANNELS_ZH.items() if one == channel), "")


def to_workbook(report: Monthly, target: Path) -> None:
    """Four sheets: by kind, by unit, by person, and every row."""
    with xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EEE6"})
        tables: tuple[tuple[str, Sequence[str], list[Sequence[str | Decimal]]], ...] = (
            (
                "按类别",
                ("类别", "渠道", *HEADS),
                [(*_kind(key), *_figures(one)) for key, one in report.by_kind.items()],
            ),
            (
                "按单位",
                ("单位", *HEADS),
                [(report.units[key].name, *_figures(one)) for key, one in report.by_unit.items()],
            ),
            (
                "按人员",
                ("工号", "姓名", "人次", "学时"),
                [_of_person(report, key, one) for key, one in report.by_person.items()],
            ),
            ("明细", DETAIL, [_detail(report, row) for row in report.rows]),
        )
        for name, titles, rows in tables:
            sheet = book.add_worksheet(name)
            sheet.set_column(0, len(titles), 16)
            sheet.freeze_panes(1, 0)
            if name != "明细":
                rows.append(_last(report, titles))
            for column, title in enumerate(titles):
                sheet.write_string(0, column, title, head)
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    (sheet.write_number if isinstance(cell, Decimal) else sheet.write_string)(number, column, cell)
            if name in ("按类别", "按单位"):
                sheet.write_string(len(rows) + 2, 0, f"{report.unit} {report.month}。{NOTE}")


def _figures(one: Sum) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(one.times), Decimal(one.people), one.hours


def _last(report: Monthly, titles: Sequence[str]) -> Sequence[str | Decimal]:
    figures = dict(zip(HEADS, _figures(report.total), strict=True))
    return tuple(figures.get(title, "合计" if number == 0 else "") for number, title in enumerate(titles))


def _of_person(report: Monthly, person_id: int, one: Sum) -> Sequence[str | Decimal]:
    person = report.people[person_id]
    return person.staff_number, person.name, Decimal(one.times), one.hours


def _detail(report: Monthly, row: EarnedRow) -> Sequence[str | Decimal]:
    person, entry = report.people[row.person_id], row.entry
    kind, channel = _kind((entry.kind, entry.channel))
    day = entry.happened_at.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d")
    marks = ("" if one is None else one for one in (entry.score, entry.maximum))
    return (
        person.staff_number, person.name, entry.unit_name or "", entry.post or "", day, kind, channel, entry.title, entry.hours,
        *marks, entry.outcome_zh,
    )  # fmt: skip


def paper(report: Monthly, *, invented: bool) -> dict[str, object]:
    """What the template prints."""
    kinds = [[*_kind(key), *_plain(one)] for key, one in report.by_kind.items()]
    units = [[report.units[key].name, *_plain(one)] for key, one in report.by_unit.items()]
    return {
        "title": f"{report.unit} {report.month[:4]} 年 {int(report.month[5:])} 月学习情况",
        "tables": [
            {"name": "按类别", "heads": ["类别", "渠道", *HEADS], "rows": _writable(kinds), "last": ["合计", "", *_plain(report.total)]},
            {"name": "按单位", "heads": ["单位", *HEADS], "rows": _writable(units), "last": ["合计", *_plain(report.total)]},
        ],
        "note": NOTE,
        "footer": INVENTED if invented else "",
    }  # fmt: skip


def _writable(rows: list[list[str]]) -> list[list[str]]:
    return [[writable(cell) for cell in row] for row in rows]


def _plain(one: Sum) -> list[str]:
    return [str(one.times), str(one.people), f"{one.hours.normalize():f}" if one.hours else "0"]
