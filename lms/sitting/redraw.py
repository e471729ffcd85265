"""Dealing the papers of an exam again, from the seed and what is stored beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.exams import queries as exams
from lms.exams.queries import DRAWN, ExamRow, Frozen
from lms.sitting import dealing
from lms.sitting.models import Attempt, Paper
from lms.sitting.seal import Broken
from question_bank.fair import Dealing, Seat, record_of

NAMES_AT_ONCE = 1000
_OF_BATCH = select(Paper.exam_id, Paper.person_id, Paper.late, Paper.seat, Paper.sealed).order_by(Paper.person_id)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A paper dealt again: whose it is, its record now, and the record that is kept (None: broken)."""

    person_id: int
    record: bytes
    kept: bytes | None


def papers(session: Session, exam: ExamRow) -> Iterator[Redrawn]:
    """Every kept paper, batch by batch, then what older releases drew at the start; a batch at a time in memory."""
    frozen = exams.stored(session, exam.id)
    last = session.scalar(select(func.max(Paper.batch)).where(Paper.exam_id == exam.id)) or 0
    known = Dealing()
    for number in range(last + 1):
        rows = session.execute(_OF_BATCH.where(Paper.exam_id == exam.id, Paper.batch == number)).all()
        names = _names(session, [row.person_id for row in rows])
        if dealt := [row for row in rows if not row.late]:
            yield from (again := _again(exam, frozen, dealt, names, known)).papers
            known = again.after
        for row in (row for row in rows if row.late):
            form = dealing.late_form(exam, frozen, names[row.person_id], known)
            yield Redrawn(row.person_id, record_of(form), _kept(row))
    if exam.assembly == DRAWN:
        yield from _drawn(session, exam, frozen)


@dataclass(frozen=True, slots=True)
class _Again:
    papers: list[Redrawn]
    after: Dealing


def _again(exam: ExamRow, frozen: Frozen, rows: Sequence[Any], names: Mapping[int, str], before: Dealing) -> _Again:
    """A batch once more."""
    seats = [Seat(*row.seat) if row.seat else None for row in rows]
    seeds = [dealing.seed_for(exam, names[row.person_id]) for row in rows]
    if exam.assembly == DRAWN:
        forms = [dealing.late_form(exam, frozen, names[row.person_id], before) for row in rows]
        after = before
    else:
        after = dealing.dealt(exam, frozen, seeds, seats, before)
        forms = list(after.forms)
    records = zip(rows, forms, strict=True)
    return _Again([Redrawn(row.person_id, record_of(form), _kept(row)) for row, form in records], after)


def _drawn(session: Session, exam: ExamRow, frozen: Frozen) -> Iterator[Redrawn]:
    """Attempts of exams that were published before papers were kept."""
    has = select(Paper.person_id).where(Paper.exam_id == exam.id)
    query = select(Attempt.person_id, Attempt.form).where(Attempt.exam_id == exam.id, Attempt.person_id.not_in(has))
    rows = session.execute(query.order_by(Attempt.id)).all()
    names = _names(session, [row.person_id for row in rows])
    for row in rows:
        form = dealing.late_form(exam, frozen, names[row.person_id], Dealing())
        yield Redrawn(row.person_id, record_of(form), dealing.canonical(row.form))


def _kept(row: Any) -> bytes | None:
    try:
        return dealing.opened(row.exam_id, row.person_id, row.sealed)
    except Broken:
        return None


def staff_numbers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Staff numbers of these people."""
    return {person_id: person.staff_number for person_id, person in _people(session, ids).items()}


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    return {person_id: person.public_id for person_id, person in _people(session, ids).items()}


def _people(session: Session, ids: Sequence[int]) -> dict[int, PersonRow]:
    found: dict[int, PersonRow] = {}
    for start in range(0, len(ids), NAMES_AT_ONCE):
        found |= accounts.people_by_ids(session, ids[start : start + NAMES_AT_ONCE])
    return found
