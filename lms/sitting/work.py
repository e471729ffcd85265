"""Work of the sitting feature that runs outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs, metrics
from lms.bank import service as bank
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.sitting import (
    ahead,
    dealing,
    equating,
    errors,
    papers,
    presence,
    queries,
    remarking,
    service,
    statistics,
    telling,
)
from lms.sitting.models import Decision, Remarking
from lms.sitting.writer import writer
from question_bank.fair import Seat

SWEEP_SECONDS = 10
BEAT_SECONDS = 5


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers and the sweep of overdue attempts."""
    jobs.register(app, "sitting.close_overdue", close_overdue)
    jobs.register(app, "sitting.released", released)
    jobs.register(app, telling.SETTLE, settle)
    jobs.register(app, "sitting.deal", deal)
    jobs.register(app, service.DEAL_ANEW, deal_anew)
    jobs.register(app, telling.STATISTICS, tell_statistics)
    jobs.register(app, equating.WORK_OUT, work_out_pass_marks)
    jobs.register(app, equating.CARRY_OUT, carry_out_pass_marks)
    jobs.register(app, remarking.WORK_OUT, work_out_remark)
    jobs.register(app, remarking.CARRY_OUT, carry_out_remark)
    jobs.register(app, "sitting.beat", beat)
    if not config.testing:
        jobs.every(app, "sitting.beat", BEAT_SECONDS)
        jobs.every(app, "sitting.close_overdue", SWEEP_SECONDS)
    metrics.gauge(app, "attempts_open", "Attempts begun and not over.", queries.open_attempts)
    metrics.gauge(app, "journal_events", "Answers and other events in all journals.", queries.journal_events)


def close_overdue(run: jobs.JobRun) -> Mapping[str, Any]:
    """Close and grade every attempt whose time is over, settle what an interrupted process left behind, clear up."""
    due = service.due_attempts(reading())
    reading().rollback()
    closed = sum(service.close_if_due(public_id) for public_id in due)
    if not telling.is_rushed(reading()):
        for exam_id in telling.unsettled(reading()):
            papers.ask_to_settle(exam_id)
    ahead.tidy()
    return {"closed": closed}


def beat(run: jobs.JobRun) -> Mapping[str, Any]:
    """Note that the server is at work, so that a time in which it was not can be told."""
    writer().do(presence.Heard(now()))
    return {}


def settle(run: jobs.JobRun) -> Mapping[str, Any]:
    """Attempts of an exam ended: their results go to those who wait for them. Where many hand in at this moment, later: the
    sweep asks again.
    """
    settled, some = 0, 1
    while some and not _is_rushed():
        with writing() as session:
            some = telling.settle(session, int(run.payload["exam"]))
        settled += some
        run.rest()
    return {"settled": settled}


def _is_rushed() -> bool:
    rushed = telling.is_rushed(reading())
    reading().rollback()
    return rushed


def deal(run: jobs.JobRun) -> Mapping[str, Any]:
    """An exam was published: everybody who may sit it gets a paper, in transactions of a hundred."""
    exam_id = int(run.payload["exam"])
    seats = _seats(run.payload)
    exam = exams.by_ids(reading(), [exam_id])[exam_id]
    waiting = papers.without(reading(), exam_id)
    dealt = 0
    while waiting:
        batch = dealing.next_batch(reading(), exam, waiting[: dealing.AT_ONCE], seats)
        reading().rollback()
        with writing() as session:
            kept = dealing.keep(session, exam_id, batch)
        if not kept:
            waiting = papers.without(reading(), exam_id)
            continue
        dealt, waiting = dealt + len(batch.people), waiting[dealing.AT_ONCE :]
        run.report(dealt, dealt + len(waiting))
    return {"papers": dealt}


def deal_anew(run: jobs.JobRun) -> Mapping[str, Any]:
    """Seats became known: everybody gets another paper that regards them, all in one transaction at the end, so that
    nobody is without one meanwhile. Nothing where the bell was quicker.
    """
    exam_id = int(run.payload["exam"])
    exam = exams.by_ids(reading(), [exam_id])[exam_id]
    people = papers.everybody(reading(), exam_id)
    frozen, batches, rows = exams.frozen(reading(), exam_id), [], []
    reading().rollback()
    for batch in dealing.from_the_start(exam, frozen, people, _seats(run.payload)):
        batches.append(batch)
        rows += dealing.rows_of(exam_id, batch)
        run.report(len(rows), len(people))
    with writing() as session:
        done = dealing.replace(session, exam, batches, rows)
    return {"papers": len(rows) if done else 0}


def _seats(payload: Mapping[str, Any]) -> dict[int, Seat]:
    return {int(person): Seat(*seat) for person, seat in payload.get("seats", {}).items()}


def work_out_pass_marks(run: jobs.JobRun) -> Mapping[str, Any]:
    """An exam is over: the own pass marks of its papers. Read outside any transaction, kept in one."""
    exam_id = int(run.payload["exam"])
    exam = exams.by_ids(reading(), [exam_id])[exam_id]
    worked = equating.work_out(reading(), exam) if equating.possible(reading(), exam) else None
    reading().rollback()
    if worked is None:
        return {}
    with writing() as session:
        equating.keep(session, exam_id, worked)
    return {"papers": len(worked.cuts)}


def carry_out_pass_marks(run: jobs.JobRun) -> Mapping[str, Any]:
    """A decision on pass marks was agreed to: further gradings, some in a transaction."""
    done, more = 0, True
    while more:
        with writing() as session:
            more = equating.carry_out(session, int(run.payload["decision"]))
        done += 1
        run.report(done, done + more)
    return {}


def work_out_remark(run: jobs.JobRun) -> Mapping[str, Any]:
    """What a remark would change. Read outside any transaction, kept in one."""
    session, key = reading(), int(run.payload["remarking"])
    asked = session.get_one(Remarking, key)
    basis = queries.basis(session, asked.exam_id)
    rows, facts = remarking.work_out(session, asked, report=lambda done: run.report(done, basis[0]))
    session.rollback()
    with writing() as session:
        remarking.keep(session, key, basis, rows, facts)
    return {"papers": facts.papers, "changed": facts.changed}


def carry_out_remark(run: jobs.JobRun) -> Mapping[str, Any]:
    """A remark was agreed to: its gradings are made outside of any transaction and kept in one, all or none."""
    session, key = reading(), int(run.payload["decision"])
    decision = session.get_one(Decision, key)
    if not decision.agreed or decision.applied_at is not None:
        return {}
    try:
        prepared = remarking.prepare(session, decision, report=lambda done: run.report(done, done))
        session.rollback()
        with writing() as session:
            remarking.carry_out(session, key, prepared)
    except errors.Outdated:
        with writing() as session:
            remarking.give_up(session, key)
        return {"outdated": True}
    return {"changed": len(prepared.changed)}


def tell_statistics(run: jobs.JobRun) -> Mapping[str, Any]:
    """An exam is over: how its questions did goes to the bank. Read outside any transaction, kept in one."""
    exam_id = int(run.payload["exam"])
    exam = exams.by_ids(reading(), [exam_id])[exam_id]
    if exam.waits_for_marks:
        return {}  # they come with the marks
    found, exposures = statistics.of_exam(reading(), exam_id)
    reading().rollback()
    with writing() as session:
        bank.keep_statistics(session, source=exam.public_id, label=exam.title, found=found, exposures=exposures)
        jobs.enqueue(session, "analysis.work_out", {"exam": exam_id}, unique_key=f"analysis:{exam.public_id}")
        if equating.possible(session, exam):
            equating.ask(session, exam)
    return {"versions": len(found)}


def released(run: jobs.JobRun) -> Mapping[str, Any]:
    """An exam was released by hand: its results go to the transcripts."""
    with writing() as session:
        return {"told": telling.tell_released(session, int(run.payload["exam"]))}
