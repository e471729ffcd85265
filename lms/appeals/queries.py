"""Reading appeals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.appeals.models import Appeal, AppealRule, AppealStep
from lms.exams import queries as exams
from lms.exams.policy import managed_ids, managed_paths
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.sitting.queries import Graded

DAYS = 7
#: how an appeal goes: it waits, somebody looks, the finding waits to be confirmed; then the result stands, or is being
#: mended until a decision changed it
STAGES = ("open", "taken", "found", "mending", "changed", "kept", "withdrawn")
#: what keeps an exam from being signed off
UNDECIDED = ("open", "taken", "found", "mending")


def _mended() -> ColumnElement[bool]:
    return sitting.changed_after(Appeal.attempt_id, Appeal.found_on)  # type: ignore[arg-type]  # mapped columns are columns


def _stage() -> ColumnElement[str]:
    return case(((Appeal.state == "mending") & _mended(), "changed"), else_=Appeal.state)


def days_of(session: Session, exam_id: int) -> int:
    """For how many days appeals may be made, 0 for none."""
    found = session.scalar(select(AppealRule.days).where(AppealRule.exam_id == exam_id))
    return DAYS if found is None else found


def visible_since(exam: ExamRow, graded_at: datetime) -> datetime:
    """When the candidate could first see a grading that may be seen now."""
    if exam.release == "at_once":
        return graded_at
    first = exam.released_at if exam.release == "by_hand" and exam.released_at else exam.closes_at
    return max(first, graded_at)


def last_deadline(session: Session, exam: ExamRow) -> datetime | None:
    """Until when any candidate may make an appeal; None where there are no results, or none may be made."""
    graded, days = sitting.last_graded(session, exam.id), days_of(session, exam.id)
    return None if graded is None or not days else visible_since(exam, graded) + timedelta(days=days)


def of_exam(exam_id: int, *, stage: str = "", sort: str = "made", descending: bool = False) -> Select[Appeal, str]:
    """The appeals of an exam with their stages, in one stage ("": all), by when they were made or by "stage"."""
    order = _stage() if sort == "stage" else Appeal.id
    query = select(Appeal, _stage()).where(Appeal.exam_id == exam_id)
    if stage:
        query = query.where(_stage() == stage)
    return query.order_by(order.desc() if descending else order, Appeal.id)


def counts(session: Session, exam_id: int) -> dict[str, int]:
    """How many appeals of an exam are in each stage."""
    found = select(_stage().label("stage")).where(Appeal.exam_id == exam_id).subquery()
    rows = session.execute(select(found.c.stage, func.count()).group_by(found.c.stage))
    return {row.stage: row[1] for row in rows}


def undecided(session: Session, exam_id: int) -> int:
    """How many appeals of an exam wait for somebody."""
    found = counts(session, exam_id)
    return sum(found.get(stage, 0) for stage in UNDECIDED)


def waiting_for(session: Session, viewer: Viewer) -> list[tuple[ExamRow, int]]:
    """Exams that somebody manages in which appeals wait, and how many, the longest waiting first."""
    paths, ids = managed_paths(viewer), managed_ids(viewer)
    if not paths and not ids:
        return []
    found = select(Appeal.exam_id, func.count()).where(_stage().in_(UNDECIDED)).group_by(Appeal.exam_id)
    waiting = {row[0]: row[1] for row in session.execute(found.order_by(func.min(Appeal.id)))}
    rows = exams.by_ids(session, list(waiting)) if waiting else {}
    return [
        (rows[key], count)
        for key, count in waiting.items()
        if rows[key].public_id in ids or rows[key].owner_path.startswith(paths)
    ]


def mine(person_id: int) -> Select[Appeal, str]:
    """A person's own appeals with their stages, the newest first."""
    return select(Appeal, _stage()).where(Appeal.person_id == person_id).order_by(Appeal.id.desc())


def of_attempt(session: Session, attempt_id: int) -> list[tuple[Appeal, str]]:
    """The appeals against gradings of an attempt with their stages, the newest first."""
    query = select(Appeal, _stage()).where(Appeal.attempt_id == attempt_id).order_by(Appeal.id.desc())
    return [(row[0], row[1]) for row in session.execute(query)]


def stage_of(session: Session, appeal: Appeal) -> str:
    """How far an appeal is: one of STAGES."""
    return session.scalars(select(_stage()).where(Appeal.id == appeal.id)).one()


def steps(session: Session, appeal_id: int) -> Sequence[AppealStep]:
    """Every step of an appeal, in order."""
    return session.scalars(
        select(AppealStep).where(AppealStep.appeal_id == appeal_id).order_by(AppealStep.number)
    ).all()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Marks and outcome that an appeal was about, and those that a decision made of them."""

    before: Graded
    after: Graded


def outcome(appeal: Appeal, found: Sequence[Graded]) -> Outcome | None:
    """What became of the result, of all gradings of the attempt, where an appeal that was right has changed it."""
    if appeal.state != "mending":
        return None
    after = [one for one in found if one.revision > (appeal.found_on or 0) and one.decision is not None]
    return Outcome(found[appeal.revision - 1], after[0]) if after else None


def whole(session: Session, exam_id: int) -> list[dict[str, Any]]:
    """Every appeal of an exam with its steps, as JSON: for its evidence; people by staff number."""
    found = session.execute(select(Appeal, _stage()).where(Appeal.exam_id == exam_id).order_by(Appeal.id)).all()
    went = {appeal.id: steps(session, appeal.id) for appeal, _stage in found}
    numbers = accounts.people_by_ids(session, sorted({one.person_id for some in went.values() for one in some}))
    return [
        {
            "appeal": appeal.public_id, "attempt": sitting.paper_of(session, appeal.attempt_id)[0], "grading": appeal.revision, "stage": stage,
            "questions": appeal.questions, "reason": appeal.reason, "finding": appeal.finding, "words": appeal.words,
            "steps": [
                {
                    "number": one.number, "kind": one.kind, "person": numbers[one.person_id].staff_number,
                    "at": one.at.isoformat(), "told": one.told,
                }
                for one in went[appeal.id]
            ],
        }
        for appeal, stage in found
    ]  # fmt: skip
