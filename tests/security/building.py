"""A house with one true thing behind every kind of address, the people who knock, and a copy to go back to.

Built room by room; a room fills in what stands in the braces of the addresses of the matrix.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lms import migrate
from lms.app import create_app
from lms.database import db
from tests.cast import make_cast
from tests.conftest import NINE, TestClock, make_config
from tests.exam_day import make_exam_day
from tests.security.exams_rooms import (
    put_admission,
    put_appeals,
    put_calibration,
    put_copying,
    put_essays,
    put_exams,
    put_standards,
    put_supervision,
)
from tests.security.house import COLUMNS, House
from tests.security.learning_rooms import (
    put_accounts,
    put_claims,
    put_classes,
    put_hours,
    put_learning,
    put_people,
    put_plans,
    put_practice,
)
from tests.security.library_rooms import put_health, put_imports, put_reading, put_review, put_writing


def build(folder: Path) -> House:
    """Make the house in `folder`."""
    config = replace(make_config(folder), catalogue_contact="library@study.example")
    migrate.upgrade(config)
    clock = TestClock(NINE - timedelta(hours=3))
    house = House(create_app(config, clock=clock), clock)
    cast = make_cast(house.app)
    house.people = {column: cast[name] for column, name in COLUMNS.items()}
    day = make_exam_day(house.app, cast, clock())
    put_exams(house, cast, day)
    put_standards(house, cast)
    put_people(house, cast)
    put_appeals(house)
    put_learning(house)
    put_plans(house)
    put_classes(house, cast)
    put_hours(house)
    put_reading(house, cast)
    put_practice(house, cast)
    put_claims(house, cast)
    put_imports(house)
    put_writing(house, cast, day)
    put_health(house, day)
    put_review(house, cast, day)
    put_calibration(house)
    put_copying(house)
    put_essays(house)
    put_supervision(house, cast)
    put_admission(house, cast, day)
    put_accounts(house, cast)
    return house


def opened_house(folder: Path) -> Iterator[House]:
    """Build in `folder`, hand out, and let go of the database at the end."""
    house = build(folder)
    yield house
    with house.app.app_context():
        db.engine.dispose()
