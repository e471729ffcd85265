"""Courses that ask for a training class by name, and for learning elsewhere of a way; the catalogue of courses."""

import pytest
from flask import Flask

from lms.database import writing
from lms.jobs import enqueue, run_waiting
from tests.academy import Academy
from tests.cast import Cast, sign_in
from tests.classes.school import DAY, School
from tests.plans.academy import assignment, learn, make_course, opened


def follow(app: Flask) -> None:
    """What happens every five minutes."""
    with app.app_context(), writing() as session:
        enqueue(session, "plans.follow", {})
    run_waiting(app)


@pytest.fixture
def school(app: Flask, cast: Cast) -> School:
    """Qian manages branch A, Feng everything."""
    return School(app, cast)


def test_a_course_asks_for_one_training_class(app: Flask, cast: Cast, academy: Academy, school: School) -> None:
    """
    It is offered from its approval on, said by name where it is missing, and done by that class alone; learning elsewhere of
    another way does not count either.
    """
    begun = school.begin(name="另一个班")
    draft = school.qian.get("/training-courses/new").text
    at = school.approved([cast.lin])
    key, other = (f"class:{one.rsplit('/', 1)[1]}" for one in (at, begun))
    offered = school.qian.get("/training-courses/new").text
    course = make_course(school.qian, [academy.unit], **{key: "required", "way-0": "outside:abroad", "hours-0": "4"})
    again = school.qian.get(f"/training-courses/course/{course}/edit").text
    plan = opened(app, school.qian, course)
    lin = sign_in(app.test_client(), cast.lin)
    missing = lin.get("/my-training/").text
    learn(app, cast.lin.id, academy.unit)
    learn(app, cast.lin.id, "another", kind="class", facts={"channel": "class"}, hours="8")
    learn(app, cast.lin.id, "a", kind="outside", facts={"channel": "university"}, hours="8")
    before = lin.get("/my-training/").text
    school.all_present(at)
    school.closed(at)
    learn(app, cast.lin.id, "b", kind="outside", facts={"channel": "abroad"}, hours="4")
    follow(app)
    done = assignment(app, plan, cast.lin.id)

    assert other not in draft + offered
    assert key in offered
    assert 'value="outside:abroad" selected' in again
    assert "简易程序怎么用、培训班：所长任职培训班、外出学习（出国（境）培训）4学时" in missing
    assert "</span> 培训班：所长任职培训班、外出学习" in before
    assert done is not None
    assert done.done_on == DAY
