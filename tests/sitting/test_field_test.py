"""Field tests: asked with the others, never scored, said to be so, and what they show goes to the bank."""

from dataclasses import replace
from decimal import Decimal

from flask import Flask

from lms.bank.models import Item
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.sitting import statistics
from lms.sitting.models import Attempt, AttemptResult
from question_bank.assembly import Form
from question_bank.blueprint import Section
from tests.cast import Cast
from tests.exam_day import ExamDay, section
from tests.sitting.test_sitting import Candidate, right_answers

TRIAL = Section("试测", ("true_false",), (), 2, Decimal(0), counts=False)


def test_a_field_test_is_asked_and_not_scored(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Right answers to it earn nothing and wrong ones cost nothing; the page says so; its figures are those of its answers.
    """
    with app.app_context(), writing() as session:
        for item in session.query(Item).filter(Item.ref.in_(["true_false-1", "true_false-2", "true_false-3"])):
            item.state = "trial"
    plan = exam_day.plan(sections=(section("single_choice"), TRIAL))
    lin = Candidate(app, cast.lin, exam_day.published(replace(plan)).public_id)
    lin.start()
    assert "不计分" in lin.client.get(f"/sitting/{lin.attempt_id}").text
    answers = right_answers(app, lin.attempt_id)
    lin.send(lin.event(1, answers[1]), lin.event(3, answers[3]))
    lin.hand_in()

    with app.app_context():
        attempt = reading().query(Attempt).one()
        result = reading().query(AttemptResult).one()
        form = Form.from_record(attempt.form)
        frozen = exams.frozen(reading(), attempt.exam_id)
        figures, _exposures = statistics.of_exam(reading(), attempt.exam_id)
    assert (result.total, result.maximum) == (2, 4)
    assert {slot.version for slot in form.slots[2:]} <= frozen.pool.trial
    assert not {slot.version for slot in form.slots[:2]} & frozen.pool.trial
    assert figures[form.slots[2].version].facility == 1
    assert figures[form.slots[3].version].facility == 0
    page = lin.client.get(f"/sitting/{lin.attempt_id}/review").text
    assert page.count("不计分") == 2
