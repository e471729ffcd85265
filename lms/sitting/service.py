"""Sitting an exam: start, save, take over, hand in, close. One function a use case.

Starts, answers and ends go through the writer: they are on disk when the function returns. They are written to the
attempt's journal, which is their audit trail: it is append-only and chained by hash, and the heads of the chains are
recorded in the audit log once their exam's results are told (`lms.sitting.telling`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts.gate import Ticket
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now
from lms.database import reading
from lms.direct import ask
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.sitting import (
    dealing,
    decided,
    decisions,
    errors,
    evidence,
    files,
    journal,
    papers,
    presence,
    queries,
    remarking,
    verification,
)  # fmt: skip
from lms.sitting.deeds import End, Leftover, Save, Saved, Start, Started
from lms.sitting.files import Copy as Copy
from lms.sitting.files import copies as copies
from lms.sitting.measures import Measure
from lms.sitting.models import Accommodation, Attempt, AttemptResult, Outage
from lms.sitting.policy import AttemptRow
from lms.sitting.writer import writer
from question_bank.assembly import Form
from question_bank.attempt import FROM_CANDIDATE, OF_WINDOW, Incoming, Kind
from question_bank.item import ItemVersion
from question_bank.remarking import MARKS, PASS_MARK, Change, Remark
from question_bank.timing import GRACE, Allowance, Time, deadline

MAX_EVENTS = 200  # in one batch
DEAL_ANEW = "sitting.deal_anew"
#: what there is of a person before the start: an attempt, a paper, a grant of more time
_BEFORE = """
SELECT (SELECT public_id FROM attempt WHERE exam_id = ? AND person_id = ? ORDER BY number DESC LIMIT 1),
(SELECT sealed FROM sitting_paper WHERE exam_id = ? AND person_id = ?),
(SELECT minutes FROM sitting_accommodation WHERE exam_id = ? AND person_id = ? AND withdrawn_at IS NULL
ORDER BY id DESC LIMIT 1),
(SELECT percent FROM sitting_accommodation WHERE exam_id = ? AND person_id = ? AND withdrawn_at IS NULL
ORDER BY id DESC LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the server says to a batch.

    `last` is the newest event it holds; `superseded` has the answers that stand where the sent ones came too late
    after another window's, as this candidate's page shows them; `over`: the attempt has ended, what was sent is kept as
    evidence and does not count.
    """

    last: int
    time: Time
    extra_seconds: int
    superseded: dict[int, Any]
    over: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that was begun: its public id; as it stands, where it was begun just now."""

    public_id: str
    attempt: AttemptRow | None = None
    #: then also the record of its paper as JSON
    form: str = ""


def start(exam: ExamRow, viewer: Viewer) -> str:
    """The public id of the viewer's attempt: the one there is, or a new one with a paper of its own.

    Raises NotOpen outside the window. Two starts at once give one attempt.
    """
    return begin(exam, viewer).public_id


def begin(exam: ExamRow, viewer: Viewer) -> Begun:
    """As `start`, with the attempt where it is a new one."""
    started, sealed, minutes, percent = ask(_BEFORE, (exam.id, viewer.id) * 4)[0]
    moment = now()
    if not started and exam.phase(moment) != "open":
        raise errors.NotOpen
    usual = timedelta(minutes=exam.minutes)
    extra = (Allowance() if minutes is None else Allowance(minutes, percent)).beyond(usual)
    while not started:  # once more where a batch was kept between looking for the paper and beginning
        given = dealing.given(exam, viewer.id, viewer.public_id, sealed)
        deed = Start(
            exam_id=exam.id,
            person_id=viewer.id,
            session_id=viewer.session_id,
            form=given.form,
            at=moment,
            deadline_at=deadline(moment, allowance=usual, window_end=exam.closes_at, extra=extra),
            extra_seconds=int(extra.total_seconds()),
            new_id=new_public_id(),
            late=given.late,
        )
        made: Started = writer().do(deed)
        if made.id is not None:
            papers.met(made.public_id, exam.id, given.form)
            return Begun(made.public_id, _as_begun(deed, made.id), given.form)
        started, sealed = made.public_id, None
    return Begun(str(started))


def _as_begun(deed: Start, number: int) -> AttemptRow:
    """The row that beginning wrote."""
    return AttemptRow(
        id=number,
        exam_id=deed.exam_id,
        public_id=deed.new_id,
        started_at=deed.at,
        deadline_at=deed.deadline_at,
        ended_at=None,
        ended_how=None,
        paused_at=None,
        extra_seconds=deed.extra_seconds,
        session_id=deed.session_id,
        last_event=1,
        answered=0,
    )


def save(who: Ticket, incoming: Sequence[Incoming]) -> Answered:
    """Append a batch of answers and flags; what is there already is acknowledged again.

    Raises Elsewhere when another log-in took over, EventConflict when a (window, count) comes back with other
    content, BadResponse for what is no answer to its question, AttemptOver when even evidence has its limit.
    """
    sat = papers.sat(who.thing)
    form, versions = sat.form, exams.snapshot_of(sat.exam_id)
    events = [_read(event, form, versions) for event in incoming]
    files.refuse_strangers(who.thing, events)
    saved: Saved = writer().do(Save(who.thing, who.session_id, events, now()))
    presence.saw(who.thing)
    shown = {slot: _shown(response, slot, form, versions) for slot, response in saved.superseded.items()}
    time = Time(saved.deadline_at, saved.paused_at)
    return Answered(saved.last, time, saved.extra_seconds, shown, saved.over)


def keep_evidence(public_id: str, incoming: Sequence[Incoming]) -> list[int]:
    """Append what a browser still held of an attempt that is over, as evidence; once, however often it is sent. The
    numbers of the questions of which the server had not all.

    The caller has seen that it is the candidate's own. Raises StillOpen, ExamArchived (the computer then goes on holding it),
    and what `save` raises of bad events.
    """
    sat = papers.sat(public_id)
    refuse_archived(reading(), sat.exam_id)
    reading().rollback()
    form, versions = sat.form, exams.snapshot_of(sat.exam_id)
    events = [_read(event, form, versions) for event in incoming]
    files.refuse_strangers(public_id, events)
    kept: list[int] = writer().do(Leftover(public_id, events, now()))
    return kept


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


def hand_in(who: Ticket) -> None:
    """End the attempt and grade it. Handing in twice is handing in once."""
    _end(who.thing, who.session_id)


def close_if_due(public_id: str) -> bool:
    """Close an attempt whose time is over with what was saved; whether it was done now."""
    return _end(public_id, None)


def _end(public_id: str, session_id: int | None) -> bool:
    sat = papers.sat(public_id)
    versions, blueprint = exams.snapshot_of(sat.exam_id), exams.blueprint_of(sat.exam_id)
    deed = End(public_id, session_id, now(), versions, blueprint, sat.form)
    ended: bool = writer().do(deed)
    if ended:
        papers.ask_to_settle(sat.exam_id)
    return ended


def measure(
    exam_id: int, public_ids: Sequence[str], kind: Kind, *, key: str, reason: str, by: str, seconds: int = 0
) -> int:
    """Do something to attempts of an exam (a kind of MEASURES) in order with their answers; how many it changed.

    `key` is the public id of the measure: the same one again changes nothing more and counts the same. `by`: public id
    of whoever did it. Raises ExamArchived.
    """
    refuse_archived(reading(), exam_id)
    versions, blueprint, moment = exams.snapshot_of(exam_id), exams.blueprint_of(exam_id), now()
    reading().rollback()
    note = {"reason": reason, "by": by}
    deeds = [Measure(each, kind, key, moment, note, versions, blueprint, seconds) for each in public_ids]
    changed = sum(bool(each) for each in writer().do_all(deeds))
    if changed and kind is Kind.FORCE:
        papers.ask_to_settle(exam_id)
    return changed


def deal_anew(session: Session, exam: ExamRow, seats: Mapping[int, Sequence[Any]]) -> None:
    """Have the papers dealt anew with regard to seats: room, row and column by person.

    Raises DealtTooLate from the bell on, where somebody has begun or all have the same questions, and BeingDealt.
    """
    if not dealing.may_be_replaced(session, exam):
        raise errors.DealtTooLate
    if queries.being_dealt(session, exam):
        raise errors.BeingDealt
    payload = {"exam": exam.id, "seats": {str(person): list(seat) for person, seat in seats.items()}}
    jobs.enqueue(session, DEAL_ANEW, payload, unique_key=f"deal_anew:{exam.public_id}")


def grant_time(
    session: Session, exam_id: int, person_id: int, allowance: Allowance, *, approver: str, reason: str, by: int
) -> str:
    """Grant a person more time before the start; it replaces what was granted before. Its public id."""
    moment = now()
    for earlier in session.scalars(_granted(exam_id).where(Accommodation.person_id == person_id)):
        earlier.withdrawn_at = moment
    granted = Accommodation(
        exam_id=exam_id, person_id=person_id, minutes=allowance.minutes, percent=allowance.percent,
        approver=approver, reason=reason, created_by=by, created_at=moment,
    )  # fmt: skip
    session.add(granted)
    session.flush()
    after = {"person": person_id, "minutes": allowance.minutes, "percent": allowance.percent, "approver": approver}
    record(
        session, "accommodation.grant", thing="accommodation", thing_id=granted.public_id,
        after={**after, "reason": reason},
    )  # fmt: skip
    return granted.public_id


def withdraw_time(session: Session, exam_id: int, public_id: str) -> None:
    """Withdraw what was granted; who has begun keeps it. Raises NotFound."""
    granted = session.scalar(_granted(exam_id).where(Accommodation.public_id == public_id))
    if granted is None:
        raise NotFound
    granted.withdrawn_at = now()
    record(session, "accommodation.withdraw", thing="accommodation", thing_id=public_id)


def _granted(exam_id: int) -> Select[Accommodation]:
    return select(Accommodation).where(Accommodation.exam_id == exam_id, Accommodation.withdrawn_at.is_(None))


def decide_outage(session: Session, exam_id: int, public_id: str) -> Outage:
    """Take an outage as decided, once; raises NotFound for one that is, or is not there."""
    query = select(Outage).where(Outage.exam_id == exam_id, Outage.public_id == public_id, Outage.decided_at.is_(None))
    outage = session.scalar(query.with_for_update())
    if outage is None:
        raise NotFound
    outage.decided_at = now()
    return outage


def bring_in(session: Session, exam: ExamRow, marks: Mapping[int, Mapping[int, Decimal]], by: Viewer) -> str:
    """Have it worked out what marks that people gave (by attempt and slot) make of the results, to be proposed and agreed to as
    any change of scoring; its public id. Raises as `lms.sitting.remarking.ask`.
    """
    return remarking.ask(session, exam, Remark((Change(MARKS, None, marks),), favour=False), by)


def another_pass_mark(session: Session, exam: ExamRow, mark: Decimal, by: Viewer) -> str:
    """Have it worked out what another pass mark makes of the results, as `bring_in`."""
    return remarking.ask(session, exam, Remark((Change(PASS_MARK, None, mark),), favour=False), by)


def totals(session: Session, exam_id: int) -> list[Decimal]:
    """What the attempts that count earned by the gradings that count."""
    newest = queries.newest_revisions()
    query = select(AttemptResult.total).join(Attempt, Attempt.id == AttemptResult.attempt_id)
    query = query.join(newest, (newest.c.attempt_id == Attempt.id) & (newest.c.revision == AttemptResult.revision))
    return list(session.scalars(query.where(Attempt.exam_id == exam_id, Attempt.ended_how != "void")))


def counting(session: Session, exam_id: int) -> set[int]:
    """Ids of the attempts that count."""
    return set(session.scalars(select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.ended_how != "void")))


def marks_in_force(session: Session, exam_id: int) -> dict[int, dict[int, Decimal]]:
    """The marks of people that count, by attempt and slot; empty where none do. What an appeal changed is in them."""
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for remark in remarking.in_force(session, exam_id):
        for change in remark.changes:
            for attempt, slots in (change.value if change.kind == MARKS else {}).items():
                found[attempt] |= slots
    return dict(found)


def versions_in_force(session: Session, exam: ExamRow, decided: queries.InForce) -> Mapping[int, ItemVersion]:
    """The questions of an exam with the keys by which it is scored after these decisions."""
    versions = exams.frozen(session, exam.id).pool.versions
    return remarking.scoring_of(exam, versions, [remark for _one, remark in decided if remark]).versions


def settled(session: Session, exam: ExamRow) -> bool:
    """Whether the exam is over and every result is there."""
    return queries.settled(session, exam)


def undecided(session: Session, exam_id: int) -> bool:
    """Whether a decision on results waits for somebody, or for being carried out."""
    return decisions.under_way(decisions.all_of(session, exam_id)) is not None


def verified(session: Session, exam: ExamRow) -> str:
    """What recomputing an exam says: how much of it fits, or the first thing that does not."""
    try:
        checked = verification.verify(session, exam)
    except decided.Discrepancy as discrepancy:
        return str(discrepancy)
    return (
        f"OK: {checked.papers} papers, {checked.attempts} attempts, {checked.events} events, {checked.results} results"
    )


def kept_of(session: Session, exam: ExamRow) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What is kept of the attempts of an exam and of the decisions on them, as rows for its evidence, by kind."""
    return evidence.kept_of(session, exam)


def due_attempts(session: Session, *, limit: int = 500) -> list[str]:
    """Public ids of open attempts whose time is over."""
    return list(
        session.scalars(
            select(Attempt.public_id)
            .where(Attempt.ended_at.is_(None), Attempt.paused_at.is_(None), Attempt.deadline_at < now() - GRACE)
            .order_by(Attempt.deadline_at)
            .limit(limit)
        )
    )


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


def _read(event: Incoming, form: Form, versions: Any) -> Incoming:
    """The event with its response in terms of the item version."""
    if event.kind in OF_WINDOW and event.slot is None and event.response is None:
        return event
    slot = form.slot(event.slot) if event.slot is not None else None
    if slot is None or event.slot is None or event.kind not in FROM_CANDIDATE - OF_WINDOW:
        raise errors.BadEvents
    if event.kind is Kind.FLAG:
        if not isinstance(event.response, bool):
            raise errors.BadEvents
        return event
    version = versions[slot.version]
    response = version.interaction.read(version.body, form.slot_seed(event.slot), event.response)
    return replace(event, response=response)


def _shown(response: Any, number: int, form: Form, versions: Any) -> Any:
    """In terms of this candidate's page; None where the newest answer was taken back."""
    slot = form.slot(number)
    if slot is None or response is None:
        return None
    version = versions[slot.version]
    return version.interaction.shown(version.body, form.slot_seed(number), response)
