"""Recomputing an exam from what is stored: its papers, its journals, its receipts, its scores, what was decided on pass
marks; the first thing that does not fit is named. Attempts are gone through some at a time: a longer list takes longer, not
more memory, but for a hash or two of each.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import queries as audit
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import dealing, files, redraw
from lms.sitting.decided import Decided, Discrepancy, Sat, decided
from lms.sitting.deeds import CHAIN_START
from lms.sitting.models import Attempt, AttemptEvent, AttemptResult
from question_bank.assembly import Form
from question_bank.attempt import Event, Kind, chain, replay, time_of
from question_bank.blueprint import Blueprint
from question_bank.errors import BankError
from question_bank.grading import grade
from question_bank.item import ItemVersion
from question_bank.timing import Time, deadline

AT_ONCE = 200
#: the grading is part of the end; older releases looked at the clock once more for it
GRADED_WITHIN = timedelta(minutes=1)
HOW = {Kind.HAND_IN: "handed_in", Kind.CLOSE: "closed", Kind.FORCE: "forced", Kind.VOID: "void"}


@dataclass(slots=True)
class Checked:
    """How much was recomputed and fits."""

    papers: int = 0
    attempts: int = 0
    events: int = 0
    results: int = 0
    #: of each attempt (by public id) the hash of the event that ended it, and the head of its chain
    ends: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What attempts are compared with: the exam, SHA-256 of papers by person, versions by number, decisions."""

    exam: ExamRow
    papers: Mapping[int, bytes]
    versions: Mapping[int, ItemVersion]
    decided: Decided


def verify(session: Session, exam: ExamRow, *, report: Callable[[Checked], None] = lambda _checked: None) -> Checked:
    """Recompute everything, features above included that have registered a check; raises Discrepancy."""
    checked = Checked()
    _check_plan(session, exam)
    with _readable("the frozen questions"):
        versions = exams.stored(session, exam.id).pool.versions
    with _readable("what the papers are dealt from"):
        kept = _Kept(exam, _check_papers(session, exam, checked), versions, decided(session, exam, versions))
    attempts = session.scalars(select(Attempt.id).where(Attempt.exam_id == exam.id).order_by(Attempt.id)).all()
    for start in range(0, len(attempts), AT_ONCE):
        _check_some(session, attempts[start : start + AT_ONCE], kept, checked)
        session.expunge_all()
        report(checked)
    _check_heads(session, exam, checked)
    complaint = files.amiss(session, exam.id, versions.values())
    if complaint is not None:
        raise Discrepancy(complaint)
    kept.decided.check_whole(session)
    for check in current_app.extensions.get("sitting.checks", ()):
        complaint = check(session, exam)
        if complaint is not None:
            raise Discrepancy(complaint)
    return checked


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """What is stored can be made sense of at all."""
    try:
        yield
    except (ArithmeticError, LookupError, TypeError, ValueError, BankError) as error:
        raise Discrepancy(f"{what}: what is stored cannot be read ({type(error).__name__})") from error


def _check_plan(session: Session, exam: ExamRow) -> None:
    """Seed, number of questions and blueprint are those that the audit log tells of."""
    told = {entry.act: entry.after or {} for entry in reversed(_entries(session, exam, "exam."))}
    published = told.get("exam.publish", {})
    if published.get("seed_sha256") != exam.commitment:
        raise Discrepancy("the seed is not the one whose SHA-256 was made known")
    if published.get("items") != exams.snapshot_size(session, exam.id):
        raise Discrepancy("the frozen questions are not as many as were published")
    plan = (told.get("exam.update") or told.get("exam.create") or {}).get("blueprint")
    if plan is not None and Blueprint.from_record(plan) != exam.blueprint:
        raise Discrepancy("the plan of the paper is not the one that was published")


def _check_papers(session: Session, exam: ExamRow, checked: Checked) -> dict[int, bytes]:
    """SHA-256 of each paper by person, dealt again and compared."""
    found: dict[int, bytes] = {}
    for paper in redraw.papers(session, exam):
        if paper.kept is None:
            raise Discrepancy(f"paper of person {paper.person_id}: its seal is broken")
        if paper.kept != paper.record:
            raise Discrepancy(f"paper of person {paper.person_id}: it is not the one that the seed deals")
        found[paper.person_id] = hashlib.sha256(paper.record).digest()
        checked.papers += 1
    return found


def _check_some(session: Session, ids: Sequence[int], kept: _Kept, checked: Checked) -> None:
    """Some attempts: paper, journal, end, result."""
    journals = _journals(session, ids)
    results: dict[int, list[AttemptResult]] = defaultdict(list)
    query = select(AttemptResult).where(AttemptResult.attempt_id.in_(ids)).order_by(AttemptResult.revision)
    for row in session.scalars(query):
        results[row.attempt_id].append(row)
    for attempt in session.scalars(select(Attempt).where(Attempt.id.in_(ids)).order_by(Attempt.id)):
        if kept.papers.get(attempt.person_id) != hashlib.sha256(dealing.canonical(attempt.form)).digest():
            raise Discrepancy(f"attempt {attempt.public_id}: its paper is not the one that was dealt to the person")
        with _readable(f"attempt {attempt.public_id}"):
            events = _check_journal(attempt, journals[attempt.id], checked)
            _check_times(kept.exam, attempt, events)
            _check_result(kept, attempt, events, results[attempt.id])
        checked.attempts, checked.results = checked.attempts + 1, checked.results + bool(results[attempt.id])


def _journals(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The rows of journals as they are."""
    found: dict[int, list[Any]] = defaultdict(list)
    columns = (
        AttemptEvent.attempt_id, AttemptEvent.number, AttemptEvent.client, AttemptEvent.client_seq, AttemptEvent.kind,
        AttemptEvent.slot, AttemptEvent.response, AttemptEvent.at, AttemptEvent.hash,
    )  # fmt: skip
    query = select(*columns).where(AttemptEvent.attempt_id.in_(ids))
    for row in session.execute(query.order_by(AttemptEvent.attempt_id, AttemptEvent.number)):
        found[row[0]].append(row)
    return found


def _check_journal(attempt: Attempt, journal: Sequence[Any], checked: Checked) -> list[Event]:
    """The chain holds from the first event to the head that the attempt names."""
    head, end = CHAIN_START, CHAIN_START
    events: list[Event] = []
    for place, (_id, number, client, seq, kind, slot, response, at, digest) in enumerate(journal, 1):
        event = Event(number, client, seq, Kind(kind), slot, response, at)
        head = chain(head, event)
        events.append(event)
        if event.number != place:
            raise Discrepancy(f"attempt {attempt.public_id}: event {place} of its journal is missing")
        if digest != head:
            raise Discrepancy(f"attempt {attempt.public_id}: event {place} of its journal was altered")
        if event.kind in HOW and end == CHAIN_START:
            end = head
    if (attempt.last_event, attempt.chain) != (len(journal), head):
        raise Discrepancy(f"attempt {attempt.public_id}: its journal does not end where the attempt says")
    state = replay(events)
    if (attempt.answered, attempt.away) != (len(state.answers), state.away):
        raise Discrepancy(f"attempt {attempt.public_id}: its journal has other numbers of answers or absences")
    checked.events += len(journal)
    checked.ends[attempt.public_id] = (end, head)
    return events


def _check_times(exam: ExamRow, attempt: Attempt, events: Sequence[Event]) -> None:
    """The attempt began and ended when and how its journal says, and had the time that it says."""
    if not events or events[0].kind is not Kind.START or events[0].at != attempt.started_at:
        raise Discrepancy(f"attempt {attempt.public_id}: it did not begin when its journal says")
    # what was granted before the start stands with the start, and does not count as added later
    extra = timedelta(seconds=(events[0].response or {}).get("seconds", 0))
    later = sum(event.response["seconds"] for event in events if event.kind is Kind.EXTEND)
    usual = timedelta(minutes=exam.minutes)
    first = Time(deadline(attempt.started_at, allowance=usual, window_end=exam.closes_at, extra=extra))
    time = time_of(first, events)
    had = (attempt.deadline_at, attempt.paused_at, attempt.extra_seconds)
    if (time.deadline_at, time.paused_at, later) != had:
        raise Discrepancy(f"attempt {attempt.public_id}: it had another time than its journal says")
    end = next((event for event in events if event.kind in HOW), None)
    said: tuple[datetime | None, str | None] = (None, None) if end is None else (time.over_at(end.at), HOW[end.kind])
    if end is not None and replay(events).voided:
        said = (said[0], HOW[Kind.VOID])
    if (attempt.ended_at, attempt.ended_how) != said:
        raise Discrepancy(f"attempt {attempt.public_id}: it did not end as its journal says")


def _check_result(kept: _Kept, attempt: Attempt, events: Sequence[Event], results: Sequence[AttemptResult]) -> None:
    """What was given at the end is what the answers earn."""
    end = next((event for event in events if event.kind in HOW), None)
    if (end is None or end.kind is Kind.VOID) != (not results):
        raise Discrepancy(
            f"attempt {attempt.public_id}: {'a result is there before the end' if results else 'no result'}"
        )
    if end is None or not results:
        return
    if not end.at <= results[0].graded_at <= end.at + GRADED_WITHIN:
        raise Discrepancy(f"attempt {attempt.public_id}: its score is not of when it ended")
    state, form = replay(events), Form.from_record(attempt.form)
    again = grade(form, kept.versions, state.answers, blueprint=kept.exam.blueprint)
    first = results[0]
    if (first.total, first.maximum, first.scores, first.passed, first.pass_mark, first.decision) != (
        again.total, again.maximum, again.to_record(), again.passed, None, None,
    ):  # fmt: skip
        raise Discrepancy(f"attempt {attempt.public_id}: its score is not what its answers earn")
    if [result.revision for result in results] != list(range(1, len(results) + 1)):
        raise Discrepancy(f"attempt {attempt.public_id}: one of its gradings is missing")
    kept.decided.check(Sat(attempt, form, state.answers, results, state.voided), again)


def _check_heads(session: Session, exam: ExamRow, checked: Checked) -> None:
    """The journals are those whose heads the audit log took down when the results were told."""
    for entry in _entries(session, exam, "attempt.settle"):
        after: Mapping[str, Any] = entry.after or {}
        missing = [name for name in after["attempts"] if name not in checked.ends]
        if missing:
            raise Discrepancy(f"attempt {missing[0]}: it ended and is gone")
        ends = [checked.ends[name] for name in after["attempts"]]
        # older releases took down the head of the chain, evidence that came before the telling included
        digests = {hashlib.sha256(b"".join(end[n] for end in ends)).hexdigest() for n in (0, 1)}
        if after["chains"] not in digests:
            raise Discrepancy(f"audit entry {entry.number}: the journals are not those that were taken down there")


def _entries(session: Session, exam: ExamRow, act: str) -> list[Any]:
    """Entries of the audit log on the exam, the newest first."""
    return list(session.scalars(audit.entries(act=act, thing_id=exam.public_id)))
