"""The words at the top of the home page."""

import pytest

from lms.home.routes import part_of_day

HOURS = [(0, "evening"), (4, "evening"), (5, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening"), (23, "evening")]  # fmt: skip


@pytest.mark.parametrize(("hour", "part"), HOURS)
def test_people_are_greeted_by_the_hour(hour: int, part: str) -> None:
    """
    Of the bureau's clock; the night belongs to the evening.
    """
    assert part_of_day(hour) == part
