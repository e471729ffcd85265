"""The essays of these tests."""

import pytest
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.database import writing
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.marking.essays import Essays, sat_essays


@pytest.fixture
def essays(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Essays:
    """Eight have sat; Feng examines as well as Zhao."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.feng.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    return sat_essays(app, cast, exam_day, clock)
