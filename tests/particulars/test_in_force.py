"""What the personnel file says on a day."""

from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.database import reading, writing
from lms.particulars import queries
from lms.particulars.models import Particulars
from lms.particulars.queries import Political
from tests.cast import Cast


def test_the_row_of_the_day_is_in_force(app: Flask, cast: Cast) -> None:
    """A change counts from its day on; what was recorded later for the same day replaces it; others have no file."""
    rows = [(2020, "league"), (2022, "none"), (2022, "probationary"), (2024, "member")]
    with app.app_context():
        with writing() as session:
            for year, political in rows:
                session.add(
                    Particulars(
                        person_id=cast.lin.id, from_date=date(year, 7, 1), political=political, gender="female",
                        recorded_at=datetime(2026, 1, 1, tzinfo=UTC), reason="入党",
                    )
                )  # fmt: skip
                session.flush()
        days = {year: date(year, 8, 1) for year in (2019, 2020, 2023, 2025)}
        found = {year: queries.of_people(reading(), [cast.lin.id, cast.wang.id], day) for year, day in days.items()}
        members = {
            year: set(reading().scalars(select(Person.id).where(Person.id.in_(queries.party_members(day)))))
            for year, day in days.items()
        }

    assert found[2019] == {}
    assert [found[year][cast.lin.id].political for year in (2020, 2023, 2025)] == [
        Political.LEAGUE, Political.PROBATIONARY, Political.MEMBER,
    ]  # fmt: skip
    assert members == {2019: set(), 2020: set(), 2023: {cast.lin.id}, 2025: {cast.lin.id}}
