"""What counts at the closing of a class is what holds then: the exam as it stands, the pass mark of the plan, half days attended."""

from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.classes.models import Learner
from lms.database import reading
from lms.jobs import run_waiting
from lms.sitting import service as sitting
from question_bank.attempt import Kind
from tests.cast import Cast, post
from tests.classes.school import School
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.test_sitting import Candidate, right_answers


def learned(school: School, at: str) -> list[Any]:
    """Score and whether it was enough, of each on the roster."""
    with school.app.app_context():
        query = select(Learner.score, Learner.maximum, Learner.assessed).where(
            Learner.class_id == school.class_of(at).id
        )
        return [tuple(row) for row in reading().execute(query.order_by(Learner.id))]


def test_an_attempt_that_was_declared_void_passes_nobody(
    school: School, app: Flask, cast: Cast, exam_day: ExamDay
) -> None:
    """
    The results of the exam are taken, then Lin's attempt is declared void: the closing takes the result away again.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    run_waiting(app)
    at = school.begin(school.feng, assessment="exam", exam=exam.public_id)
    school.call(at, [cast.lin])
    school.session(at)
    school.step(at, "submit")
    school.step(at, "approve", school.feng)
    lin = Candidate(app, cast.lin, exam.public_id)
    lin.start()
    lin.send(*[lin.event(slot, raw) for slot, raw in right_answers(app, lin.attempt_id).items()])
    lin.hand_in()
    run_waiting(app)
    post(school.qian, f"{at}/results/exam")
    taken = learned(school, at)
    with app.app_context():
        sitting.measure(exam.id, [lin.attempt_id], Kind.VOID, key="1" * 22, reason="替考", by="x", seconds=0)
    run_waiting(app)
    school.all_present(at)
    school.closed(at)

    assert taken[0][2] is True
    assert learned(school, at) == [(None, None, None)]
    assert [one.outcome for one in school.results(at)] == ["failed"]


def test_another_pass_mark_is_asked_of_marks_entered_before(school: School) -> None:
    """
    A plan that is sent back and changed is judged by its new pass mark and full marks; a mark above these is none any more, and
    nobody keeps a mark of a class that asks for none.
    """
    at = school.approved(school.people(3), assessment="mark", maximum="100", pass_mark="60")
    for learner, text in zip(school.learners(at), ("59", "60", "90"), strict=True):
        post(school.qian, f"{at}/results", **{"learner": learner, f"score-{learner}": text})
    school.step(at, "return", school.feng, why="改为八十分制")
    post(school.qian, f"{at}/plan", **school.plan(assessment="mark", maximum="80", pass_mark="59"))

    assert learned(school, at) == [
        (Decimal(59), Decimal(80), True),
        (Decimal(60), Decimal(80), True),
        (None, None, None),
    ]
    post(school.qian, f"{at}/plan", **school.plan(assessment="attendance"))
    assert learned(school, at) == [(None, None, None)] * 3


def test_half_days_come_back_with_the_hours(school: School, app: Flask, clock: TestClock) -> None:
    """
    A correction that takes all hours away, and another that gives them back, leave the half days of training as they were; who was
    absent all the time and turns out to have been there has all of them.
    """
    at = school.approved(school.people(2), ("4", "4"))
    school.session(at, "14:00", "17:00", "4")
    clock.advance(hours=9)
    school.enter()
    school.all_present(at)
    for place in range(3):
        school.mark(at, place, 1, "absent")
    school.closed(at)
    wrong, right = {"leave": "0", "absent": "12"}, {"leave": "0", "absent": "0"}
    for learner, given in ((0, wrong), (0, right), (1, right)):
        who = f"{at}/results/people/{school.learners(at)[learner]}"
        post(school.feng, who, exempt="", why="核对签到表", **given)
    run_waiting(app)

    newest = {one.learner_id: one for one in school.results(at)}
    assert [(str(one.granted), one.half_days) for one in newest.values()] == [("12", 2), ("12", 2)]
