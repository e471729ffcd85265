"""What an exam says about its questions."""

from flask import Flask

from lms import jobs
from lms.bank import statistics
from lms.bank.models import Item, ItemVersion
from lms.database import reading
from lms.sitting import statistics as sat
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ExamDay, section
from tests.sitting.test_sitting import Candidate, right_answers

ONE_TYPE = (section("single_choice", quota=8),)


def test_an_exam_tells_the_bank_how_its_questions_did(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    After the window a job counts: all right is 1, times run from answer to answer, whoever left a question blank
    omitted it; a second count replaces the first.
    """
    exam = exam_day.published(exam_day.plan(sections=ONE_TYPE, hours=1))
    lin = Candidate(app, cast.lin, exam.public_id)
    right = right_answers(app, lin.start())
    for slot, answer in right.items():
        clock.advance(seconds=30)
        if slot != 8:
            lin.send(lin.event(slot, answer))
    lin.hand_in()
    clock.advance(hours=2)
    for _ in range(2):
        jobs.run_waiting(app)
        with app.app_context():
            items = reading().query(Item.id).join(ItemVersion).filter(ItemVersion.type == "single_choice")
            rows = [row for (item_id,) in items for row in statistics.of_item(reading(), item_id)]

            assert len(rows) == 8
            assert {(row.label, row.exposure, row.figures.attempts) for row in rows} == {(exam.title, 1.0, 1)}
            assert sorted(row.figures.facility or 0 for row in rows) == [0, 1, 1, 1, 1, 1, 1, 1]
            assert sorted(row.figures.omitted or 0 for row in rows) == [0, 0, 0, 0, 0, 0, 0, 1]
            assert {row.figures.seconds for row in rows} == {30.0, None}
            chosen = [option for row in rows for option in row.figures.options if option.chosen]
            assert [(option.right, option.chosen) for option in chosen] == [(True, 1)] * 7


def test_an_exam_that_nobody_sat_says_nothing(app: Flask, exam_day: ExamDay) -> None:
    """
    No figures, no exposure.
    """
    exam = exam_day.published(exam_day.plan(sections=ONE_TYPE))

    with app.app_context():
        assert sat.of_exam(reading(), exam.id) == ({}, {})
