"""The results of an exam by name: who served in a unit when the exam closed, and how they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may
from lms.analysis.queries import day_of
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting

#: the longest search
SEARCH_LENGTH = 60
#: papers of more sections are told as a whole
MOST_SECTIONS = 6


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's result: marks and those there were, by section in the order of the blueprint (earned, of); `transcript`: public id
    of the person where the viewer may see their transcript.
    """

    name: str
    staff_number: str
    unit_name: str
    total: Decimal
    maximum: Decimal
    passed: bool
    pass_mark: Decimal | None
    sections: Sequence[tuple[Decimal, Decimal]]
    transcript: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them in which order. `result`: "passed", "failed" or "" for all; `sort`: name, number, unit, score or result."""

    search: str = ""
    result: str = ""
    sort: str = "score"
    descending: bool = True

    @classmethod
    def asked(cls, args: Mapping[str, str]) -> "Wanted":
        """As an address says it."""
        return cls(
            search=args.get("q", "").strip()[:SEARCH_LENGTH],
            result=args.get("result", ""),
            sort=args.get("sort", "score"),
            descending=args.get("order", "desc") == "desc",
        )


def results(
    exam: ExamRow, paths: Sequence[str], wanted: Wanted, *, only: Select[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Results of those who served below these paths when the exam closed, for `paginate` and `rows`; `only`: no others than these
    people.
    """
    people = accounts.served(paths, day_of(exam), search=wanted.search).subquery()
    scored = sitting.results(exam.id).order_by(None).subquery()
    query = (
        select(people.c.name, people.c.staff_number, people.c.unit_name, scored)
        .join(scored, scored.c.person_id == people.c.id)
        .where(scored.c.ended_how != "void", scored.c.total.is_not(None))
    )
    if only is not None:
        query = query.where(people.c.id.in_(only))
    if wanted.result in ("passed", "failed"):
        query = query.where(scored.c.passed.is_(wanted.result == "passed"))
    columns = {
        "name": people.c.name,
        "number": people.c.staff_number,
        "unit": people.c.unit_name,
        "score": scored.c.total,
        "result": scored.c.passed,
    }
    column = columns.get(wanted.sort, scored.c.total)
    return query.order_by(column.desc() if wanted.descending else column, scored.c.id)


def rows(session: Session, viewer: Viewer, exam: ExamRow, found: Sequence[Any]) -> list[Person]:
    """The rows of a page of `results`."""
    sat = sitting.counted_of(session, [row.id for row in found])
    people = accounts.people_by_ids(session, [row.person_id for row in found])
    made = []
    for row in found:
        person = people[row.person_id]
        open_ = may(viewer, Act.SEE_TRANSCRIPTS, unit_path=person.unit_path or "/")
        made.append(
            Person(
                name=row.name,
                staff_number=row.staff_number,
                unit_name=row.unit_name,
                total=row.total,
                maximum=row.maximum,
                passed=row.passed,
                pass_mark=row.pass_mark,
                sections=_sections(exam, sat[row.id]),
                transcript=person.public_id if open_ else None,
            )
        )
    return made


def section_titles(exam: ExamRow) -> list[str]:
    """The heads of the sections that count, none where there is one or are too many."""
    titles = [section.title for section in exam.blueprint.sections if section.counts]
    return titles if 1 < len(titles) <= MOST_SECTIONS else []


def _sections(exam: ExamRow, sat: sitting.Sat) -> list[tuple[Decimal, Decimal]]:
    """Marks earned and there by section, of hundredths as they are stored."""
    if not section_titles(exam):
        return []
    sums = {n: [0, 0] for n, section in enumerate(exam.blueprint.sections) if section.counts}
    scores = sat.newest.scores
    for slot, earned, marks in zip(sat.form.slots, scores["earned"], scores["marks"], strict=True):
        if slot.section in sums:
            sums[slot.section][0] += earned or 0
            sums[slot.section][1] += marks
    return [(Decimal(earned) / 100, Decimal(marks) / 100) for earned, marks in sums.values()]
