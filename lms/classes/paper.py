"""Timetable and attendance sheet on paper, in Chinese as offices keep them."""

from collections.abc import Sequence
from pathlib import Path

from lms import printing
from lms.accounts.queries import PersonRow
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.timetable import clock
from lms.fonts import writable
from lms.i18n import plain

TEMPLATE = Path(__file__).parent / "sheet.typ"
INVENTED = "演示环境：人员、单位和成绩均为虚构。"
WEEKDAYS = "一二三四五六日"


def timetable(found: TrainingClass, sessions: Sequence[ClassSession], *, invented: bool) -> bytes:
    """The PDF of a timetable."""
    rows = [
        [
            _day(one),
            f"{clock(one.starts)}–{clock(one.ends)}",
            one.title,
            one.lecturer,
            one.place or found.place,
            plain(one.hours),
        ]
        for one in sessions
    ]
    return _drawn(
        found,
        "课程表",
        ["日期", "时间", "内容", "授课人", "地点", "学时"],
        rows,
        [30, 24, 0, 26, 36, 12],
        invented=invented,
    )


def sheet(found: TrainingClass, one: ClassSession, people: Sequence[PersonRow], *, invented: bool) -> bytes:
    """The PDF of the sheet of a session, a line for everybody to sign."""
    rows = [
        [str(n), person.name, person.staff_number, person.unit_name or "", "", ""] for n, person in enumerate(people, 1)
    ]
    title = f"签到表　{_day(one)} {clock(one.starts)}–{clock(one.ends)}　{one.title}"
    return _drawn(
        found, title, ["序号", "姓名", "工号", "单位", "签名", "备注"], rows, [12, 24, 26, 0, 34, 22], invented=invented
    )


def _drawn(
    found: TrainingClass, title: str, heads: list[str], rows: list[list[str]], widths: list[int], *, invented: bool
) -> bytes:
    """`widths` in millimetres, 0 for what is left."""
    paper = {
        "name": writable(found.name),
        "title": writable(title),
        "facts": writable(f"{found.organiser}　{found.first_day:%Y-%m-%d} 至 {found.last_day:%Y-%m-%d}　{found.place}"),
        "heads": heads,
        "rows": [[writable(cell) for cell in row] for row in rows],
        "widths": widths,
        "footer": INVENTED if invented else "",
    }
    return printing.printed(TEMPLATE, paper)


def _day(one: ClassSession) -> str:
    return f"{one.day:%Y-%m-%d} 周{WEEKDAYS[one.day.weekday()]}"
