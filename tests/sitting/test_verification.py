"""Verifying attempts of every kind: given time, stopped, handed in by others, void, begun late; and what it costs."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask

from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.sitting import redraw, service, verification
from lms.sitting.models import Attempt, AttemptResult
from question_bank.attempt import Kind
from question_bank.timing import Allowance
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import sat_by_many
from tests.sitting.test_redraw import complaint, tamper
from tests.sitting.test_sitting import Candidate, right_answers
from tests.statements import statements


class Hall:
    """An exam of the whole bureau, of which one candidate is looked at."""

    def __init__(self, app: Flask, cast: Cast, exam: ExamRow, clock: TestClock) -> None:
        self.app, self.cast, self.exam, self.clock = app, cast, exam, clock
        self.lin = Candidate(app, cast.lin, exam.public_id)
        self.count = 0

    def begin(self) -> None:
        """Lin begins and answers half of the paper."""
        self.lin.start()
        answers = right_answers(self.app, self.lin.attempt_id)
        assert self.lin.send(*[self.lin.event(slot, raw) for slot, raw in list(answers.items())[:7]]).status_code == 200

    def measure(self, kind: Kind, *, seconds: int = 0) -> None:
        """An invigilator does something to the attempt."""
        self.count += 1
        key = f"{self.count:022}"
        with self.app.app_context():
            changed = service.measure(
                self.exam.id, [self.lin.attempt_id], kind, key=key, reason="停电", by="x", seconds=seconds
            )
        assert changed == 1

    def over(self) -> None:
        """The window closes; the server closes what is open."""
        self.clock.advance(hours=5)
        with self.app.app_context():
            for public_id in service.due_attempts(reading()):
                service.close_if_due(public_id)
        run_waiting(self.app)

    def row(self) -> Attempt:
        """The attempt as it is stored now."""
        with self.app.app_context():
            return reading().query(Attempt).filter_by(public_id=self.lin.attempt_id).one()

    def result(self) -> AttemptResult | None:
        """Its newest grading."""
        with self.app.app_context():
            return reading().query(AttemptResult).filter_by(attempt_id=self.row().id).one_or_none()


@pytest.fixture
def hall(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Hall:
    """Papers are dealt, nobody has begun."""
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    run_waiting(app)
    return Hall(app, cast, exam, clock)


def extended(hall: Hall) -> None:
    """Twenty minutes more, twice, and closed by the server."""
    hall.begin()
    hall.measure(Kind.EXTEND, seconds=1200)
    hall.clock.advance(minutes=70)
    hall.measure(Kind.EXTEND, seconds=1200)


def granted(hall: Hall) -> None:
    """More time granted before the start, and more during it."""
    with hall.app.app_context(), writing() as session:
        service.grant_time(
            session,
            hall.exam.id,
            hall.cast.lin.id,
            Allowance(10, 150),
            approver="钱进",
            reason="视力",
            by=hall.cast.zheng.id,
        )
    hall.begin()
    hall.measure(Kind.EXTEND, seconds=300)


def paused(hall: Hall) -> None:
    """Stopped and resumed, then handed in."""
    hall.begin()
    hall.measure(Kind.PAUSE)
    hall.clock.advance(minutes=30)
    hall.measure(Kind.RESUME)
    hall.clock.advance(minutes=45)
    assert hall.lin.hand_in().status_code == 200


def paused_and_forced(hall: Hall) -> None:
    """Stopped and never resumed: handed in by the invigilator."""
    hall.begin()
    hall.measure(Kind.PAUSE)
    hall.clock.advance(minutes=90)
    hall.measure(Kind.FORCE)


def forced(hall: Hall) -> None:
    """Handed in by the invigilator."""
    hall.begin()
    hall.clock.advance(minutes=5)
    hall.measure(Kind.FORCE)


def voided(hall: Hall) -> None:
    """Declared void while open."""
    hall.begin()
    hall.measure(Kind.VOID)


def voided_after(hall: Hall) -> None:
    """Handed in, told, then declared void."""
    hall.begin()
    hall.lin.hand_in()
    run_waiting(hall.app)
    hall.measure(Kind.VOID)


def released(hall: Hall) -> None:
    """Released for another computer and closed by the server."""
    hall.begin()
    hall.measure(Kind.RELEASE)


def late(hall: Hall) -> None:
    """Answers that came after the end are kept as evidence."""
    hall.begin()
    hall.clock.advance(minutes=61)
    hall.lin.send(hall.lin.event(8, None), hall.lin.event(1, None))


KINDS = {
    "extended": (extended, "closed", True),
    "granted": (granted, "closed", True),
    "paused": (paused, "handed_in", True),
    "paused and forced": (paused_and_forced, "forced", True),
    "forced": (forced, "forced", True),
    "voided": (voided, "void", False),
    "voided after": (voided_after, "void", True),
    "released": (released, "closed", True),
    "late": (late, "closed", True),
}
#: a change of the one attempt that must be found whatever became of it
TAMPERED = (
    "UPDATE attempt SET extra_seconds = extra_seconds + 60",
    "UPDATE attempt SET deadline_at = datetime(deadline_at, '+1 minute')",
    "UPDATE attempt SET ended_at = datetime(ended_at, '-1 minute')",
    "UPDATE attempt_event SET response = '[1]' WHERE number = 3",
)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_attempt_fits(hall: Hall, kind: str) -> None:
    """
    What happened is what is recomputed: time, end, score or none.
    """
    happen, how, graded = KINDS[kind]
    happen(hall)
    hall.over()

    assert hall.row().ended_how == how
    assert (hall.result() is not None) is graded
    if graded:
        assert hall.result().total == 14  # type: ignore[union-attr]  # seven right answers of two marks
    assert complaint(hall.app, hall.exam) == ""


@pytest.mark.one_database
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_change_is_found_whatever_became_of_it(hall: Hall, kind: str, tmp_path: Path) -> None:
    """
    An attempt that was helped, stopped or voided is no place to hide in.
    """
    KINDS[kind][0](hall)
    hall.over()
    said = dict[str, str]()
    with sqlite3.connect(tmp_path / "shuyuan.db") as now, sqlite3.connect(tmp_path / "as_it_was.db") as as_it_was:
        now.backup(as_it_was)
        for change in TAMPERED:
            tamper(hall.app, change)
            said[change] = complaint(hall.app, hall.exam)
            as_it_was.backup(now)
    now.close()
    as_it_was.close()

    assert complaint(hall.app, hall.exam) == ""
    assert [change for change in TAMPERED if not said[change].startswith(f"attempt {hall.lin.attempt_id}")] == []


def test_somebody_who_began_without_a_paper_fits(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    A paper dealt at the start is dealt again after the batch it followed.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    hall = Hall(app, cast, exam, clock)
    hall.begin()
    run_waiting(app)
    hall.over()
    with app.app_context():
        checked = verification.verify(reading(), exam)

    assert checked.attempts == 1
    assert checked.papers == len(cast.people)


def test_a_longer_list_costs_no_more_questions_to_the_database(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    As many statements for a hundred attempts as for a few: it goes by the batch, for papers and for attempts. With a
    quarter of the batch it is some three for each batch more.
    """
    exam = sat_by_many(app, cast, exam_day, clock, count=90).exam
    counts = {}
    for size in (200, 20):
        monkeypatch.setattr(verification, "AT_ONCE", size)
        app.extensions.pop("exam_snapshots", None)
        with statements(app) as sent, app.app_context():
            assert verification.verify(reading(), exam).attempts == 90
        counts[size] = len([one for one in sent if one.lstrip().upper().startswith("SELECT")])
    with statements(app) as sent, app.app_context():
        assert len(list(redraw.papers(reading(), exam))) >= 90

    assert counts[200] <= 24, sent
    assert counts[20] == counts[200] + 3 * 4
    assert len(sent) <= 10
