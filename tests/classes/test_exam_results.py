"""Results of an exam taken over into a class, and the rule of one seventh at its boundary, through the pages."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.classes import errors
from lms.classes.models import Learner
from lms.classes.rescored import WHY
from lms.database import reading, writing
from lms.exams import service as exams
from lms.exams.models import Exam
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.sitting.models import Attempt, AttemptResult
from lms.transcripts.models import TranscriptEntry
from tests.cast import post
from tests.classes.school import School
from tests.conftest import NINE, TestClock
from tests.exam_day import ExamDay


@dataclass(frozen=True, slots=True)
class Sat:
    """Somebody's attempt: number, marks of each grading (none: not graded), how it ended."""

    person: int
    totals: tuple[str, ...]
    number: int = 1
    ended_how: str = "handed_in"


def graded(app: Flask, exam: ExamRow, sat: Sat, *, first: int = 1) -> None:
    """Put an attempt and its gradings from revision `first` on into the database; 60 of 100 passes."""
    with app.app_context(), writing() as session:
        query = select(Attempt).where(
            Attempt.exam_id == exam.id, Attempt.person_id == sat.person, Attempt.number == sat.number
        )
        attempt = session.scalar(query)
        if attempt is None:
            attempt = Attempt(
                exam_id=exam.id, person_id=sat.person, number=sat.number, form={}, started_at=NINE, ended_at=NINE,
                deadline_at=NINE + timedelta(hours=1), session_id=1, chain=bytes(32),
            )  # fmt: skip
            session.add(attempt)
        attempt.ended_how = sat.ended_how
        session.flush()
        session.add_all(
            AttemptResult(
                attempt_id=attempt.id, revision=revision, total=Decimal(total), maximum=Decimal(100),
                passed=Decimal(total) >= 60, scores=[], graded_at=NINE, reason="automatic",
            )
            for revision, total in enumerate(sat.totals, first)
        )  # fmt: skip


def own_exam(app: Flask, school: School, exam_day: ExamDay) -> ExamRow:
    """A published exam of branch A whose results are released by hand."""
    with app.app_context(), writing() as session:
        plan = exam_day.plan(release="by_hand", units=(school.cast.branch_a.id,))
        made = exams.create_exam(session, plan, owner_path=school.cast.branch_a.path, by=school.cast.zhao.id)
    draft = exam_day.exam(made)
    with app.app_context(), writing() as session:
        exams.publish(session, draft.id)
    return exam_day.exam(made)


def marks(app: Flask, school: School, at: str) -> list[tuple[str | None, bool | None]]:
    """Mark, and whether it is enough, of everybody on the roster."""
    with app.app_context():
        query = select(Learner).where(Learner.class_id == school.class_of(at).id).order_by(Learner.id)
        return [(None if one.score is None else str(one.score), one.assessed) for one in reading().scalars(query)]


def taken(school: School, at: str) -> str:
    """Take the results of the exam; what the page says then."""
    answer = post(school.qian, f"{at}/results/exam")
    assert answer.status_code == 303
    return school.qian.get(answer.location).text


def test_results_of_an_exam_decide(
    database: str, school: School, app: Flask, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Before they are out nothing is taken. Then: the best attempt, its newest grading, no void one; of who did not sit, nothing. Taken
    again they are as they are now, also where an attempt has become void; closing takes them once more, and they decide.
    """
    people = school.people(5)
    passes, fails, again, cheats, _absent = (one.id for one in people)
    exam = own_exam(app, school, exam_day)
    at = school.approved(people, ("4",), assessment="exam", exam=exam.public_id)
    school.all_present(at)
    for sat in (
        Sat(passes, ("55", "61.5")),
        Sat(fails, ("80", "59.5")),
        Sat(again, ("20",)),
        Sat(again, ("75",), number=2),
        Sat(cheats, ("99",)),
    ):
        graded(app, exam, sat)

    early, before = taken(school, at), marks(app, school, at)
    with app.app_context(), writing() as session:
        session.execute(update(Exam).where(Exam.id == exam.id).values(released_at=NINE))
    first, now = taken(school, at), marks(app, school, at)
    twice = taken(school, at)
    graded(app, exam, Sat(cheats, (), ended_how="void"))
    third, voided = taken(school, at), marks(app, school, at)
    graded(app, exam, Sat(fails, ("60",)), first=3)
    clock.advance(hours=9)
    school.enter()
    school.closed(at)

    assert "not out yet" in early
    assert before == [(None, None)] * 5
    assert "4 marks were changed" in first
    assert now == [("61.5", True), ("59.5", False), ("75", True), ("99", True), (None, None)]
    assert "0 marks were changed" in twice
    assert "1 mark was changed" in third
    assert voided == [("61.5", True), ("59.5", False), ("75", True), (None, None), (None, None)]
    results = [(one.outcome, one.score, one.maximum, str(one.granted)) for one in school.results(at)]
    assert results == [
        ("passed", Decimal("61.5"), Decimal(100), "4"), ("passed", Decimal(60), Decimal(100), "4"),
        ("passed", Decimal(75), Decimal(100), "4"), ("failed", None, None, "0"), ("failed", None, None, "0"),
    ]  # fmt: skip


def test_an_exam_that_is_scored_again_after_the_closing(
    database: str, school: School, app: Flask, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    The page of the closed class names whose result rests on something else; whoever may decide has them corrected, by a further
    result with a reason that reaches the transcript; who handed in may not, the exempt stay exempt, and then nothing is left.
    """
    people = school.people(4)
    exam = own_exam(app, school, exam_day)
    at = school.approved(people, ("4",), assessment="exam", exam=exam.public_id)
    school.all_present(at)
    for person, total in zip(people, ("55", "80", "70", "50"), strict=True):
        graded(app, exam, Sat(person.id, (total,)))
    with app.app_context(), writing() as session:
        session.execute(update(Exam).where(Exam.id == exam.id).values(released_at=NINE))
    clock.advance(hours=9)
    school.enter()
    taken(school, at)
    school.closed(at)
    spared = {"leave": "0", "absent": "0", "exempt": "illness", "why": "住院"}
    post(school.feng, f"{at}/results/people/{school.learners(at)[3]}", **spared)
    before = school.feng.get(f"{at}/results").text
    for person, total in ((people[0], "61"), (people[1], "58"), (people[3], "90")):
        graded(app, exam, Sat(person.id, (total,)), first=2)

    page = school.feng.get(f"{at}/results").text
    refused = taken(school, at)
    post(school.feng, f"{at}/results/exam")
    run_waiting(app)
    after = school.feng.get(f"{at}/results").text

    assert "scored again" not in before
    assert "2 people" in page
    assert "Correct these results" in page
    assert "Correct these results" not in school.qian.get(f"{at}/results").text
    assert str(errors.SecondPerson.sentence)[:20] in refused
    assert "scored again" not in after
    results = [(one.revision, one.outcome, one.score, str(one.granted), one.why) for one in school.results(at)]
    assert results == [
        (1, "failed", Decimal(55), "0", ""), (1, "passed", Decimal(80), "4", ""), (1, "passed", Decimal(70), "4", ""),
        (1, "failed", Decimal(50), "0", ""), (2, "exempt", Decimal(50), "0", "住院"),
        (2, "passed", Decimal(61), "4", WHY), (2, "failed", Decimal(58), "0", WHY),
    ]  # fmt: skip
    with app.app_context():
        query = select(TranscriptEntry.passed, TranscriptEntry.void, TranscriptEntry.why).where(
            TranscriptEntry.kind == "class", TranscriptEntry.revision == 2
        )
        told = {tuple(row) for row in reading().execute(query)}
    assert told == {(True, None, WHY), (False, None, WHY), (False, "exempt", "住院")}


def test_a_class_without_exam_takes_none(school: School, app: Flask) -> None:
    """
    A class that goes by attendance refuses, nothing changes, and other managers do not find it.
    """
    at = school.approved(school.people(1))
    answer = post(school.qian, f"{at}/results/exam")

    assert answer.status_code == 303
    assert marks(app, school, at) == [(None, None)]
    assert post(school.client(school.cast.zheng), f"{at}/results/exam").status_code in (403, 404)


@pytest.mark.parametrize(
    ("hours", "missed", "outcome", "granted"),
    [
        (("2",) * 7, [("absent", "")], "passed", "12"),
        (("2",) * 7, [("leave", "2")], "passed", "12"),
        (("2",) * 7, [("absent", ""), ("leave", "0.25")], "withdrawn", "0"),
        (("2",) * 7, [("leave", "1"), ("leave", "1")], "passed", "12"),
        (("2",) * 7, [("leave", "1"), ("leave", "1.25")], "withdrawn", "0"),
        (("1",) * 6, [("leave", "0.75")], "passed", "5.25"),
        (("1",) * 6, [("leave", "1")], "withdrawn", "0"),
        (("2",) * 7, [("late", "")] * 7, "passed", "14"),
    ],
)
@pytest.mark.one_database
def test_a_seventh_and_no_quarter_more_through_the_page(
    school: School, clock: TestClock, hours: tuple[str, ...], missed: list[tuple[str, str]], outcome: str, granted: str
) -> None:
    """
    Leave and absence together may be exactly one seventh of the hours: the sheet, the learner's page and the result agree.
    """
    people = school.people(1)
    at = school.approved(people, hours)
    clock.advance(hours=9)
    school.enter()
    school.all_present(at)
    for session, (kind, leave) in enumerate(missed):
        school.mark(at, session, 0, kind, leave)
    page = school.client(people[0]).get(f"/my-classes/{at.rsplit('/', 1)[1]}").text
    school.closed(at)

    (result,) = school.results(at)
    assert (result.outcome, str(result.granted), bool(result.certificate)) == (outcome, granted, outcome == "passed")
    assert ("By the rules that is withdrawal" in page) == (outcome == "withdrawn")
