"""What was taken back, or of which somebody is exempt, stands on the transcript and counts nowhere."""

from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from courseware.hours import Hours
from lms import migrate
from lms.accounts.queries import PersonRow
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.sitting.models import Attempt
from lms.sitting.telling import tell_released, tell_voided
from lms.transcripts import quick
from lms.transcripts.models import TranscriptEntry
from lms.transcripts.quick import Scope
from lms.transcripts.service import enter
from lms.transcripts.tallies import PersonTally, UnitTally
from tests.cast import post
from tests.classes.school import School
from tests.classes.test_exam_results import Sat, graded, own_exam
from tests.conftest import TestClock
from tests.exam_day import ExamDay

WHOLE = Scope(("/",), 2026)


def class_with_one_exempt(school: School, app: Flask, people: Sequence[PersonRow]) -> None:
    """All pass a class; of the first one it is said afterwards that they were exempt."""
    at = school.approved(people)
    school.all_present(at)
    school.closed(at)
    run_waiting(app)
    fields = {"leave": "0", "absent": "0", "exempt": "illness", "why": "住院，补交证明"}
    post(school.feng, f"{at}/results/people/{school.learners(at)[0]}", **fields)
    run_waiting(app)


def exam_with_one_void(school: School, app: Flask, exam_day: ExamDay, people: Sequence[PersonRow]) -> None:
    """Two sit an exam, both are told of it, one of the attempts becomes void."""
    exam = own_exam(app, school, exam_day)
    one, other = people[:2]
    for person, total in ((one, "61"), (other, "80")):
        graded(app, exam, Sat(person.id, (total,)))
    with app.app_context(), writing() as session:
        session.execute(update(Attempt).where(Attempt.exam_id == exam.id).values(settled_at=now()))
        tell_released(session, exam.id)
    run_waiting(app)
    graded(app, exam, Sat(other.id, (), ended_how="void"))
    with app.app_context(), writing() as session:
        attempts = select(Attempt.public_id).where(Attempt.exam_id == exam.id, Attempt.ended_how == "void")
        assert tell_voided(session, exam.id, session.scalars(attempts).all()) == 1
    run_waiting(app)


def unit_that_was_taken_back(app: Flask, person: PersonRow) -> None:
    """A unit of an hour and a half, completed and taken back."""
    for revision, passed in ((1, True), (2, False)):
        word = {
            "person_id": person.id, "kind": "unit", "source": "unit", "revision": revision, "title": "课程",
            "title_en": None, "subject": None, "hours": "1.5" if passed else "0", "score": None, "maximum": None,
            "passed": passed, "happened_at": "2026-02-02T02:00:00+00:00",
        }  # fmt: skip
        with app.app_context(), writing() as session:
            enter(session, [word])


def counted(table: type[UnitTally] | type[PersonTally]) -> set[tuple[Any, ...]]:
    """Every row of a tally that counts anything."""
    rows = reading().execute(select(*table.__table__.columns))
    return {tuple(row) for row in rows if any(row[4:])}


def entered() -> list[tuple[str, int, str | None]]:
    """Kind, revision and why it counts for nothing of every entry."""
    query = select(TranscriptEntry.kind, TranscriptEntry.revision, TranscriptEntry.void)
    return [tuple(row) for row in reading().execute(query.order_by(TranscriptEntry.id))]


def test_it_is_kept_and_not_counted(
    database: str, school: School, app: Flask, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Of each kind one is kept as a further revision, said on the page, and in no figure; a database of the release before, in
    which it was counted, says the same when it is brought up.
    """
    people = school.people(3)
    class_with_one_exempt(school, app, people)
    exam_with_one_void(school, app, exam_day, people)
    unit_that_was_taken_back(app, people[0])
    with app.app_context():
        said = entered()
        whole = quick.figures(reading(), WHOLE)
        tallies = counted(UnitTally), counted(PersonTally)
        reading().rollback()
    page = school.feng.get(f"/transcripts/people/{people[0].public_id}").text

    assert sorted(one for one in said if one[2]) == [
        ("class", 2, "exempt"),
        ("exam", 2, "taken_back"),
        ("unit", 2, "taken_back"),
    ]
    assert (whole.entries, whole.sat, whole.sat_passed, whole.hours) == (3, 3, 3, Hours.of(16))
    assert all(word in page for word in ("Exempt", "Taken back", "Passed"))
    assert "Not passed" not in page

    config: Config = app.extensions["config"]
    migrate.downgrade(config, to="0049")
    migrate.upgrade(config)
    with app.app_context():
        assert entered() == said
        assert (counted(UnitTally), counted(PersonTally)) == tallies
