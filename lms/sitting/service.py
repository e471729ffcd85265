"""Sitting an exam: start, save, take over, hand in, close. One function a use case; each within `writing()`.

Answers are written to the attempt's journal, which is their audit trail: it is append-only and chained by hash.
Start, take-over, hand-in and close are recorded in the audit log as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import errors, journal
from lms.sitting.models import Attempt, AttemptResult
from question_bank.assembly import Form, draw
from question_bank.attempt import FROM_CANDIDATE, Event, Incoming, Kind, is_stale, replay
from question_bank.chance import derive
from question_bank.grading import grade
from question_bank.timing import GRACE, deadline, is_open

MAX_EVENTS = 200  # in one batch
MAX_JOURNAL = 20_000  # in one attempt
CHAIN_START = bytes(32)
#: the job that tells the bank how the questions of an exam did, and how long after the last attempt it waits
STATISTICS = "sitting.statistics"
STATISTICS_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server says to a batch.

    `last` is the newest event it holds; `superseded` has the answers that stand where the sent ones came too late
    after another window's; `over`: the attempt has ended, what was sent is kept as evidence and does not count.
    """

    last: int
    deadline_at: datetime
    superseded: dict[int, Any]
    over: bool


def start(session: Session, exam: ExamRow, viewer: Viewer) -> Attempt:
    """The viewer's attempt: the one there is, or a new one with a paper of its own.

    Raises NotOpen outside the window. Two starts at once give one attempt (unique key).
    """
    attempt = session.scalar(
        select(Attempt).where(Attempt.exam_id == exam.id, Attempt.person_id == viewer.id).with_for_update()
    )
    if attempt is not None:
        return attempt
    moment = now()
    if exam.phase(moment) != "open":
        raise errors.NotOpen
    form = draw(exams.snapshot(session, exam.id), exam.blueprint, seed=derive(exam.seed, f"paper:{viewer.public_id}:1"))
    attempt = Attempt(
        exam_id=exam.id,
        person_id=viewer.id,
        number=1,
        form=form.to_record(),
        started_at=moment,
        deadline_at=deadline(moment, allowance=timedelta(minutes=exam.minutes), window_end=exam.closes_at),
        session_id=viewer.session_id,
        last_event=0,
        chain=CHAIN_START,
    )
    session.add(attempt)
    session.flush()
    journal.append(session, attempt, Kind.START, at=moment)
    record(session, "attempt.start", thing="attempt", thing_id=attempt.public_id, after={"exam": exam.public_id})
    return attempt


def save(session: Session, public_id: str, viewer: Viewer, incoming: Sequence[Incoming]) -> Saved:
    """Append a batch of answers and flags; what is there already is acknowledged again.

    Raises Elsewhere when another log-in took over, EventConflict when a (window, count) comes back with other
    content, BadResponse for what is no answer to its question, AttemptOver when even evidence has its limit.
    """
    attempt = _own(session, public_id, viewer)
    if attempt.last_event + len(incoming) > MAX_JOURNAL:
        raise errors.AttemptOver
    if attempt.session_id != viewer.session_id:
        raise errors.Elsewhere
    form = Form.from_record(attempt.form)
    versions = exams.snapshot(session, attempt.exam_id).versions
    there = journal.known(session, attempt.id, [(event.client, event.client_seq) for event in incoming])
    newest = journal.newest_answers(session, attempt.id, [event.slot for event in incoming])
    moment = now()
    counts = attempt.ended_at is None and is_open(moment, attempt.deadline_at)
    superseded: dict[int, Any] = {}
    for event in incoming:
        response = _read(event, form, versions)
        if _repeated(event, response, there):
            continue
        kind = event.kind if counts else Kind.LATE
        if kind is Kind.ANSWER and is_stale(event, newest.get(event.slot)):
            kind = Kind.STALE
            superseded[event.slot] = _shown(newest[event.slot].response, event.slot, form, versions)
        added = journal.append(
            session, attempt, kind, at=moment, slot=event.slot, response=response,
            client=event.client, client_seq=event.client_seq,
        )  # fmt: skip
        there[event.client, event.client_seq] = added
        if kind is Kind.ANSWER:
            newest[event.slot] = added
    return Saved(attempt.last_event, attempt.deadline_at, superseded, over=not counts)


def take_over(session: Session, public_id: str, viewer: Viewer) -> None:
    """Make this log-in the one that may write; every other one is told so at its next step."""
    attempt = _own(session, public_id, viewer)
    if attempt.session_id == viewer.session_id or attempt.ended_at is not None:
        return
    before = attempt.session_id
    attempt.session_id = viewer.session_id
    journal.append(session, attempt, Kind.TAKE_OVER, at=now())
    record(
        session, "attempt.take_over", thing="attempt", thing_id=public_id,
        before={"session": before}, after={"session": viewer.session_id},
    )  # fmt: skip


def hand_in(session: Session, public_id: str, viewer: Viewer) -> None:
    """End the attempt and grade it. Handing in twice is handing in once."""
    attempt = _own(session, public_id, viewer)
    if attempt.ended_at is not None:
        return
    if attempt.session_id != viewer.session_id:
        raise errors.Elsewhere
    moment = now()
    if not is_open(moment, attempt.deadline_at):
        _end(session, attempt, Kind.CLOSE)
        return
    _end(session, attempt, Kind.HAND_IN)


def close_if_due(session: Session, attempt_id: int) -> bool:
    """Close an attempt whose time is over with what was saved; whether it was done now."""
    attempt = session.get(Attempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt is None or attempt.ended_at is not None or is_open(now(), attempt.deadline_at):
        return False
    _end(session, attempt, Kind.CLOSE)
    return True


def due_attempts(session: Session, *, limit: int = 500) -> list[int]:
    """Ids of open attempts whose time is over."""
    return list(
        session.scalars(
            select(Attempt.id)
            .where(Attempt.ended_at.is_(None), Attempt.deadline_at < now() - GRACE)
            .order_by(Attempt.deadline_at)
            .limit(limit)
        )
    )


def _end(session: Session, attempt: Attempt, kind: Kind) -> None:
    """Close the journal, grade what it holds, and leave word for the transcript. Closed at the deadline at the latest."""
    moment = min(now(), attempt.deadline_at)
    journal.append(session, attempt, kind, at=now())
    attempt.ended_at = moment
    attempt.ended_how = "handed_in" if kind is Kind.HAND_IN else "closed"
    session.flush()
    exam = exams.by_ids(session, [attempt.exam_id])[attempt.exam_id]
    state = replay(journal.events(session, attempt.id))
    versions = exams.snapshot(session, attempt.exam_id).versions
    result = grade(Form.from_record(attempt.form), versions, state.answers, blueprint=exam.blueprint)
    session.add(
        AttemptResult(
            attempt_id=attempt.id,
            revision=1,
            total=result.total,
            maximum=result.maximum,
            passed=result.passed,
            scores=result.to_record(),
            graded_at=now(),
            reason="automatic",
        )
    )
    record(
        session, f"attempt.{attempt.ended_how}", thing="attempt", thing_id=attempt.public_id,
        after={"total": str(result.total), "passed": result.passed, "chain": attempt.chain.hex()},
    )  # fmt: skip
    jobs.enqueue(
        session,
        STATISTICS,
        {"exam": exam.id},
        unique_key=f"statistics:{exam.public_id}",
        run_at=max(now(), exam.closes_at) + STATISTICS_AFTER,
    )
    if exam.release != "by_hand" or exam.released_at is not None:
        tell(session, exam, attempt, result.total, result.maximum, passed=result.passed)


def tell(session: Session, exam: ExamRow, attempt: Attempt, total: Decimal, maximum: Decimal, *, passed: bool) -> None:
    """Leave word of a result for the transcript, to be written there once the candidate may see it."""
    jobs.enqueue(
        session,
        "transcripts.record",
        {
            "person_id": attempt.person_id,
            "kind": "exam",
            "source": attempt.public_id,
            "revision": 1,
            "title": exam.title,
            "title_en": None,
            "subject": None,
            "hours": "0",
            "score": str(total),
            "maximum": str(maximum),
            "passed": passed,
            "happened_at": (attempt.ended_at or now()).isoformat(),
        },
        unique_key=f"transcript:{attempt.public_id}:1",
        run_at=exam.closes_at if exam.release == "after_window" and exam.released_at is None else None,
    )


def tell_released(session: Session, exam_id: int) -> int:
    """Leave word of every result of an exam that was released by hand; how many."""
    exam = exams.by_ids(session, [exam_id])[exam_id]
    rows = session.execute(
        select(Attempt, AttemptResult)
        .join(AttemptResult, AttemptResult.attempt_id == Attempt.id)
        .where(Attempt.exam_id == exam_id, AttemptResult.revision == 1)
    ).all()
    for attempt, result in rows:
        tell(session, exam, attempt, result.total, result.maximum, passed=result.passed)
    return len(rows)


def _own(session: Session, public_id: str, viewer: Viewer) -> Attempt:
    attempt = session.scalar(
        select(Attempt)
        .where(Attempt.public_id == public_id, Attempt.person_id == viewer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if attempt is None:
        raise NotFound
    return attempt


def _read(event: Incoming, form: Form, versions: Any) -> Any:
    slot = form.slot(event.slot)
    if slot is None or event.kind not in FROM_CANDIDATE:
        raise errors.BadEvents
    if event.kind is Kind.FLAG:
        if not isinstance(event.response, bool):
            raise errors.BadEvents
        return event.response
    version = versions[slot.version]
    return version.interaction.read(version.body, form.slot_seed(event.slot), event.response)


def _shown(response: Any, number: int, form: Form, versions: Any) -> Any:
    slot = form.slot(number)
    if slot is None:
        raise errors.BadEvents
    version = versions[slot.version]
    return version.interaction.shown(version.body, form.slot_seed(number), response)


def _repeated(event: Incoming, response: Any, there: dict[tuple[str, int], Event]) -> bool:
    stored = there.get((event.client, event.client_seq))
    if stored is None:
        return False
    if stored.slot != event.slot or stored.response != response:
        raise errors.EventConflict
    return True
