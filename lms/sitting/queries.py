"""Reading attempts: a candidate's exams, an attempt's state, an exam's results."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, select, text
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.clock import now
from lms.database import UtcDateTime
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import dealing, decisions, journal
from lms.sitting.models import Accommodation, Attempt, AttemptEvent, AttemptResult, Decision, Outage, Paper, Remarking
from question_bank.assembly import Form
from question_bank.attempt import MEASURES, OF_WINDOW, Event, Kind
from question_bank.grading import Score, scores_from_record
from question_bank.remarking import Remark


@dataclass(frozen=True, slots=True)
class Outcome:
    """The grading that counts."""

    total: Decimal
    maximum: Decimal
    passed: bool
    #: the scores of its slots, as JSON
    record: str
    #: the paper's own pass mark, None where the exam's counts; and since when this grading stands
    pass_mark: Decimal | None
    graded_at: datetime
    reason: str

    def scores(self) -> tuple[Score, ...]:
        """Of its slots, in their order; most who look at a result do not look at them."""
        return scores_from_record(json.loads(self.record))


@dataclass(frozen=True, slots=True)
class Standing:
    """An exam as one person stands to it: not begun (no attempt), under way, or over (with a result)."""

    exam: ExamRow
    attempt_public_id: str | None = None
    started_at: datetime | None = None
    deadline_at: datetime | None = None
    ended_at: datetime | None = None
    total: Decimal | None = None
    passed: bool | None = None

    def phase(self, now: datetime) -> str:
        """soon, open (may start), begun, done (handed in or closed) or missed."""
        if self.ended_at is not None or (self.deadline_at is not None and now > self.deadline_at):
            return "done"
        if self.started_at is not None:
            return "begun"
        phase = self.exam.phase(now)
        return "missed" if phase == "over" else phase

    def result_visible(self, now: datetime) -> bool:
        """Whether the person may see the score now."""
        return self.total is not None and self.exam.score_visible(now)


def standings(session: Session, *, person_id: int, unit_path: str | None) -> list[Standing]:
    """All exams the person may sit or has sat, in two or three queries; soonest end first."""
    attempts = {
        row.exam_id: row
        for row in session.execute(
            select(
                Attempt.exam_id,
                Attempt.public_id,
                Attempt.started_at,
                Attempt.deadline_at,
                Attempt.ended_at,
                AttemptResult.total,
                AttemptResult.passed,
            )
            .outerjoin(AttemptResult, AttemptResult.attempt_id == Attempt.id)
            .where(Attempt.person_id == person_id)
            .order_by(AttemptResult.revision)
        )
    }
    known = {exam.id: exam for exam in exams.sittable(session, unit_path)}
    moved = [exam_id for exam_id in attempts if exam_id not in known]
    if moved:
        known |= exams.by_ids(session, moved)
    return [
        Standing(exam, *attempts[exam.id][1:]) if exam.id in attempts else Standing(exam)
        for exam in sorted(known.values(), key=lambda exam: (exam.closes_at, exam.id))
    ]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One candidate in the list of an exam's results."""

    person_id: int
    name: str
    staff_number: str
    unit_name: str | None
    started_at: datetime
    ended_at: datetime | None
    ended_how: str | None
    total: Decimal | None
    passed: bool | None
    pass_mark: Decimal | None


def newest_revisions() -> Subquery:
    """Of each attempt the number of the grading that counts."""
    query = select(AttemptResult.attempt_id, func.max(AttemptResult.revision).label("revision"))
    return query.group_by(AttemptResult.attempt_id).subquery()


def results(exam_id: int) -> Select[*tuple[Any, ...]]:
    """Attempts of an exam with their newest result, best first."""
    newest = newest_revisions()
    return (
        select(
            Attempt.person_id,
            Attempt.started_at,
            Attempt.ended_at,
            Attempt.ended_how,
            AttemptResult.total,
            AttemptResult.passed,
            AttemptResult.pass_mark,
            Attempt.id,
            AttemptResult.maximum,
        )
        .outerjoin(newest, newest.c.attempt_id == Attempt.id)
        .outerjoin(
            AttemptResult,
            (AttemptResult.attempt_id == Attempt.id) & (AttemptResult.revision == newest.c.revision),
        )
        .where(Attempt.exam_id == exam_id)
        .order_by(AttemptResult.total.desc().nulls_last(), Attempt.id)
    )


def exams_sat_by(people: Select[int], *, exam_id: int | None = None) -> Select[int]:
    """Ids of the exams (or of this one) that one of these people has sat, where the attempt counts; for the queries of others."""
    query = select(Attempt.exam_id).where(Attempt.ended_how != "void", Attempt.person_id.in_(people))
    return query if exam_id is None else query.where(Attempt.exam_id == exam_id)


def with_names(session: Session, rows: Sequence[Any]) -> list[ResultRow]:
    """The rows of a page of `results` with names and units, in one more query."""
    people = accounts.people_by_ids(session, [row.person_id for row in rows])
    named = ((people[row.person_id], row) for row in rows)
    return [ResultRow(one.id, one.name, one.staff_number, one.unit_name, *row[1:7]) for one, row in named]


@dataclass(frozen=True, slots=True)
class Tally:
    """How an exam stands: attempts begun, ended, passed."""

    begun: int
    ended: int
    passed: int


def tally(session: Session, exam_id: int) -> Tally:
    """Counts over all attempts of an exam."""
    begun, ended = session.execute(
        select(func.count(Attempt.id), func.count(Attempt.ended_at)).where(Attempt.exam_id == exam_id)
    ).one()
    newest = newest_revisions()
    passed = session.scalar(
        select(func.count(AttemptResult.attempt_id))
        .join(Attempt, Attempt.id == AttemptResult.attempt_id)
        .join(newest, (newest.c.attempt_id == Attempt.id) & (newest.c.revision == AttemptResult.revision))
        .where(Attempt.exam_id == exam_id, AttemptResult.passed.is_(True), Attempt.ended_how != "void")
    )
    return Tally(begun, ended, passed or 0)


def is_sitting(session: Session, person_id: int, moment: datetime) -> bool:
    """Whether a person has an exam under way."""
    query = select(Attempt.id).where(
        Attempt.person_id == person_id, Attempt.ended_at.is_(None),
        (Attempt.deadline_at > moment) | Attempt.paused_at.is_not(None),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def has_sat(session: Session, exam_id: int, person_id: int) -> bool:
    """Whether a person has an attempt of an exam."""
    query = select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.person_id == person_id)
    return session.scalar(query.limit(1)) is not None


def people_of(session: Session, attempt_ids: Collection[int]) -> dict[int, int]:
    """Whose attempts these are."""
    query = select(Attempt.id, Attempt.person_id).where(Attempt.id.in_(attempt_ids))
    return {row.id: row.person_id for row in session.execute(query)}


def complete(session: Session, exam: ExamRow) -> bool:
    """Whether the exam is over, every result is there and some count."""
    counts = select(Attempt.id).where(Attempt.exam_id == exam.id, Attempt.ended_how != "void").limit(1)
    return settled(session, exam) and session.scalar(counts) is not None


def settled(session: Session, exam: ExamRow) -> bool:
    """Whether the exam is over and every result is there, if it has any."""
    open_still = exists().where(
        Attempt.exam_id == exam.id,
        Attempt.ended_at.is_(None) | (Attempt.settled_at.is_(None) & (Attempt.ended_how != "void")),
    )
    return exam.phase(now()) == "over" and not session.scalar(select(open_still))


def open_attempts(session: Session) -> int:
    """Attempts begun and not over, of all exams."""
    return session.scalar(select(func.count()).where(Attempt.ended_at.is_(None))) or 0


def journal_events(session: Session) -> int:
    """Events in all journals; each attempt knows how many it has, so the journals need not be counted."""
    return session.scalar(select(func.sum(Attempt.last_event))) or 0


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An attempt as whoever supervises sees it."""

    person_id: int
    public_id: str
    ended_how: str | None
    paused: bool
    deadline_at: datetime
    extra_seconds: int
    answered: int
    away: int
    released: bool
    seen_at: datetime


#: asked every second or two while somebody supervises: constant, and no mapped class
_BOARD = text(
    "SELECT a.person_id, a.public_id, a.ended_how, a.paused_at IS NOT NULL AS paused, a.deadline_at, a.extra_seconds,"
    " a.answered, a.away, a.session_id = 0 AS released, coalesce(p.seen_at, a.started_at) AS seen_at FROM attempt a"
    " LEFT JOIN sitting_presence p ON p.attempt_id = a.id WHERE a.exam_id = :exam ORDER BY a.id"
).columns(deadline_at=UtcDateTime(), seen_at=UtcDateTime())


def board(session: Session, exam_id: int) -> list[BoardRow]:
    """Every attempt of an exam, in one query."""
    return [BoardRow(*row) for row in session.execute(_BOARD, {"exam": exam_id})]


#: what of a journal is no answer, or an answer that does not count
_TOLD = tuple(
    str(kind)
    for kind in (*MEASURES, *OF_WINDOW, Kind.START, Kind.TAKE_OVER, Kind.HAND_IN, Kind.CLOSE, Kind.LATE, Kind.STALE)
)
MOST_TOLD = 200
#: attempts read in one go
COUNTED_AT_ONCE = 500


def told_events(session: Session, public_id: str) -> list[Event]:
    """What a journal says beside answers that count and flags, the newest first."""
    query = select(AttemptEvent).join(Attempt, Attempt.id == AttemptEvent.attempt_id)
    query = query.where(Attempt.public_id == public_id, AttemptEvent.kind.in_(_TOLD))
    return [
        journal.event_of(row) for row in session.scalars(query.order_by(AttemptEvent.number.desc()).limit(MOST_TOLD))
    ]


def attempts_of(session: Session, exam_id: int) -> dict[int, str]:
    """Public ids of the attempts of an exam, by person."""
    query = select(Attempt.person_id, Attempt.public_id).where(Attempt.exam_id == exam_id)
    return {row.person_id: row.public_id for row in session.execute(query)}


def sources_of(session: Session, exam_id: int, person_ids: Sequence[int]) -> list[str]:
    """Public ids of every attempt of these people at an exam: what their transcripts name as its source."""
    query = select(Attempt.public_id).where(Attempt.exam_id == exam_id, Attempt.person_id.in_(person_ids))
    return list(session.scalars(query))


def open_at(session: Session, exam_id: int, moment: datetime) -> list[str]:
    """Public ids of the attempts that had begun at a moment and are not over now."""
    query = select(Attempt.public_id).where(
        Attempt.exam_id == exam_id, Attempt.started_at <= moment, Attempt.ended_at.is_(None)
    )
    return list(session.scalars(query))


def accommodations(session: Session, exam_id: int) -> list[Accommodation]:
    """What was granted for an exam and not withdrawn."""
    query = select(Accommodation).where(Accommodation.exam_id == exam_id, Accommodation.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Accommodation.id)))


def outages(session: Session, exam_id: int) -> list[Outage]:
    """Measured outages of an exam, the newest first."""
    return list(session.scalars(select(Outage).where(Outage.exam_id == exam_id).order_by(Outage.id.desc())))


def dealt_seats(session: Session, exam: ExamRow) -> dict[int, tuple[Any, ...] | None]:
    """By person the seat (room, row, column) that the papers regarded when they were dealt; empty where they may not be
    dealt anew.
    """
    if not dealing.may_be_replaced(session, exam):
        return {}
    rows = session.execute(select(Paper.person_id, Paper.seat).where(Paper.exam_id == exam.id))
    return {person: tuple(seat) if seat else None for person, seat in rows}


def being_dealt(session: Session, exam: ExamRow) -> bool:
    """Whether the papers of an exam are being dealt."""
    return any(jobs.under_way(session, f"{word}:{exam.public_id}") for word in ("deal", "deal_anew"))


class Grading(NamedTuple):
    """A grading of an attempt, by the names of `lms.sitting.models.AttemptResult`."""

    attempt_id: int
    revision: int
    total: Decimal
    maximum: Decimal
    passed: bool
    scores: Any
    pass_mark: Decimal | None


_GRADING = [getattr(AttemptResult, name) for name in Grading._fields]


@dataclass(frozen=True, slots=True)
class Sat:
    """An attempt with the grading that counts."""

    id: int
    public_id: str
    person_id: int
    form: Form
    started_at: datetime
    ended_at: datetime | None
    newest: Grading


_SAT = (Attempt.id, Attempt.public_id, Attempt.person_id, Attempt.form, Attempt.started_at, Attempt.ended_at)


def counted(session: Session, exam_id: int) -> Iterator[list[Sat]]:
    """The attempts that count with the gradings that count, in order, some at a time."""
    last = 0
    query = select(*_SAT).where(Attempt.exam_id == exam_id, Attempt.ended_how != "void")
    query = query.order_by(Attempt.id).limit(COUNTED_AT_ONCE)
    while rows := session.execute(query.where(Attempt.id > last)).all():
        last = rows[-1].id
        yield _sat(session, rows)


def _sat(session: Session, rows: Sequence[Any]) -> list[Sat]:
    results = select(*_GRADING).where(AttemptResult.attempt_id.in_([row.id for row in rows]))
    gradings = session.execute(results.order_by(AttemptResult.revision))
    newest = {found.attempt_id: found for found in map(Grading._make, gradings)}
    return [
        Sat(row[0], row[1], row[2], Form.from_record(row.form), row.started_at, row.ended_at, newest[row.id])
        for row in rows
    ]


def people_counted(session: Session, exam_ids: Sequence[int]) -> int:
    """How many people have an attempt that counts, each once for each of these exams."""
    query = select(Attempt.exam_id, Attempt.person_id).where(Attempt.exam_id.in_(exam_ids), Attempt.ended_how != "void")
    return session.scalar(select(func.count()).select_from(query.distinct().subquery())) or 0


def paper_of(session: Session, attempt_id: int) -> tuple[str, Form]:
    """Public id of an attempt, and its paper."""
    row = session.execute(select(Attempt.public_id, Attempt.form).where(Attempt.id == attempt_id)).one()
    return row.public_id, Form.from_record(row.form)


def last_graded(session: Session, exam_id: int) -> datetime | None:
    """When an attempt of an exam that counts got its newest grading."""
    query = select(func.max(AttemptResult.graded_at)).join(Attempt, Attempt.id == AttemptResult.attempt_id)
    return session.scalar(query.where(Attempt.exam_id == exam_id, Attempt.ended_how != "void"))


def changed_after(attempt_id: ColumnElement[int], revision: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a decision gave an attempt a further grading after this one; for the queries of others."""
    return exists().where(
        AttemptResult.attempt_id == attempt_id, AttemptResult.revision > revision, AttemptResult.decision.is_not(None)
    )


#: decisions in force in their order, with the remarks behind them
InForce = Sequence[tuple[Decision, Remark | None]]


def in_force(session: Session, exam_id: int) -> InForce:
    """By what the results of an exam were decided to be what they are."""
    found = decisions.in_force(decisions.all_of(session, exam_id))
    ids = [one.remarking_id for one in found if one.remarking_id]
    asked = session.scalars(select(Remarking).where(Remarking.id.in_(ids))) if ids else ()
    remarks = {row.id: Remark.from_record(row.remark) for row in asked if row.remark}
    return [(one, remarks.get(one.remarking_id or 0)) for one in found]


def deciders(decided: InForce, form: Form, given: Sequence["Graded"], questions: Sequence[int]) -> set[int]:
    """Who proposed or agreed to one of these decisions from which one of these gradings follows, as far as it touches these
    questions (by number on the paper; none: the whole result).
    """
    numbers, found = {one.decision for one in given}, set[int]()
    slots = [slot for slot in form.slots if slot.number in questions]
    for one, remark in decided:
        aside = remark is not None and not remark.by_people and slots and not any(map(remark.touches, slots))
        if one.number in numbers and not aside:
            found |= {one.proposed_by} | ({one.decided_by} if one.decided_by else set())
    return found


def answers_of(session: Session, ids: Sequence[int], slots: set[int] | None) -> dict[int, dict[int, Any]]:
    """The newest responses of attempts by slot; None: of all slots."""
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    query = select(AttemptEvent.attempt_id, AttemptEvent.slot, AttemptEvent.response).where(
        AttemptEvent.attempt_id.in_(ids), AttemptEvent.kind == Kind.ANSWER
    )
    if slots is not None:
        query = query.where(AttemptEvent.slot.in_(slots))
    for attempt_id, slot, response in session.execute(query.order_by(AttemptEvent.attempt_id, AttemptEvent.number)):
        found[attempt_id][slot] = response
    return found


def answering(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[datetime, int, Any]]]:
    """Of attempts every answer that counted when it came: moment, slot, response, in order."""
    found: dict[int, list[tuple[datetime, int, Any]]] = defaultdict(list)
    query = select(AttemptEvent.attempt_id, AttemptEvent.at, AttemptEvent.slot, AttemptEvent.response).where(
        AttemptEvent.attempt_id.in_(ids), AttemptEvent.kind == Kind.ANSWER, AttemptEvent.slot.is_not(None)
    )
    for attempt_id, at, slot, response in session.execute(query.order_by(AttemptEvent.attempt_id, AttemptEvent.number)):
        found[attempt_id].append((at, slot, response))
    return found


def counted_of(session: Session, ids: Sequence[int]) -> dict[int, Sat]:
    """The same as `counted` of these attempts alone; void ones too."""
    rows = session.execute(select(*_SAT).where(Attempt.id.in_(ids))).all()
    return {sat.id: sat for sat in _sat(session, rows)}


class Graded(NamedTuple):
    """A grading in the list of those an attempt had; `why`: the reason of the decision it follows from, None for the first."""

    at: datetime
    total: Decimal
    maximum: Decimal
    passed: bool
    pass_mark: Decimal | None
    reason: str
    why: str | None
    revision: int
    decision: int | None
    scores: Any

    def earned(self) -> list[tuple[Decimal, Decimal]]:
        """Of each question, in order, what it earned and its marks."""
        return [(one.earned, one.marks) for one in scores_from_record(self.scores)]


def gradings(session: Session, attempt_id: int, exam_id: int) -> list[Graded]:
    """Every grading of an attempt, in order."""
    query = (
        select(
            AttemptResult.graded_at, AttemptResult.total, AttemptResult.maximum, AttemptResult.passed,
            AttemptResult.pass_mark, AttemptResult.reason, Decision.reason, AttemptResult.revision, AttemptResult.decision,
            AttemptResult.scores,
        )
        .outerjoin(Decision, (Decision.exam_id == exam_id) & (Decision.number == AttemptResult.decision))
        .where(AttemptResult.attempt_id == attempt_id)
        .order_by(AttemptResult.revision)
    )  # fmt: skip
    return [Graded(*row) for row in session.execute(query)]


def basis(session: Session, exam_id: int) -> list[int]:
    """How many attempts count and how many gradings they have: what is worked out of them is out of date with others."""
    query = (
        select(func.count(func.distinct(Attempt.id)), func.count())
        .join(AttemptResult, AttemptResult.attempt_id == Attempt.id)
        .where(Attempt.exam_id == exam_id, Attempt.ended_how != "void")
    )
    return list(session.execute(query).one())
