"""What follows an end: results reach those who wait for them once, and the chains are anchored in the audit log."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms import jobs
from lms.audit import queries as audit
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.jobs.models import Job
from lms.sitting import journal, telling
from lms.sitting.deeds import CHAIN_START
from lms.sitting.models import Attempt, AttemptEvent
from lms.transcripts.models import TranscriptEntry
from question_bank.attempt import chain
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.desks import broken_chain
from tests.sitting.test_sitting import Candidate


def handed_in(app: Flask, cast: Cast, exam: ExamRow, *names: str) -> list[str]:
    """These people begin, answer and hand in; their attempts."""
    attempts = []
    for name in names:
        one = Candidate(app, cast[name], exam.public_id)
        attempts.append(one.start())
        one.send(one.event(1, None))
        assert one.hand_in().status_code == 200
    return attempts


def entries(app: Flask) -> list[Any]:
    """The audit entries about ends."""
    with app.app_context():
        query = select(AuditEntry.act, AuditEntry.thing_id, AuditEntry.after).order_by(AuditEntry.number)
        return list(reading().execute(query.where(AuditEntry.act.like("attempt.%"))))


def transcripts(app: Flask) -> int:
    """How many lines the transcripts have."""
    with app.app_context():
        return len(reading().scalars(select(TranscriptEntry.person_id)).all())


def test_chains_are_anchored_and_results_told_once(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    One entry names the attempts and the hash over the heads of their chains, which anybody can compute again; each
    result reaches the transcript once, however often the job and the sweep run.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    attempts = handed_in(app, cast, exam, "lin", "wang", "zhao")
    for _each in range(3):
        run_waiting(app)
        with app.app_context(), writing() as session:
            jobs.enqueue(session, "sitting.close_overdue", {})
            jobs.enqueue(session, telling.SETTLE, {"exam": exam.id})

    with app.app_context():
        rows = (
            reading().execute(select(Attempt.public_id, Attempt.chain, Attempt.settled_at).order_by(Attempt.id)).all()
        )
        heads = hashlib.sha256(b"".join(row.chain for row in rows)).hexdigest()
        assert [broken_chain(public_id) for public_id in attempts] == [""] * 3
        assert isinstance(audit.verify(reading()), int)
    ((act, thing, after),) = entries(app)
    assert (act, thing, after) == ("attempt.settle", exam.public_id, {"attempts": attempts, "chains": heads})
    assert all(row.settled_at is not None for row in rows)
    assert transcripts(app) == 3


def test_a_changed_journal_is_found_out(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Somebody with the database in hand changes an answer: the chain breaks; makes the chain anew: it no longer leads to
    the head that the audit log has.
    """
    exam = exam_day.published()
    (attempt,) = handed_in(app, cast, exam, "lin")
    run_waiting(app)
    (entry,) = entries(app)
    with app.app_context(), reading().no_autoflush:
        rows = reading().scalars(select(AttemptEvent).order_by(AttemptEvent.number)).all()
        honest = broken_chain(attempt)
        rows[1].slot = 2
        changed = broken_chain(attempt)
        head = CHAIN_START
        for row in rows:
            head = row.hash = chain(head, journal.event_of(row))
        reading().query(Attempt).one().chain = head
        made_anew = broken_chain(attempt)
        reading().rollback()
        as_it_was = reading().query(Attempt).one().chain

    assert (honest, changed, made_anew) == ("", f"event 2 of {attempt}", "")
    assert entry.after["chains"] == hashlib.sha256(as_it_was).hexdigest() != hashlib.sha256(head).hexdigest()


def test_a_lost_notice_is_made_good_by_the_sweep(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A process that dies between the end and its notice: the next sweep finds the attempt and has it settled.
    """
    exam = exam_day.published()
    handed_in(app, cast, exam, "lin")
    with app.app_context(), writing() as session:
        for job in session.query(Job).filter_by(kind=telling.SETTLE):
            session.delete(job)
    run_waiting(app)
    before = transcripts(app)
    with app.app_context(), writing() as session:
        assert telling.unsettled(session) == [exam.id]
        jobs.enqueue(session, "sitting.close_overdue", {})
    run_waiting(app)

    assert (before, transcripts(app)) == (0, 1)
    with app.app_context():
        assert telling.unsettled(reading()) == []


def test_more_ends_than_one_transaction_takes(
    app: Flask, cast: Cast, exam_day: ExamDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The job goes on with the rest in further transactions; each attempt stands in exactly one entry, and one notice.
    """
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    attempts = handed_in(app, cast, exam, "lin", "wang", "zhao", "sun", "li")
    run_waiting(app)

    assert [len(entry.after["attempts"]) for entry in entries(app)] == [2, 2, 1]
    assert [public_id for entry in entries(app) for public_id in entry.after["attempts"]] == attempts
    assert transcripts(app) == 5


def test_results_that_wait_for_a_hand_are_not_told_before(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Settled at once, so that the chains are anchored; told when the exam is released, once.
    """
    exam = exam_day.published(exam_day.plan(release="by_hand"))
    handed_in(app, cast, exam, "lin")
    run_waiting(app)
    before = transcripts(app)
    clock.advance(hours=4)
    zhao = Candidate(app, cast.zhao, exam.public_id)
    zhao.client.post(f"/exams/{exam.public_id}/release", data={"csrf_token": zhao.token()})
    for _each in range(2):
        run_waiting(app)

    assert [entry.act for entry in entries(app)] == ["attempt.settle"]
    assert (before, transcripts(app)) == (0, 1)


def test_results_are_told_when_the_rush_is_over(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    While many hand in, neither the job nor the sweep tells anything; some seconds later the sweep asks again, and everybody's
    result is told.
    """
    monkeypatch.setattr(telling, "RUSH", 2)
    handed_in(app, cast, exam_day.published(exam_day.plan(units=(cast.bureau.id,))), "lin", "wang", "zhao")
    run_waiting(app)
    assert transcripts(app) == 0

    clock.advance(seconds=telling.RUSH_WITHIN.total_seconds() + 1)
    with app.app_context(), writing() as session:
        jobs.enqueue(session, "sitting.close_overdue", {})
    run_waiting(app)

    assert transcripts(app) == 3
