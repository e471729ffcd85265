"""Papers can be dealt again from the seed, and an exam recomputed from what is stored; whatever was touched is named."""

import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from lms import jobs
from lms.bank import queries as bank
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.models import Exam
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.jobs.models import Job
from lms.sitting import dealing, journal, redraw, service, verification
from lms.sitting.cli import exam as words
from lms.sitting.decided import Discrepancy
from lms.sitting.deeds import CHAIN_START
from lms.sitting.models import Attempt, Dealt, Paper
from question_bank.assembly import Form
from question_bank.attempt import chain, replay
from question_bank.blueprint import Blueprint
from question_bank.grading import grade
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ALL_TYPES, ExamDay
from tests.sitting.test_sitting import Candidate, right_answers


def tamper(app: Flask, *statements: str) -> None:
    """Change rows behind the program's back, as somebody with the whole database file could."""
    with app.app_context():
        url = db.engine.url
        db.session.remove()
    if url.get_backend_name() != "sqlite":
        pytest.skip("what is compared does not depend on the database; the triggers there have a test of their own")
    with closing(sqlite3.connect(str(url.database))) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount
        connection.commit()
    app.extensions.pop("exam_snapshots", None)


@pytest.fixture
def sat(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> ExamRow:
    """An exam that is over: papers dealt, Lin handed in, Wang was closed, Zhao began before papers lay ready."""
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    zhao = Candidate(app, cast.zhao, exam.public_id)
    zhao.start()
    run_waiting(app)
    lin, wang = (Candidate(app, person, exam.public_id) for person in (cast.lin, cast.wang))
    for one in (lin, wang):
        one.start()
        answers = right_answers(app, one.attempt_id)
        one.send(*[one.event(slot, raw) for slot, raw in list(answers.items())[:9]])
    lin.hand_in()
    clock.advance(hours=4)
    with app.app_context():
        for public_id in service.due_attempts(reading()):
            service.close_if_due(public_id)
    run_waiting(app)
    return exam


def complaint(app: Flask, exam: ExamRow) -> str:
    """What verifying says, "" when all fits."""
    with app.app_context():
        row = exams.by_ids(reading(), [exam.id])[exam.id]
        try:
            verification.verify(reading(), row)
        except Discrepancy as found:
            return str(found)
        return ""


def test_what_nobody_touched_fits(app: Flask, sat: ExamRow) -> None:
    """
    Dealt before, dealt late, handed in, closed: everything is recomputed and fits.
    """
    with app.app_context():
        checked = verification.verify(reading(), sat)

    assert (checked.attempts, checked.results) == (3, 3)
    assert checked.papers >= 3
    assert checked.events == 3 + 18 + 3


FIRST = "(SELECT MIN(id) FROM attempt WHERE ended_how = 'handed_in')"
#: what is done to which row, and a part of the complaint
CHANGES: dict[str, tuple[str, str]] = {
    "the seed": ("UPDATE exam SET seed = zeroblob(32)", "the seed"),
    "the pass mark": ("UPDATE exam SET blueprint = replace(blueprint, '\"1\"', '\"2\"')", "the plan"),
    "a frozen question": ("DELETE FROM exam_item WHERE item_version_id = (SELECT MAX(item_version_id) FROM exam_item)", "frozen questions"),
    "a difficulty and a trial": ("UPDATE exam_item SET trial = (1 = 1) WHERE item_version_id <= 4", ""),
    "a paper": ("UPDATE sitting_paper SET sealed = (SELECT MAX(sealed) FROM sitting_paper)", "seal is broken"),
    "a paper's turn": ("UPDATE sitting_paper SET late = (1 = 1), batch = 0 WHERE batch = 1", "not the one that the seed deals"),
    "a paper taken away": (f"DELETE FROM sitting_paper WHERE person_id = (SELECT person_id FROM attempt WHERE id = {FIRST})", ""),
    "the attempt's paper": (f"UPDATE attempt SET form = (SELECT form FROM attempt WHERE id <> {FIRST} LIMIT 1) WHERE id = {FIRST}", "not the one that was dealt"),
    "an answer": (f"UPDATE attempt_event SET response = 'null' WHERE number = 2 AND attempt_id = {FIRST}", "event 2 of its journal was altered"),
    "the time of an answer": (f"UPDATE attempt_event SET at = (SELECT started_at FROM attempt LIMIT 1), slot = 3 WHERE number = 3 AND attempt_id = {FIRST}", "event 3 of its journal was altered"),
    "a hash": (f"UPDATE attempt_event SET hash = (SELECT chain FROM attempt WHERE id <> {FIRST} LIMIT 1) WHERE number = 4 AND attempt_id = {FIRST}", "event 4 of its journal was altered"),
    "an event taken away": (f"DELETE FROM attempt_event WHERE number = 5 AND attempt_id = {FIRST}", "event 5 of its journal is missing"),
    "the last event": (f"DELETE FROM attempt_event WHERE number = 11 AND attempt_id = {FIRST}", "does not end where the attempt says"),
    "the head": (f"UPDATE attempt SET last_event = 99 WHERE id = {FIRST}", "does not end where the attempt says"),
    "the start": (f"UPDATE attempt SET started_at = deadline_at WHERE id = {FIRST}", "did not begin"),
    "the deadline": (f"UPDATE attempt SET deadline_at = ended_at WHERE id = {FIRST}", "another time"),
    "extra time": (f"UPDATE attempt SET extra_seconds = 600 WHERE id = {FIRST}", "another time"),
    "the end": (f"UPDATE attempt SET ended_at = deadline_at WHERE id = {FIRST}", "did not end"),
    "how it ended": (f"UPDATE attempt SET ended_how = 'closed' WHERE id = {FIRST}", "did not end"),
    "a score": (f"UPDATE attempt_result SET total = total + 100 WHERE attempt_id = {FIRST}", "its score is not"),
    "passed": (f"UPDATE attempt_result SET passed = (1 = 0) WHERE attempt_id = {FIRST}", "its score is not"),
    "the marks of a slot": (f"UPDATE attempt_result SET scores = replace(scores, '200', '100') WHERE attempt_id = {FIRST}", "its score is not"),
    "a result taken away": (f"DELETE FROM attempt_result WHERE attempt_id = {FIRST}", "no result"),
    "a broken question": ("UPDATE bank_item_version SET record = replace(record, 'true', 'false')", "cannot be read"),
    "a broken answer": (f"UPDATE attempt_event SET kind = 'nothing' WHERE number = 2 AND attempt_id = {FIRST}", "cannot be read"),
    "a broken score": (f"UPDATE attempt_result SET scores = '{{}}' WHERE attempt_id = {FIRST}", "its score is not"),
    "a broken paper": (f"UPDATE attempt SET form = '[]' WHERE id = {FIRST}", "not the one that was dealt"),
    "the key": ("UPDATE bank_item_version SET record = replace(record, '\"right\":true', '\"right\":false')", ""),
}  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize("what", sorted(CHANGES))
def test_whatever_is_touched_is_named(app: Flask, sat: ExamRow, what: str) -> None:
    """
    A change of any kind of row that belongs to the exam is found, and the complaint says where.
    """
    statement, part = CHANGES[what]

    tamper(app, statement)

    assert part in (said := complaint(app, sat))
    assert said


@pytest.mark.one_database
def test_a_journal_written_anew_is_found_too(app: Flask, sat: ExamRow) -> None:
    """
    Whoever takes an answer out and chains the whole journal again is betrayed by the head in the audit log.
    """
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(ended_how="handed_in").one()
        events = journal.events(reading(), attempt.id)
        kept = [event for event in events if event.number != 2]
        head, rows = CHAIN_START, []
        for number, event in enumerate(kept, 1):
            again = replace(event, number=number, client_seq=number if event.client == "server" else event.client_seq)
            head = chain(head, again)
            rows.append(f"UPDATE attempt_event SET number = {number}, client_seq = {again.client_seq}, hash = x'{head.hex()}' WHERE attempt_id = {attempt.id} AND number = {event.number}")  # fmt: skip
        form, answers = Form.from_record(attempt.form), replay(kept).answers
        frozen = exams.snapshot(reading(), sat.id).versions
        result = grade(form, frozen, answers, blueprint=sat.blueprint)
    scores = json.dumps(result.to_record(), separators=(",", ":"))
    tamper(
        app,
        f"DELETE FROM attempt_event WHERE attempt_id = {attempt.id} AND number = 2",
        *rows,
        f"UPDATE attempt SET last_event = {len(kept)}, chain = x'{head.hex()}', answered = {len(answers)} WHERE id = {attempt.id}",
        f"UPDATE attempt_result SET total = {int(result.total * 100)}, scores = '{scores}' WHERE attempt_id = {attempt.id}",
    )

    assert "audit entry" in complaint(app, sat)


@pytest.mark.one_database
def test_an_attempt_that_is_gone_is_missed(app: Flask, sat: ExamRow) -> None:
    """
    Its end was taken down when the results were told.
    """
    tamper(
        app,
        *(f"DELETE FROM {table} WHERE attempt_id = {FIRST}" for table in ("attempt_event", "attempt_result")),
        f"DELETE FROM attempt WHERE id = {FIRST}",
    )

    assert "is gone" in complaint(app, sat)


def stored(app: Flask, exam: ExamRow) -> dict[int, bytes]:
    """The papers that are kept, opened, by person."""
    with app.app_context():
        rows = reading().scalars(select(Paper).where(Paper.exam_id == exam.id)).all()
        return {row.person_id: dealing.opened(row.exam_id, row.person_id, row.sealed) for row in rows}


def test_papers_are_printed_as_they_are_kept(app: Flask, cast: Cast, sat: ExamRow) -> None:
    """
    A line for each candidate, byte for byte the paper of the attempt; with a staff number that one alone.
    """
    with app.app_context():
        everybody = CliRunner().invoke(words, ["redraw", sat.public_id])
        one = CliRunner().invoke(words, ["redraw", sat.public_id, "--person", cast.lin.staff_number])
        verified = CliRunner().invoke(words, ["verify", sat.public_id])
        attempt = reading().query(Attempt).filter_by(person_id=cast.lin.id).one()
        kept = json.dumps(attempt.form, sort_keys=True, separators=(",", ":"))

    assert (everybody.exit_code, one.exit_code, verified.exit_code) == (0, 0, 0)
    assert verified.output.startswith("OK: ")
    lines = [line for line in everybody.output.splitlines() if "\t" in line]
    assert len(lines) == len(stored(app, sat))
    assert f"{cast.lin.staff_number}\t{kept}" in lines
    assert [line for line in one.output.splitlines() if "\t" in line] == [f"{cast.lin.staff_number}\t{kept}"]
    assert stored(app, sat)[cast.lin.id].decode() == kept
    assert sat.seed.hex() in everybody.output


@pytest.mark.one_database
def test_a_discrepancy_ends_with_one(app: Flask, sat: ExamRow) -> None:
    """
    The command names it and exits with 1.
    """
    tamper(app, f"UPDATE attempt_result SET total = 0 WHERE attempt_id = {FIRST}")
    with app.app_context():
        outcome = CliRunner().invoke(words, ["verify", sat.public_id])

    assert outcome.exit_code == 1
    assert "its score is not what its answers earn" in outcome.output


@pytest.mark.parametrize(
    "arguments", [[word, name] for word in ("redraw", "verify") for name in ("nothing", "-nothing")]
)
def test_unknown_exams_are_said_so(app: Flask, arguments: list[str]) -> None:
    """
    Neither command says anything of a draft or of nothing; an id that begins with a dash is an id.
    """
    with app.app_context():
        outcome = CliRunner().invoke(words, arguments)

    assert outcome.exit_code == 1
    assert "no published exam" in outcome.output


def test_no_paper_is_printed_before_the_end(app: Flask, exam_day: ExamDay) -> None:
    """
    As long as somebody may sit the exam its papers are told to nobody.
    """
    exam = exam_day.published()
    run_waiting(app)
    with app.app_context():
        outcome = CliRunner().invoke(words, ["redraw", exam.public_id])

    assert outcome.exit_code == 1
    assert "seed" not in outcome.output


def test_the_table_alone_says_neither_paper_nor_seed(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Whoever copies the database before the bell finds neither the record of a paper nor the seed that deals it.
    """
    exam = exam_day.published()
    run_waiting(app)
    with app.app_context():
        row = reading().query(Paper).filter_by(person_id=cast.lin.id).one()
        kept = reading().scalars(select(Exam.seed).where(Exam.id == exam.id)).one()
        record = dealing.opened(exam.id, cast.lin.id, row.sealed)

    assert b'"sections"' in record
    assert b"sections" not in row.sealed
    assert kept != exam.seed
    assert exam.commitment == hashlib.sha256(exam.seed).hexdigest() != hashlib.sha256(kept).hexdigest()


def test_batches_go_on_where_the_last_one_ended(
    app: Flask, cast: Cast, exam_day: ExamDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Dealt two by two, with a late start in between, the papers are dealt again from what is stored; the counts are those
    of all that were dealt in batches.
    """
    monkeypatch.setattr(dealing, "AT_ONCE", 2)
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    Candidate(app, cast.lin, exam.public_id).start()
    run_waiting(app)

    with app.app_context():
        again = list(redraw.papers(reading(), exam))
        state = reading().get_one(Dealt, exam.id)
        rows = {row.person_id: row for row in reading().query(Paper).all()}
        late = [row.person_id for row in rows.values() if row.late]
        batched = [json.loads(paper.record) for paper in again if not rows[paper.person_id].late]
    shown = Counter(key for record in batched for _marks, keys in record["sections"] for key in keys)

    assert late == [cast.lin.id]
    assert all(paper.record == paper.kept for paper in again)
    assert (state.batches, state.papers) == (-(-len(batched) // 2), len(batched))
    assert dict(state.shown) == shown


@pytest.mark.parametrize("paper", ["common", "fixed"])
def test_one_paper_for_all_is_proved_as_well(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, paper: str
) -> None:
    """
    A common and a fixed paper hold the same questions for everybody, and are dealt again like any other.
    """
    with app.app_context():
        held = bank.pool_for_exams(reading(), exam_day.pool_id).versions
    listed = tuple(key for key, version in held.items() if version.type == "single_choice")[3:5]
    section = replace(ALL_TYPES[0], listed=listed if paper == "fixed" else ())
    plan = replace(exam_day.plan(units=(cast.bureau.id,)), blueprint=Blueprint((section,), Decimal(1), paper=paper))
    exam = exam_day.published(plan)
    run_waiting(app)
    Candidate(app, cast.lin, exam.public_id).start()
    records = [json.loads(record) for record in stored(app, exam).values()]

    assert len({frozenset(record["sections"][0][1]) for record in records}) == 1
    assert paper == "common" or set(records[0]["sections"][0][1]) == set(listed)
    clock.advance(hours=4)
    with app.app_context():
        service.close_if_due(reading().scalars(select(Attempt.public_id)).one())
    assert complaint(app, exam) == ""


def test_neighbours_known_by_their_seats_share_as_little_as_can_be(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Dealt with seats, two people side by side have no question in common in sections of which the bank has enough; the
    seats are kept with the papers, so that they can be dealt again.
    """
    plan = replace(exam_day.plan(units=(cast.bureau.id,)), blueprint=Blueprint(ALL_TYPES[:3], Decimal(1)))
    exam = exam_day.published(plan)
    seats = {cast.lin.id: ["101", 1, 1], cast.wang.id: ["101", 1, 2]}
    with app.app_context(), writing() as session:
        jobs.enqueue(session, "sitting.deal", {"exam": exam.id, "seats": seats})
        session.query(Job).filter_by(unique_key=f"deal:{exam.public_id}").delete()
    run_waiting(app)
    lin, wang = (dealing.versions_on(stored(app, exam)[person.id]) for person in (cast.lin, cast.wang))

    assert not lin & wang
    with app.app_context():
        assert reading().query(Paper).filter_by(person_id=cast.wang.id).one().seat == ["101", 1, 2]
        assert all(paper.record == paper.kept for paper in redraw.papers(reading(), exam))
