"""The personnel archive (干部教育培训档案) as a workbook: one row an entry, for the people of a unit and a period.

Rows go to the disk as they come, so that the memory that is used does not grow with their number. Numbers of people are cells of
text: a spreadsheet would round their digits away. The columns are those of the common registers as far as they are known here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from courseware.facts import Facts
from lms import exports, jobs
from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.audit.service import acting, record
from lms.channels import CHANNELS_ZH, LEVELS_ZH
from lms.clock import BUREAU_ZONE, today
from lms.database import reading, writing
from lms.particulars import queries as particulars
from lms.particulars import service as files
from lms.particulars.queries import ParticularsRow
from lms.transcripts import archive_details, queries, service, sums
from lms.transcripts.archive_details import Details
from lms.transcripts.queries import KINDS, EarnedRow, EntryRow
from lms.transcripts.sums import Sum
from lms.transcripts.words import KINDS_ZH

AT_ONCE = 200
#: rows that a sheet of a workbook holds, heads included
MOST_ROWS = 1_048_576
PERSON = (
    "工号",
    "姓名",
    "性别",
    "出生年月",
    "身份证号",
    "民族",
    "政治面貌",
    "学历",
    "学位",
    "单位",
    "职务",
    "职级",
    "任职时间",
    "干部类别",
)
ENTRY = (
    "培训名称", "培训类别", "培训渠道", "培训类型", "培训级别", "必修/选修", "日期", "天数", "时长（分钟）", "学时", "成绩", "满分",
    "结果", "学习时单位", "学习时职务", "修订次数", "修订原因", "登记日期",
)  # fmt: skip
SUMMARY = (
    "工号",
    "姓名",
    "单位",
    *(f"{name}{unit}" for name in KINDS_ZH.values() for unit in ("人次", "学时")),
    "合计人次",
    "合计学时",
)
NOTE = (
    "一行一条学习记录；更正后的记录只列最新一次修订，修订次数大于 1 的即为更正过的记录。",
    "培训班的出席课次以签到表为准，请假学时和证书编号以最新一次结果为准；审批人为确认结班的人。",
    "个人申报由初审人确认、上级审批人批准；更正或撤销过的，审批人为最后决定的人。",
    "“撤销”的记录学时为零，不计入汇总。每学时 45 分钟。",
    "人员信息为导出当天的信息；“学习时单位”“学习时职务”为学习当天的任职。",
    "汇总表的每个数都是学习记录表中同一人员各行之和。",
)


def write(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job: `unit` is the path of the unit, `since` and `until` days or "", `numbers` whether identity cards stand in it."""
    asked = run.payload
    ids = queries.people_of(reading(), str(asked["unit"]))
    if asked["numbers"]:
        with acting(run.owner), writing() as session:
            record(session, "particulars.numbers", after={"unit": asked["unit_name"], "people": len(ids)})
    name = f"archive-{run.public_id}.xlsx"
    with exports.keeping(service.exports_of(str(asked["person"])), name) as target:
        rows = _write(run, ids, target)
    return {"rows": rows, "page": ["transcript_reports.index", {}]}


def _write(run: jobs.JobRun, ids: Sequence[int], target: Path) -> int:
    since, until = (
        date.fromisoformat(str(run.payload[name])) if run.payload[name] else None for name in ("since", "until")
    )
    with xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.use_zip64()
        head, text = book.add_format({"bold": True, "bg_color": "#E8EEE6"}), book.add_format({"num_format": "@"})
        entries, people, note = (book.add_worksheet(name) for name in ("学习记录", "人员汇总", "说明"))
        for sheet, titles in ((entries, (*PERSON, *ENTRY, *archive_details.TITLES)), (people, SUMMARY)):
            sheet.freeze_panes(1, 2)
            sheet.set_column(0, len(titles), 14)
            for column, title in enumerate(titles):
                sheet.write_string(0, column, title, head)
        for number, line in enumerate(NOTE):
            note.write_string(number, 0, line)
        row = 0
        for number, (person, told, lines, details) in enumerate(_people(run, ids, since, until), 1):
            _line(people, number, summary(person, lines), text)
            for entry in lines:
                row += 1
                if row < MOST_ROWS:
                    _line(
                        entries, row, (*told, *_entry(entry), *archive_details.cells(person.id, entry, details)), text
                    )
    if row >= MOST_ROWS:
        raise ValueError(f"{row} rows are more than a sheet holds: choose a smaller unit or period")
    return row


def _people(
    run: jobs.JobRun, ids: Sequence[int], since: date | None, until: date | None
) -> Iterator[tuple[PersonRow, Sequence[str], Sequence[EntryRow], Details]]:
    """Each person with the cells that tell of them, their entries, and what is known of these."""
    first_moment = datetime.combine(since, time(), BUREAU_ZONE) if since else None
    after = datetime.combine(until + timedelta(days=1), time(), BUREAU_ZONE) if until else None
    for first in range(0, len(ids), AT_ONCE):
        some, session = ids[first : first + AT_ONCE], reading()
        people, said = accounts.people_by_ids(session, some), particulars.of_people(session, some, today())
        numbers = files.id_numbers(session, some) if run.payload["numbers"] else {}
        entries = queries.entries_of(session, some, since=first_moment, before=after)
        details = archive_details.of_entries(session, entries)
        session.rollback()
        for one in some:
            told = _person(people[one], said.get(one, files.EMPTY), numbers.get(one, ""))
            yield people[one], told, entries.get(one, ()), details
        run.report(min(first + AT_ONCE, len(ids)), len(ids))


def _person(person: PersonRow, said: ParticularsRow, identity: str) -> tuple[str, ...]:
    return (
        person.staff_number, person.name, particulars.GENDERS_ZH.get(said.gender or "", ""), said.born or "", identity,
        said.ethnicity or "", particulars.POLITICAL_ZH[said.political] if said.political else "", said.education or "",
        said.degree or "", person.unit_name or "", person.post or "", person.rank or "", str(said.appointed_on or ""), said.category or "",
    )  # fmt: skip


def _entry(entry: EntryRow) -> tuple[str | Decimal | None, ...]:
    facts = Facts.from_record(entry.facts) if entry.facts else None
    required = None if facts is None or facts.required is None else facts.required
    return (
        entry.title, KINDS_ZH[entry.kind], CHANNELS_ZH.get(facts.channel, "") if facts else "", facts.class_type if facts else "",
        LEVELS_ZH[facts.level] if facts and facts.level else "", "" if required is None else "必修" if required else "选修",
        entry.happened_at.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d"),
        Decimal(facts.half_days) / 2 if facts and facts.half_days else None, Decimal(facts.minutes) if facts and facts.minutes else None,
        entry.hours, entry.score, entry.maximum, entry.outcome_zh, entry.unit_name or "", entry.post or "", Decimal(entry.revision - 1),
        entry.why or "", entry.recorded_at.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d"),
    )  # fmt: skip


def summary(person: PersonRow, entries: Sequence[EntryRow]) -> tuple[str | Decimal | None, ...]:
    """The row of a person on the second sheet: person-times and hours by kind and in all."""
    rows = [EarnedRow(person.id, 0, entry) for entry in entries]
    by_kind = sums.grouped(rows, lambda row: row.entry.kind)
    figures = [by_kind.get(kind, Sum()) for kind in KINDS]
    figures.append(sums.total(rows))
    numbers = [number for one in figures for number in (Decimal(one.times), one.hours)]
    return (person.staff_number, person.name, person.unit_name or "", *numbers)


def _line(sheet: Any, row: int, cells: Sequence[str | Decimal | None], text: Any) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, Decimal):
            sheet.write_number(row, column, cell)
        elif cell:
            sheet.write_string(row, column, cell, text)
